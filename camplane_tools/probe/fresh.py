"""A camplane to be probed: one of its own, with cameras and rules in it."""

import contextlib
from collections.abc import AsyncIterator

import httpx

from camplane_tools.harness.temporary import Temporary, TemporaryError, temporary
from camplane_tools.probe.endpoints import CAMERAS, RULE, RULES

_CAMERAS, _RULES = 10, 50


@contextlib.asynccontextmanager
async def furnished() -> AsyncIterator[Temporary]:
    """Run a camplane with ten cameras, which do not run, and fifty rules; gone afterwards.

    TemporaryError when it does not come up.
    """
    async with temporary({}) as camplane:
        try:
            async with httpx.AsyncClient(
                base_url=camplane.url, timeout=60, trust_env=False
            ) as http:
                for n in range(1, _CAMERAS + 1):
                    entry = {"id": f"probe-{n:02d}", "name": f"Camera {n}", "source": "/dev/null"}
                    (await http.post(CAMERAS, json=entry)).raise_for_status()
                for n in range(1, _RULES + 1):
                    rule = {**RULE, "name": f"Rule {n}"}
                    (await http.post(RULES, json=rule)).raise_for_status()
        except httpx.HTTPError as error:
            raise TemporaryError(f"cameras and rules could not be made: {error}") from error
        yield camplane
