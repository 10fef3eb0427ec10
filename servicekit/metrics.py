"""What a process says to Prometheus: its calls, itself, what its service adds; over HTTP."""

import asyncio
import logging
import socketserver
import threading
import time
from bisect import bisect_left
from collections.abc import Awaitable, Callable, Iterable, Iterator
from http.server import HTTPServer
from pathlib import Path
from typing import Any

import grpc
from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.exposition import MetricsHandler
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from prometheus_client.samples import Exemplar
from prometheus_client.utils import floatToGoString

log = logging.getLogger(__name__)

# What a service adds to its metrics, asked for on the event loop at each scrape.
Ask = Callable[[], Awaitable[Iterable[Metric]]]

# Seconds. Half a millisecond is what a cheap read takes.
BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_BOUNDS_NS = tuple(int(bound * 1e9) for bound in BOUNDS)
_LE = (*map(floatToGoString, BOUNDS), "+Inf")
ASK_SECONDS = 5.0
_CLIENT_SECONDS = 10.0


async def nothing_more() -> Iterable[Metric]:
    """Add nothing."""
    return ()


class _Cell:
    """The calls of one method that ended with one code."""

    __slots__ = ("buckets", "elapsed_ns", "exemplars")

    def __init__(self) -> None:
        self.buckets = [0] * len(_LE)
        self.elapsed_ns = 0
        self.exemplars: dict[int, Exemplar] = {}


class RpcMetrics(Collector):
    """Counts calls: from one thread, read by another. Costs a call about a microsecond."""

    def __init__(self, implementation: str) -> None:
        self._implementation = implementation
        self._cells: dict[tuple[str, grpc.StatusCode], _Cell] = {}

    def count(
        self, method: str, code: grpc.StatusCode, elapsed_ns: int, trace_id: str = ""
    ) -> None:
        """Count one call of a method such as /camplane.camera.v1.CameraService/GetCamera.

        trace_id: of a trace that was kept, to be named as the example of such calls.
        """
        cell = self._cells.get((method, code))
        if cell is None:
            cell = self._cells.setdefault((method, code), _Cell())
        at = bisect_left(_BOUNDS_NS, elapsed_ns)
        cell.buckets[at] += 1
        cell.elapsed_ns += elapsed_ns
        if trace_id:
            cell.exemplars[at] = Exemplar({"trace_id": trace_id}, elapsed_ns / 1e9, time.time())

    def collect(self) -> Iterator[Metric]:
        """Return the two families of gRPC's own metrics."""
        handled = CounterMetricFamily(
            "grpc_server_handled",
            "Calls that ended, by gRPC status.",
            labels=("grpc_service", "grpc_method", "grpc_code", "implementation"),
        )
        handling = HistogramMetricFamily(
            "grpc_server_handling_seconds",
            "How long calls took; streams are counted when they end.",
            labels=("grpc_service", "grpc_method", "implementation"),
        )
        by_method: dict[str, _Cell] = {}
        for (method, code), cell in list(self._cells.items()):
            buckets = list(cell.buckets)
            service, _, name = method[1:].partition("/")
            labels = (service, name, code.name, self._implementation)
            handled.add_metric(labels, sum(buckets))
            whole = by_method.setdefault(method, _Cell())
            whole.buckets = [a + b for a, b in zip(whole.buckets, buckets, strict=True)]
            whole.elapsed_ns += cell.elapsed_ns
            whole.exemplars.update(dict(cell.exemplars))
        for method, cell in by_method.items():
            service, _, name = method[1:].partition("/")
            handling.add_metric(
                (service, name, self._implementation), _cumulative(cell), cell.elapsed_ns / 1e9
            )
        yield handled
        yield handling


def _cumulative(cell: _Cell) -> list[Any]:
    """Return (bound, count up to it, exemplar) of each bucket."""
    total, found = 0, []
    for at, (bound, count) in enumerate(zip(_LE, cell.buckets, strict=True)):
        total += count
        found.append((bound, total, cell.exemplars.get(at)))
    return found


class _Asked(Collector):
    """Asks the service on its event loop; what it cannot say now is left out."""

    def __init__(self, ask: Ask, loop: asyncio.AbstractEventLoop) -> None:
        self._ask = ask
        self._loop = loop

    def collect(self) -> Iterable[Metric]:
        async def asked() -> list[Metric]:
            async with asyncio.timeout(ASK_SECONDS):
                return list(await self._ask())

        try:
            return asyncio.run_coroutine_threadsafe(asked(), self._loop).result(2 * ASK_SECONDS)
        except Exception as error:  # a scrape without these is better than none
            log.warning("some metrics cannot be told: %r", error)
            return []


class _Handler(MetricsHandler):
    # A client that sends nothing must not keep the others waiting for ever.
    timeout = _CLIENT_SECONDS


class _UnixServer(socketserver.UnixStreamServer):
    def get_request(self) -> tuple[Any, Any]:
        connection, _ = super().get_request()
        return connection, ("unix", 0)  # what the handler takes for the client's address


class MetricsServer:
    """Answers GET with the metrics, one client at a time, on a thread of its own.

    It speaks text or OpenMetrics, as the client asks. address: "unix:/path" or
    "host:port"; port 0 lets the kernel choose. Needs a running event loop, on
    which `ask` is called. Raises OSError when it cannot listen.
    """

    def __init__(self, address: str, rpcs: RpcMetrics, ask: Ask) -> None:
        registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=registry)
        registry.register(rpcs)
        registry.register(_Asked(ask, asyncio.get_running_loop()))
        handler: Any = type("Handler", (_Handler,), {"registry": registry})
        self._path: Path | None = None
        self._server: socketserver.TCPServer
        if address.startswith("unix:"):
            # A killed process leaves its socket behind. That no other one lives
            # has been seen by now: it would hold the service's own address.
            self._path = Path(address.removeprefix("unix:"))
            self._path.unlink(missing_ok=True)
            self._server = _UnixServer(str(self._path), handler)
            self.address = address
        else:
            host, _, port = address.rpartition(":")
            self._server = HTTPServer((host.strip("[]"), int(port)), handler)
            self.address = f"{host}:{self._server.server_address[1]}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name="metrics", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop answering. Blocks for a moment; not for the event loop, which may be asked yet."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        if self._path:
            self._path.unlink(missing_ok=True)
