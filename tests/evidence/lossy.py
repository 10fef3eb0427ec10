"""Spans that get lost on their way: a proxy before the control process that drops one in twenty."""

import asyncio
import contextlib
import json
import signal
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path
from typing import Any

import grpc
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from camplane_tools.harness.api import Api
from camplane_tools.harness.camplane import Camplane
from camplane_tools.harness.waiting import until

_DROPPED_EACH = 20
_PATIENCE_SECONDS = 30.0
_EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"


@contextlib.asynccontextmanager
async def spans_lost(camplane: Camplane) -> AsyncIterator[None]:
    """Lose 5 % of Envoy's spans while this is entered, which is when it has been noticed."""
    place = _socket_of_control(camplane.data)
    behind = place.with_suffix(".behind")
    # Envoy connects anew when the control process is back, and by then finds the proxy.
    camplane.signal("envoy", signal.SIGSTOP)
    try:
        await _restarted(camplane, place)
        place.rename(behind)
        proxy = grpc.aio.server()
        proxy.add_generic_rpc_handlers([_Proxy(grpc.aio.insecure_channel(f"unix:{behind}"))])
        proxy.add_insecure_port(f"unix:{place}")
        await proxy.start()
    finally:
        camplane.signal("envoy", signal.SIGCONT)
    try:
        await until("the loss is noticed", _PATIENCE_SECONDS, lambda: _is_noticed(camplane))
        yield
    finally:
        await proxy.stop(None)
        # It comes back with a socket of its own, and with no memory of what was lost.
        await _restarted(camplane, place)


def _socket_of_control(data: Path) -> Path:
    bootstrap = json.loads((data / "envoy" / "envoy.json").read_text())
    clusters = bootstrap["static_resources"]["clusters"]
    (otlp,) = (one for one in clusters if one["name"] == "otlp")
    (locality,) = otlp["load_assignment"]["endpoints"]
    (endpoint,) = locality["lb_endpoints"]
    return Path(endpoint["endpoint"]["address"]["pipe"]["path"])


async def _restarted(camplane: Camplane, place: Path) -> None:
    """Kill the control process; return when its successor serves."""
    killed = camplane.signal("control", signal.SIGKILL)
    place.unlink(missing_ok=True)

    async def serves() -> bool:
        if camplane.pid("control") in (0, killed) or not place.exists():
            return False
        async with grpc.aio.insecure_channel(f"unix:{place}") as channel:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(channel.channel_ready(), 1)
                return True
        return False

    await until("the control process is back", _PATIENCE_SECONDS, serves)


async def _is_noticed(camplane: Camplane) -> bool:
    api = Api(lambda: camplane.url)
    answer = await api.ask("", "GET", "/monitoring/comparison")
    await api.close()
    return answer.status == 200 and bool(answer.json["truth"]["completeness"]["alarm"])


class _Proxy(grpc.GenericRpcHandler):
    """Passes every call on as it is; of spans some are left out."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._channel = channel
        self._spans = count(1)

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        method, metadata = details.method, details.invocation_metadata

        async def passed(requests: AsyncIterator[bytes], context: Any) -> AsyncIterator[bytes]:
            thinned = self._thinned(requests) if method == _EXPORT else requests
            kept = [(key, value) for key, value in metadata if not key.startswith("grpc-")]
            call = self._channel.stream_stream(method)(
                thinned, metadata=kept, timeout=context.time_remaining()
            )
            try:
                async for answer in call:
                    yield answer
            except grpc.aio.AioRpcError as error:
                await context.abort(error.code(), error.details(), error.trailing_metadata())

        return grpc.stream_stream_rpc_method_handler(passed)

    async def _thinned(self, requests: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for request in requests:
            batch = ExportTraceServiceRequest.FromString(request)
            for resource in batch.resource_spans:
                for scope in resource.scope_spans:
                    left = [one for one in scope.spans if next(self._spans) % _DROPPED_EACH]
                    del scope.spans[:]
                    scope.spans.extend(left)
            yield batch.SerializeToString()
