"""The process around a service: gRPC server, health, reflection, orderly start and stop."""

import asyncio
import contextlib
import gc
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version

import grpc
import uvloop
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health_aio
from grpc_reflection.v1alpha import reflection

from servicekit.answering import AnsweringInterceptor, Sizes
from servicekit.logs import log_to_stderr
from servicekit.metrics import Ask, MetricsServer, RpcMetrics, nothing_more
from servicekit.refusals import ErrorTable
from servicekit.replies import Conceal, nothing_concealed
from servicekit.settings import ServerSettings, SettingsError
from servicekit.standing import RevokedTokens, Standing
from servicekit.telemetry import RpcSpans
from servicekit.visible import visible

log = logging.getLogger(__name__)

HEALTH_INTERVAL_SECONDS = 1.0
# A camera list or a log tail may be larger than gRPC's default of 4 MiB.
MAX_MESSAGE_BYTES = 16 << 20
# The gateway makes a message of a REST request's body and of what its path names.
ROOM_BYTES = 64 << 10
# The gateway refuses headers above 60 KiB and adds some of its own. Between gRPC's soft
# limit, 8 KiB, and its hard one, 16 KiB, requests would be refused by chance.
MAX_METADATA_BYTES = 128 << 10


class StartupError(Exception):
    """The service cannot start; the message says what to do about it."""


async def nothing() -> None:
    """Do nothing: the default for the hooks of a Service."""


@dataclass(frozen=True)
class Service:
    """One implementation of one context, wired and ready to be served.

    name: of the context, such as "camera"; implementation: "legacy" or
    "domain". check: raises when the service could not answer now; the health
    status follows it. opened: run once before the server accepts calls.
    closed: run once after the last call ended. metrics: what a scrape of
    Prometheus is told beside the calls. conceal: what may stand on a span of the
    texts in a reply. always_serving: gRPC services whose health is the process' own,
    whatever `check` says. told_apart: whether something else goes well, by the name
    under which health says so.
    """

    name: str
    implementation: str
    register: Callable[[grpc.aio.Server], None]
    grpc_services: Sequence[str]
    errors: ErrorTable
    check: Callable[[], Awaitable[None]] = nothing
    opened: Callable[[], Awaitable[None]] = nothing
    closed: Callable[[], Awaitable[None]] = nothing
    metrics: Ask = nothing_more
    conceal: Conceal = nothing_concealed
    always_serving: Sequence[str] = ()
    told_apart: Mapping[str, Callable[[], bool]] = field(default_factory=dict)


def run(build: Callable[[], tuple[Service, ServerSettings]]) -> None:
    """Run the service that `build` wires until SIGTERM or SIGINT; exits the process.

    Exit codes: 0 stopped as asked, 2 wrong settings, 3 could not start (one
    line on standard error says why and what to do).
    """
    os.umask(0o077)  # databases, logs and locks hold what only their owner should read
    log_to_stderr()
    try:
        service, settings = build()
        uvloop.run(serve(service, settings))
    except SettingsError as error:
        sys.exit(_say(error, 2))
    except StartupError as error:
        sys.exit(_say(error, 3))


def _say(error: Exception, code: int) -> int:
    sys.stderr.write(f"error: {visible(str(error))}\n")
    return code


async def serve(
    service: Service,
    settings: ServerSettings,
    started: Callable[[str], None] = lambda address: None,
    stop: asyncio.Event | None = None,
) -> None:
    """Serve until `stop` is set, or SIGTERM or SIGINT comes; `started` gets the address bound."""
    stop = stop or asyncio.Event()
    release = version("camplane")
    spans = RpcSpans(
        f"camplane-{service.name}", service.implementation, release, settings.telemetry
    )
    calls = RpcMetrics(service.implementation)
    server = grpc.aio.server(
        interceptors=[
            AnsweringInterceptor(
                service.implementation,
                service.errors,
                spans,
                calls,
                Sizes(settings.request_bytes + ROOM_BYTES, MAX_MESSAGE_BYTES),
                Standing(RevokedTokens(settings.tokens_file)),
                service.conceal,
            )
        ],
        options=[
            ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
            ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
            ("grpc.max_metadata_size", MAX_METADATA_BYTES),
            ("grpc.absolute_max_metadata_size", MAX_METADATA_BYTES),
            ("grpc.so_reuseport", 0),
            # The gateway pings each second, to know one that hangs from one that is busy.
            ("grpc.http2.max_ping_strikes", 0),
        ],
    )
    service.register(server)
    health = health_aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(health, server)
    for name in service.always_serving:
        await health.set(name, health_pb2.HealthCheckResponse.SERVING)
    names = (*service.grpc_services, health_pb2.DESCRIPTOR.services_by_name["Health"].full_name)
    reflection.enable_server_reflection((*names, reflection.SERVICE_NAME), server)

    await service.opened()
    try:
        port = server.add_insecure_port(settings.address)
    except RuntimeError as error:
        raise StartupError(
            f"cannot listen on {settings.address}: is another camplane running on this data "
            "directory? Stop it with `camplane down`, or choose another with --data"
        ) from error
    address = settings.address
    if address.endswith(":0"):
        address = f"{address[:-2]}:{port}"
    metrics = _metrics_server(service, settings, calls)
    await server.start()
    watcher = asyncio.create_task(_follow_health(service, health))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(ValueError, RuntimeError):  # not in the main thread
            loop.add_signal_handler(number, stop.set)
    # What start-up made lives as long as the process: keep it out of every
    # full collection, whose pauses callers would feel.
    gc.collect()
    gc.freeze()
    log.info("%s/%s listens on %s", service.name, service.implementation, address)
    started(address)
    await stop.wait()

    watcher.cancel()
    if metrics:
        await asyncio.to_thread(metrics.close)
    await health.enter_graceful_shutdown()
    await server.stop(settings.grace_seconds)
    await service.closed()
    await asyncio.to_thread(spans.shutdown)
    log.info("%s/%s stopped", service.name, service.implementation)


def _metrics_server(
    service: Service, settings: ServerSettings, calls: RpcMetrics
) -> MetricsServer | None:
    if not settings.metrics_address:
        return None
    try:
        return MetricsServer(settings.metrics_address, calls, service.metrics)
    except OSError as error:
        raise StartupError(
            f"metrics cannot be offered on {settings.metrics_address}: {error.strerror}; "
            "give CAMPLANE_METRICS_LISTEN another address, or none"
        ) from error


async def _follow_health(service: Service, health: health_aio.HealthServicer) -> None:
    """Keep the health status true: ask `check` once a second, and what is told apart."""
    serving: bool | None = None
    apart: dict[str, bool] = {}
    while True:
        for name, goes_well in service.told_apart.items():
            if apart.get(name) is not (well := goes_well()):
                apart[name] = well
                await health.set(name, _status(well))
        try:
            await service.check()
            now, cause = True, ""
        except Exception as error:  # whatever it is, the service cannot answer
            now, cause = False, str(error)
        if now is not serving:
            serving = now
            for name in ("", *service.grpc_services):
                await health.set(name, _status(now))
            if not now:
                log.error("%s/%s cannot serve: %s", service.name, service.implementation, cause)
            else:
                log.info("%s/%s serves", service.name, service.implementation)
        await asyncio.sleep(HEALTH_INTERVAL_SECONDS)


def _status(serves: bool) -> health_pb2.HealthCheckResponse.ServingStatus.ValueType:
    status = health_pb2.HealthCheckResponse
    return status.SERVING if serves else status.NOT_SERVING
