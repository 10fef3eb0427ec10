"""A real server with the real generated services, which records what reaches it.

It answers what a test tells it to. `python upstream.py CONTEXT IMPLEMENTATION
ADDRESS` runs one as a process that can be killed.
"""

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import grpc
import uvloop
from camplane.alert.v1 import alert_rest_service_pb2_grpc, alert_service_pb2_grpc
from camplane.camera.v1 import camera_rest_service_pb2_grpc, camera_service_pb2_grpc
from google.api import httpbody_pb2
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from gateway.vocabulary.route_table import CONTRACTS
from servicekit.refusals import KEY_REFUSALS, ErrorTable, Refusal
from servicekit.server import Service, serve
from servicekit.settings import ServerSettings
from servicekit.telemetry import TelemetrySettings

DEADLINE = 10.0
GENERATED = (
    camera_service_pb2_grpc,
    camera_rest_service_pb2_grpc,
    alert_service_pb2_grpc,
    alert_rest_service_pb2_grpc,
)


class GoneError(Exception):
    """Answered as UNAVAILABLE."""


class BrokenError(Exception):
    """Answered as INTERNAL."""


class LateError(Exception):
    """Answered as DEADLINE_EXCEEDED."""


class MissingError(Exception):
    """Answered as NOT_FOUND."""


class NoSourceError(Exception):
    """Answered as FAILED_PRECONDITION, to REST clients as 502."""


ERRORS = ErrorTable(
    "camplane.test",
    {
        **KEY_REFUSALS,
        GoneError: Refusal(grpc.StatusCode.UNAVAILABLE, "DATABASE_UNAVAILABLE"),
        BrokenError: Refusal(grpc.StatusCode.INTERNAL, "STORAGE_FAILED"),
        LateError: Refusal(grpc.StatusCode.DEADLINE_EXCEEDED, "STORAGE_FAILED"),
        MissingError: Refusal(grpc.StatusCode.NOT_FOUND, "CAMERA_NOT_FOUND"),
        NoSourceError: Refusal(grpc.StatusCode.FAILED_PRECONDITION, "SOURCE_UNREADABLE", 502),
    },
)


class ServerThread:
    """A service of servicekit, served on a thread of its own."""

    def __init__(self, service: Service, settings: ServerSettings) -> None:
        self._service = service
        self._settings = settings
        self._loop = uvloop.new_event_loop()
        self._stop = asyncio.Event()

    def start(self) -> None:
        """Serve; returns when the address is bound."""
        bound = threading.Event()
        run = serve(self._service, self._settings, lambda address: bound.set(), self._stop)
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(run,))
        self._thread.start()
        assert bound.wait(DEADLINE), f"{self._service.name} did not start"

    def stop(self) -> None:
        """Stop serving; returns when the socket is closed."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(DEADLINE)
        assert not self._thread.is_alive()


@dataclass(frozen=True)
class Received:
    """One call as it reached a service; `rpc` is such as CameraService/StartCamera."""

    rpc: str
    request: dict[str, Any]
    metadata: dict[str, str]


@dataclass
class Upstream:
    """One implementation of one context, on a thread of its own.

    behave: called with each RPC's label and request; raises, returns the
    response, or None for an empty one. seconds: how long each answer takes, once it is made, and
    a stream lasts, once it has begun.
    """

    context: str
    implementation: str
    address: str
    otlp: str = ""
    behave: Callable[[str, Any], Message | None] | None = None
    received: list[Received] = field(default_factory=list)
    serving: bool = True
    seconds: float = 0.0

    @property
    def name(self) -> str:
        return f"{self.context}/{self.implementation}"

    def start(self) -> None:
        """Serve; returns when the address is bound."""
        self._server = ServerThread(self.service(), self.settings())
        self._server.start()

    def stop(self) -> None:
        """Stop serving; returns when the socket is closed."""
        self._server.stop()

    def service(self) -> Service:
        return Service(
            name=self.context,
            implementation=self.implementation,
            register=self._register,
            grpc_services=[service.full_name for service in self._services()],
            errors=ERRORS,
            check=self._check,
        )

    def settings(self) -> ServerSettings:
        telemetry = TelemetrySettings(endpoint=self.otlp, samples_per_second=1e6)
        return ServerSettings(self.address, grace_seconds=0.2, telemetry=telemetry)

    async def _check(self) -> None:
        if not self.serving:
            raise GoneError("told not to serve")

    def _services(self) -> Iterator[ServiceDescriptor]:
        for contract in CONTRACTS:
            if contract.DESCRIPTOR.package == f"camplane.{self.context}.v1":
                yield from contract.DESCRIPTOR.services_by_name.values()

    def _register(self, server: grpc.aio.Server) -> None:
        for service in self._services():
            methods = {method.name: self._method(method) for method in service.methods}
            servicer = type(service.name, (), methods)()
            for module in GENERATED:
                if add := getattr(module, f"add_{service.name}Servicer_to_server", None):
                    add(servicer, server)

    def _method(self, method: MethodDescriptor) -> Callable[..., Any]:
        label = f"{method.containing_service.name}/{method.name}"

        def answer(request: Any, context: grpc.aio.ServicerContext) -> Message:
            metadata = {key: str(value) for key, value in context.invocation_metadata() or ()}
            fields = MessageToDict(request, preserving_proto_field_name=True)
            self.received.append(Received(label, fields, metadata))
            given = self.behave(label, request) if self.behave else None
            return plain_answer(method) if given is None else given

        async def unary(_self: Any, request: Any, context: grpc.aio.ServicerContext) -> Message:
            given = answer(request, context)
            await asyncio.sleep(self.seconds)
            return given

        async def stream(
            _self: Any, request: Any, context: grpc.aio.ServicerContext
        ) -> AsyncIterator[Message]:
            yield answer(request, context)
            await asyncio.sleep(self.seconds)

        return stream if method.server_streaming else unary


def plain_answer(method: MethodDescriptor) -> Message:
    """Return an empty response, JSON where it is a body."""
    response: Message = GetMessageClass(method.output_type)()
    for one in method.output_type.fields:
        if one.message_type is httpbody_pb2.HttpBody.DESCRIPTOR:
            body = getattr(response, one.name)
            body.content_type, body.data = "application/json", b'{"plain":true}'
    return response


if __name__ == "__main__":
    upstream = Upstream(*sys.argv[1:])
    uvloop.run(serve(upstream.service(), upstream.settings()))
