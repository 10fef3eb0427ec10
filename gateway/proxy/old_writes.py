"""Writes of cameras on their way to the old server, which takes no locks.

They pass a listener of their own, inside Envoy. Its filter asks camera/domain
(camera_service.entrypoints.old_writes), which takes the locks, and tells it when the answer is
there, so that it lets go (docs/adr/0024).
"""

from collections.abc import Iterator
from typing import Any

from gateway.proxy.authorization import of_all_cameras, of_rpc
from gateway.proxy.http_filters import named, router, served
from gateway.proxy.local_replies import local_replies_of_old_writes
from gateway.proxy.old_server import UNTOUCHED, limits
from gateway.proxy.targets import OLD_CAMERA_WRITES, OLD_HTTP
from gateway.proxy.topology import Topology
from gateway.proxy.type_urls import TYPE
from gateway.vocabulary.route_table import bindings, path_regex
from servicekit.idempotency import has_effect

# The cluster of who has the locks, and the service that is asked there.
LOCKS = "camera_locks"
LOCKS_SERVICE = "envoy.service.ext_proc.v3.ExternalProcessor"
LISTENER = "old_camera_writes"
# The old server for what may write cameras.yaml: one connection, for one request at a time. So
# its own writers do not meet either while domain is down and nobody has locks to give.
ONE_BY_ONE = "old_http_one_by_one"
# What starts and stops a worker, and leaves the file alone, as camera/domain has it, too
# (camera_service.entrypoints.old_operations).
WORKERS_ALONE = frozenset({"StartCamera", "StopCamera", "RestartCamera"})
# The listener's cluster where the old server is asked in domain's place.
STAND_IN = "old_camera_writes_stand_in"
# camera/domain says within half a second that it has the locks, or that it waits for
# them. One that says nothing hangs, and is not waited for.
ANSWERS_WITHIN = "3s"
# As long as it waits, and longer: it is the one to refuse.
LONGEST_WAIT = "25s"
# A write is gathered before it is locked: a slow sender must not hold a lock.
LARGEST_BODY = 16 << 20


def old_writes_listener(topology: Topology) -> dict[str, Any]:
    """Return the listener."""
    chains = served(**_connection_manager(topology))
    return {"name": LISTENER, "internal_listener": {}, "filter_chains": chains}


def slashed_writes(topology: Topology) -> Iterator[dict[str, Any]]:
    """Return routes of writes whose path ends in slashes: the server may take them all the same."""
    for binding in bindings() if topology.locks_old_writes else ():
        if binding.rpc.context == "camera" and has_effect(binding.rpc.path):
            method = {"name": ":method", "string_match": {"exact": binding.http_method}}
            path = f"{path_regex(binding.template)}/+"
            route = {
                **UNTOUCHED,
                "name": "old server",
                "match": {"safe_regex": {"regex": path}, "headers": [method]},
                "route": {"cluster": OLD_CAMERA_WRITES, **limits(topology)},
            }
            yield of_all_cameras(of_rpc(binding.rpc, route, topology, may_be_old=True))


def _connection_manager(topology: Topology) -> dict[str, Any]:
    """Hand requests and answers on as they are; limits are the outer listener's."""
    return {
        "stat_prefix": LISTENER,
        "codec_type": "HTTP1",
        "route_config": {
            "virtual_hosts": [
                {
                    "name": LISTENER,
                    "domains": ["*"],
                    "routes": [
                        *_of_workers_alone(),
                        _to(ONE_BY_ONE, {"prefix": "/"}),
                    ],
                }
            ]
        },
        "skip_xff_append": True,
        "generate_request_id": False,
        "server_header_transformation": "PASS_THROUGH",
        "normalize_path": False,
        "merge_slashes": False,
        "path_with_escaped_slashes_action": "KEEP_UNCHANGED",
        "stream_idle_timeout": "0s",
        # What the outer listener lets pass has grown by its own headers.
        "max_request_headers_kb": topology.limits.header_kib + 16,
        "common_http_protocol_options": {"idle_timeout": "0s", "max_headers_count": 200},
        "local_reply_config": local_replies_of_old_writes(),
        "http_filters": [
            named(
                "buffer", f"{TYPE}.filters.http.buffer.v3.Buffer", max_request_bytes=LARGEST_BODY
            ),
            _locking(),
            router([]),
        ],
    }


def _of_workers_alone() -> Iterator[dict[str, Any]]:
    for binding in bindings():
        if binding.rpc.name in WORKERS_ALONE:
            yield _to(OLD_HTTP, {"safe_regex": {"regex": f"{path_regex(binding.template)}/*"}})


def _to(cluster: str, match: dict[str, Any]) -> dict[str, Any]:
    return {"match": match, "route": {"cluster": cluster, "timeout": "0s"}}


def _locking() -> dict[str, Any]:
    """Ask for the locks; where nobody can be asked, nobody writes but the old server."""
    return named(
        "ext_proc",
        f"{TYPE}.filters.http.ext_proc.v3.ExternalProcessor",
        grpc_service={"envoy_grpc": {"cluster_name": LOCKS}},
        failure_mode_allow=True,
        message_timeout=ANSWERS_WITHIN,
        max_message_timeout=LONGEST_WAIT,
        processing_mode={"request_header_mode": "SEND", "response_header_mode": "SEND"},
        forward_rules={"allowed_headers": {"patterns": [{"exact": ":method"}, {"exact": ":path"}]}},
        # Tells an answer of the old server's from one in its place.
        response_attributes=["response.code_details"],
    )
