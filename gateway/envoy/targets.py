"""Where a share of the requests goes, and what Envoy does to them on the way there."""

from dataclasses import dataclass
from typing import Any

from gateway.envoy.topology import Topology

ASSIGNED = "x-camplane-assigned"
# A key for each request, made once and the same on a retry: what was carried
# out already is then not carried out again. A client's own key goes before it.
REQUEST_KEY = "x-camplane-request-key"
PATH = "x-camplane-path"
FALLBACK = "x-camplane-fallback"
OLD_HTTP = "old_http"
CONTROL = "control"

# What an endpoint's metadata says of its host (gateway.envoy.clusters); the
# answer's headers are made of the host that was asked last, so a retry is told
# truly. A value that is missing gives no header.
METADATA = "camplane"
IMPLEMENTATION = "implementation"
STANDS_IN = "stands_in"
_OF_HOST = f"%UPSTREAM_METADATA({METADATA}:{{}})%"

# The filters that make gRPC of REST are off unless an entry turns them on:
# they must see neither native gRPC nor what goes to the old server.
TRANSCODING = ("envoy.filters.http.lua", "envoy.filters.http.grpc_json_transcoder")
_ENABLED = {"@type": "type.googleapis.com/envoy.config.route.v3.FilterConfig", "config": {}}


@dataclass(frozen=True)
class Target:
    """A cluster as one entry of a weighted choice.

    assigned: the side that the request is assigned to, told to the service.
    """

    cluster: str
    transcode: bool
    assigned: str = ""

    def entry(self, weight: int) -> dict[str, Any]:
        """Return the entry of weighted_clusters that sends `weight` percent here."""
        entry: dict[str, Any] = {"name": self.cluster, "weight": weight}
        if self.transcode:
            entry["typed_per_filter_config"] = dict.fromkeys(TRANSCODING, _ENABLED)
        if self.assigned:
            entry["request_headers_to_add"] = [
                _overwrite(ASSIGNED, self.assigned),
                _overwrite(REQUEST_KEY, "%UNIQUE_ID%"),
            ]
        if self.cluster != CONTROL:  # which belongs to no context, so is on neither path
            entry["response_headers_to_add"] = [
                _overwrite(PATH, _OF_HOST.format(IMPLEMENTATION)),
                _overwrite(FALLBACK, _OF_HOST.format(STANDS_IN)),
            ]
        return entry


def split_targets(topology: Topology, context: str) -> tuple[Target, Target]:
    """Return where domain's and legacy's shares of a context go."""
    domain = Target(f"{context}_domain", transcode=True, assigned="domain")
    if topology.old_http is not None:
        return domain, Target(OLD_HTTP, transcode=False)
    return domain, Target(f"{context}_legacy", transcode=True, assigned="legacy")


def control_target() -> Target:
    """Return the control process."""
    return Target(CONTROL, transcode=True)


def _overwrite(key: str, value: str) -> dict[str, Any]:
    return {
        "header": {"key": key, "value": value},
        "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
    }
