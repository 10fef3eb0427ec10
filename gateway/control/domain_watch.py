"""Whether domain serves: asked again and again, so that who wants to know never waits."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.control.services import Services
from gateway.proxy.admin import Admin, AdminError
from gateway.proxy.targets import grpc_target
from gateway.proxy.topology import Topology
from gateway.vocabulary.reason import Code, Reason, because
from gateway.vocabulary.split import CONTEXTS
from gateway.vocabulary.wording import text

log = logging.getLogger(__name__)

INTERVAL_SECONDS = 1.0
# Whoever is asked and hangs holds up no look for longer.
LOOK_SECONDS = 2.0
# What was seen longer ago says nothing of now.
STALE_SECONDS = 5.0


@dataclass(frozen=True)
class Seen:
    """What the last look found: why domain does not serve, and when that began. Pure.

    trouble: None when it serves.
    """

    trouble: Code | None = Code.DOMAIN_NOT_WATCHED
    since: float = float("-inf")
    at: float = float("-inf")

    def then(self, trouble: Code | None, now: float) -> "Seen":
        """Return what is known after one more look."""
        is_alike = (self.trouble is None) == (trouble is None)
        goes_on = is_alike and self.trouble is not Code.DOMAIN_NOT_WATCHED
        return Seen(trouble, self.since if goes_on else now, now)

    def told(self, now: float) -> Reason | None:
        """Return why it does not serve, and for how long; None when it does."""
        if now - self.at > STALE_SECONDS:
            return because(Code.DOMAIN_NOT_WATCHED)
        return because(self.trouble, seconds=now - self.since) if self.trouble else None


class DomainWatch:
    """Asks the services themselves, and Envoy, which may not reach them or keep them out."""

    def __init__(
        self,
        services: Services,
        envoy: Admin,
        topology: Topology,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._services = services
        self._envoy = envoy
        self._clusters = {context: grpc_target(topology, context).cluster for context in CONTEXTS}
        self._clock = clock
        self._seen = {context: Seen() for context in CONTEXTS}

    def trouble(self, context: str) -> Reason | None:
        """Return why a context's domain does not serve, None when it does. Never waits."""
        return self._seen[context].told(self._clock())

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            found = await self._look()
            now = self._clock()
            for context, trouble in found.items():
                if bool(trouble) != bool(self._seen[context].trouble):
                    said = text(because(trouble)) if trouble else "it serves"
                    log.info("%s/domain: %s", context, said)
                self._seen[context] = self._seen[context].then(trouble, now)
            await asyncio.sleep(INTERVAL_SECONDS)

    async def _look(self) -> Mapping[str, Code | None]:
        asked = (self._services.trouble(f"{context}/domain") for context in CONTEXTS)
        kept_out, own = await asyncio.gather(self._kept_out(), asyncio.gather(*asked))
        return {
            context: trouble or kept_out.get(self._clusters[context])
            for context, trouble in zip(CONTEXTS, own, strict=True)
        }

    async def _kept_out(self) -> Mapping[str, Code]:
        """Return why Envoy asks no domain, by cluster."""
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                return kept_out(await self._envoy.clusters())
        except (AdminError, TimeoutError, ValueError, LookupError):
            return dict.fromkeys(self._clusters.values(), Code.ENVOY_SILENT)


def kept_out(clusters: Sequence[Mapping[str, Any]]) -> Mapping[str, Code]:
    """Return which clusters' first choice Envoy keeps out, by its JSON of clusters. Pure."""
    return {
        str(one["name"]): Code.DOMAIN_KEPT_OUT
        for one in clusters
        if not any(map(_is_asked, one.get("host_statuses", ())))
    }


def _is_asked(host: Mapping[str, Any]) -> bool:
    """Is it a host of the first priority that passes Envoy's checks, and is not ejected?"""
    health = host.get("health_status", {})
    failed = health.get("failed_active_health_check") or health.get("failed_outlier_check")
    return not host.get("priority") and not failed
