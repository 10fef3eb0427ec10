"""`python -m camplane_tools.bench.noop`: every RPC answers a reply recorded before.

It is served by servicekit like the real ones: the same contract, interceptor,
telemetry and gRPC server. What the real service is slower than this one is our work.

Settings beside those of every service: BENCH_CONTEXT (camera or alert),
CAMPLANE_IMPLEMENTATION, BENCH_REPLIES (a file that `write_replies` wrote).
"""

import base64
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import grpc
from camplane.alert.v1 import (
    alert_rest_service_pb2,
    alert_rest_service_pb2_grpc,
    alert_service_pb2,
    alert_service_pb2_grpc,
)
from camplane.camera.v1 import (
    camera_rest_service_pb2,
    camera_rest_service_pb2_grpc,
    camera_service_pb2,
    camera_service_pb2_grpc,
)
from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from servicekit.refusals import ErrorTable
from servicekit.server import Service, run
from servicekit.settings import Environment, ServerSettings, server_settings

_CONTRACTS: dict[str, tuple[tuple[ModuleType, ModuleType], ...]] = {
    "camera": (
        (camera_service_pb2, camera_service_pb2_grpc),
        (camera_rest_service_pb2, camera_rest_service_pb2_grpc),
    ),
    "alert": (
        (alert_service_pb2, alert_service_pb2_grpc),
        (alert_rest_service_pb2, alert_rest_service_pb2_grpc),
    ),
}


def write_replies(replies: Mapping[str, bytes], path: Path) -> None:
    """Write the reply of each method, "package.Service/Method", for BENCH_REPLIES."""
    encoded = {method: base64.b64encode(reply).decode() for method, reply in replies.items()}
    path.write_text(json.dumps(encoded))


def build() -> tuple[Service, ServerSettings]:
    """Return the service that the environment asks for."""
    env = Environment()
    context = env.text("BENCH_CONTEXT")
    encoded = json.loads(Path(env.text("BENCH_REPLIES")).read_bytes())
    replies = {method: base64.b64decode(reply) for method, reply in encoded.items()}
    contracts = [
        (service, grpc_module)
        for module, grpc_module in _CONTRACTS[context]
        for service in module.DESCRIPTOR.services_by_name.values()
    ]

    def register(server: grpc.aio.Server) -> None:
        for service, grpc_module in contracts:
            _register(service, grpc_module, replies, server)

    return (
        Service(
            name=context,
            implementation=env.text("CAMPLANE_IMPLEMENTATION"),
            register=register,
            grpc_services=[service.full_name for service, _ in contracts],
            errors=ErrorTable("bench", {}),
        ),
        server_settings(env),
    )


def _register(
    service: ServiceDescriptor,
    grpc_module: ModuleType,
    replies: Mapping[str, bytes],
    server: grpc.aio.Server,
) -> None:
    """Register the generated servicer with every recorded method filled in."""
    methods: dict[str, Callable[..., Any]] = {}
    for method in service.methods:
        if (reply := replies.get(f"{service.full_name}/{method.name}")) is not None:
            message = GetMessageClass(method.output_type).FromString(reply)
            methods[method.name] = _answering(message)
    generated = getattr(grpc_module, f"{service.name}Servicer")
    servicer = type(f"Noop{service.name}", (generated,), methods)()
    getattr(grpc_module, f"add_{service.name}Servicer_to_server")(servicer, server)


def _answering(reply: Message) -> Callable[..., Any]:
    async def answer(self: object, request: Message, context: grpc.aio.ServicerContext) -> Message:
        return reply

    return answer


if __name__ == "__main__":
    run(build)
