"""OTLP/gRPC on the control process's server: spans in, and on to whoever else wants them."""

import asyncio
import json
import logging
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar

import grpc
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from gateway.telemetry.receiver import Receiver

log = logging.getLogger(__name__)

R = TypeVar("R")

SERVICE = "opentelemetry.proto.collector.trace.v1.TraceService"
LOGS_SERVICE = "opentelemetry.proto.collector.logs.v1.LogsService"
FORWARD_BYTES = 16 << 20
FORWARD_SECONDS = 10.0
# gRPC repeats what an endpoint refuses for a moment.
_RETRY = json.dumps(
    {
        "methodConfig": [
            {
                "name": [{"service": SERVICE}],
                "retryPolicy": {
                    "maxAttempts": 5,
                    "initialBackoff": "0.5s",
                    "maxBackoff": "4s",
                    "backoffMultiplier": 2,
                    "retryableStatusCodes": ["UNAVAILABLE", "RESOURCE_EXHAUSTED"],
                },
            }
        ]
    }
)


class Forwarder:
    """Sends batches on as they came; what there is no room or no taker for is counted."""

    def __init__(self, endpoint: str) -> None:
        self.forwarded = 0
        self.failed = 0
        address = endpoint.removeprefix("http://").rstrip("/")
        self._channel = grpc.aio.insecure_channel(
            address, options=[("grpc.service_config", _RETRY)]
        )
        self._export = self._channel.unary_unary(f"/{SERVICE}/Export")
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._arrived = asyncio.Event()
        self._troubled = False

    def send(self, data: bytes) -> None:
        """Send a batch soon; never waits."""
        if self._bytes + len(data) > FORWARD_BYTES:
            self.failed += 1
            return
        self._waiting.append(data)
        self._bytes += len(data)
        self._arrived.set()

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            await self._arrived.wait()
            while self._waiting:
                data = self._waiting.popleft()
                self._bytes -= len(data)
                await self._forward(data)
            self._arrived.clear()

    async def close(self) -> None:
        """Close the connection."""
        await self._channel.close()

    async def _forward(self, data: bytes) -> None:
        try:
            await self._export(data, timeout=FORWARD_SECONDS)
        except grpc.aio.AioRpcError as error:
            self.failed += 1
            if not self._troubled:
                log.warning("spans cannot be sent on: %s: %s", error.code().name, error.details())
            self._troubled = True
        else:
            self.forwarded += 1
            self._troubled = False


def register(server: grpc.aio.Server, receiver: Receiver, forwarder: Forwarder | None) -> None:
    """Let a server take spans, and records of attempts, which become spans.

    Requests of spans stay bytes: they are read elsewhere, and sent on as is.
    """

    async def export(data: bytes, context: grpc.aio.ServicerContext) -> bytes:
        rejected = await _taken(receiver.take, data, context)
        if forwarder:
            forwarder.send(data)
        answer = ExportTraceServiceResponse()
        if rejected:
            answer.partial_success.rejected_spans = rejected
            answer.partial_success.error_message = "too many spans at once"
        encoded: bytes = answer.SerializeToString()
        return encoded

    async def export_attempts(data: bytes, context: grpc.aio.ServicerContext) -> bytes:
        spans = await _taken(receiver.take_attempts, data, context)
        if forwarder:
            forwarder.send(spans.SerializeToString())
        encoded: bytes = ExportLogsServiceResponse().SerializeToString()
        return encoded

    for service, behavior in ((SERVICE, export), (LOGS_SERVICE, export_attempts)):
        handlers: dict[str, Any] = {"Export": grpc.unary_unary_rpc_method_handler(behavior)}
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, handlers),))


async def _taken(take: Callable[[bytes], R], data: bytes, context: grpc.aio.ServicerContext) -> R:
    """Take a request; end the call when it is none."""
    try:
        return take(data)
    except ValueError as error:
        await context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
        raise  # not reached: abort raises
