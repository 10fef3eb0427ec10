"""Where a share of the requests goes, and what Envoy does to them on the way there."""

from dataclasses import dataclass
from typing import Any

from gateway.proxy.topology import Topology
from gateway.proxy.type_urls import TYPE

ASSIGNED = "x-camplane-assigned"
# A key for each request, made once and the same on a retry: what was carried
# out already is then not carried out again. A client's own key goes before it.
REQUEST_KEY = "x-camplane-request-key"
# When a write came and how long it is waited for, the same on a retry (servicekit.turns).
TIME_LIMIT = "x-camplane-time-limit"
PATH = "x-camplane-path"
FALLBACK = "x-camplane-fallback"
# What the internal listener says to the gateway's own, which takes it off (internal_listener):
# an error's gRPC status; Envoy's flags, where Envoy answered in domain's place; and both
# with the number of the attempt behind a blank.
GRPC_STATUS = "x-camplane-grpc-status"
REFUSED = "x-camplane-refused"
UNSERVED = "x-camplane-unserved"
ATTEMPT = "%REQ(x-envoy-attempt-count)%"
OLD_HTTP = "old_http"
# The same server for writes of cameras, which are locked on the way (old_writes), and the
# cluster of domain behind which it stands in for these.
OLD_CAMERA_WRITES, CAMERA_WRITES_DOMAIN = "old_http_camera_writes", "camera_writes_domain"
CONTROL = "control"

# What a cluster's metadata says: the side whose requests it gets.
ASSIGNED_SIDE = "assigned"
# What an endpoint's metadata says of its host (gateway.proxy.clusters); the
# answer's headers are made of the host that was asked last, so a retry is told
# truly. A value that is missing gives no header.
METADATA = "camplane"
IMPLEMENTATION = "implementation"
STANDS_IN = "stands_in"
_OF_HOST = f"%UPSTREAM_METADATA({METADATA}:{{}})%"

# Before an old HTTP server, the cluster of a context's gRPC service is another than the
# one of its REST operations.
GRPC_DOMAIN = "_grpc_domain"

# The filters that make gRPC of REST are off unless an entry turns them on:
# they must see neither native gRPC nor what goes to the old server.
TRANSCODING = ("envoy.filters.http.lua", "envoy.filters.http.grpc_json_transcoder")
_ENABLED = {"@type": "type.googleapis.com/envoy.config.route.v3.FilterConfig", "config": {}}


def turned_on(*filters: str) -> dict[str, Any]:
    """Return the typed_per_filter_config that turns on filters which are off elsewhere."""
    return dict.fromkeys(filters, _ENABLED)


TURNED_ON = turned_on(*TRANSCODING)


@dataclass(frozen=True)
class Target:
    """A cluster as one entry of a weighted choice.

    transcode: gRPC is made of REST here. assigned: the side that the request is
    assigned to, told to the service. has_key: the request was given its key before.
    shares_path: the old server may have the path for something else, so that its answer
    is none in domain's place. seconds: how long a write is waited for, which the service is
    told; 0 for what changes nothing.
    """

    cluster: str
    transcode: bool
    assigned: str = ""
    has_key: bool = False
    shares_path: bool = False
    seconds: float = 0.0

    def entry(self, weight: int) -> dict[str, Any]:
        """Return the entry of weighted_clusters that sends `weight` percent here."""
        entry: dict[str, Any] = {"name": self.cluster, "weight": weight}
        if self.transcode:
            entry["typed_per_filter_config"] = TURNED_ON
        if self.assigned:
            entry["request_headers_to_add"] = [
                _overwrite(ASSIGNED, self.assigned),
                *([] if self.has_key else [key_of_request()]),
                *([_time_limit(self.seconds)] if self.seconds else []),
            ]
        if self.cluster != CONTROL:  # which belongs to no context, so is on neither path
            entry["response_headers_to_add"] = [
                _overwrite(PATH, _OF_HOST.format(IMPLEMENTATION)),
                *([] if self.shares_path else [_overwrite(FALLBACK, _OF_HOST.format(STANDS_IN))]),
            ]
            entry["response_headers_to_remove"] = [UNSERVED, REFUSED]
        return entry


def split_targets(
    topology: Topology, context: str, has_effect: bool = False
) -> tuple[Target, Target]:
    """Return where domain's and legacy's shares of a context's requests go.

    has_effect: those that change something.
    """
    if topology.locks_old_writes and has_effect and context == "camera":
        domain = Target(CAMERA_WRITES_DOMAIN, transcode=False)
        return domain, Target(OLD_CAMERA_WRITES, transcode=False)
    if topology.old_http is not None:
        # Still REST, as it came: what domain cannot answer is asked of the old server.
        domain = Target(f"{context}_domain", transcode=False)
        return domain, Target(OLD_HTTP, transcode=False)
    domain = Target(f"{context}_domain", transcode=True, assigned="domain")
    return domain, Target(f"{context}_legacy", transcode=True, assigned="legacy")


def grpc_target(topology: Topology, context: str) -> Target:
    """Return where gRPC for a context's domain goes, from native clients or made of REST."""
    suffix = GRPC_DOMAIN if topology.old_http is not None else "_domain"
    return Target(f"{context}{suffix}", transcode=False, assigned="domain")


def next_priority() -> dict[str, Any]:
    """Return how a retry chooses its host: of the priority behind the one that was asked."""
    return {
        "name": "envoy.retry_priorities.previous_priorities",
        "typed_config": {
            "@type": f"{TYPE}.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig",
            "update_frequency": 1,
        },
    }


def control_target() -> Target:
    """Return the control process."""
    return Target(CONTROL, transcode=True)


def key_of_request() -> dict[str, Any]:
    """Return the header by which a write happens once, however often it is sent."""
    return _overwrite(REQUEST_KEY, "%UNIQUE_ID%")


def _time_limit(seconds: float) -> dict[str, Any]:
    return _overwrite(TIME_LIMIT, f"%START_TIME(%s.%3f)% {seconds:g}")


def _overwrite(key: str, value: str) -> dict[str, Any]:
    return {
        "header": {"key": key, "value": value},
        "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
    }
