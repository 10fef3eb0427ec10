"""The routes of native gRPC calls: the same split, nothing transcoded."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from gateway.proxy import answers
from gateway.proxy.actions import Actions, sticky
from gateway.proxy.authorization import needing, of_rpc
from gateway.proxy.mirrors import with_mirrored
from gateway.proxy.targets import control_target
from gateway.vocabulary.choices import STICKY
from gateway.vocabulary.roles import PUBLIC, VIEWER
from gateway.vocabulary.route_table import rpcs, services_of_cameras
from gateway.vocabulary.split import CONTEXTS

Route = dict[str, Any]

CAMERA_ID_METADATA = "x-camera-id"
HEALTH = "grpc.health.v1.Health"
# grpcurl and load balancers ask the gateway for these; the control process
# knows every contract, and is healthy when each context can be served.
CONTROL_SERVICES = (
    HEALTH,
    "grpc.reflection.v1.ServerReflection",
    "grpc.reflection.v1alpha.ServerReflection",
)


def native_routes(actions: Actions) -> Iterator[Route]:
    """Return the routes; gRPC that none knows is UNIMPLEMENTED (a 404, to Envoy)."""
    for rpc in rpcs():
        if actions.pinned_to and rpc.service not in services_of_cameras():
            continue
        action = actions.native(rpc)
        if rpc.context in CONTEXTS:
            action = sticky(action, {"header_name": CAMERA_ID_METADATA})
        # Sticky to all that have the metadata: what the others draw is not told apart.
        name = actions.route_name(rpc, actions.choice(rpc, STICKY))
        route = {"name": name, "match": {"path": rpc.path, "grpc": {}}, "route": action}
        found = of_rpc(rpc, route, actions.topology, may_be_old=False)
        yield from with_mirrored(found, actions.mirrored(rpc))
    control = replace(control_target(), transcode=False)
    for service in CONTROL_SERVICES:
        route = {
            "name": service,
            "match": {"prefix": f"/{service}/", "grpc": {}},
            "route": {"weighted_clusters": {"clusters": [control.entry(100)]}, "timeout": "0s"},
        }
        yield needing(PUBLIC if service == HEALTH else VIEWER, route)
    yield answers.not_found({"prefix": "/", "grpc": {}})
