"""Wires the control process."""

import asyncio
import logging
import os
from collections.abc import Coroutine, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
from camplane.gateway.v1 import (
    monitoring_service_pb2_grpc,
    rollout_service_pb2_grpc,
    traffic_service_pb2_grpc,
)
from prometheus_client.metrics_core import Metric

from gateway.access.place import AccessPlace
from gateway.audit.keeping import Keeping
from gateway.audit.store import AuditStore
from gateway.control import error_log
from gateway.control.consistency import Consistency
from gateway.control.domain_watch import DomainWatch
from gateway.control.error_table import ERRORS
from gateway.control.evidence import Evidence
from gateway.control.fleet import Fleet
from gateway.control.health import judge
from gateway.control.prometheus import ControlMetrics
from gateway.control.servicer import MonitoringServicer
from gateway.control.services import Services
from gateway.control.settings import ControlSettings, control_settings
from gateway.control.traffic_servicer import TrafficServicer
from gateway.proxy.admin import Admin, AdminError
from gateway.proxy.mirrors import why_no_mirrors
from gateway.proxy.topology import is_loopback
from gateway.rollout import metrics as rollout_metrics
from gateway.rollout.controller import Controller
from gateway.rollout.decisions.store import RolloutStore
from gateway.rollout.observer import Observer
from gateway.rollout.router import FileRouter
from gateway.rollout.servicer import RolloutServicer
from gateway.telemetry import otlp
from gateway.telemetry.otlp import Forwarder
from gateway.telemetry.receiver import Receiver, ReceiverCounts
from gateway.telemetry.reconciliation_watch import ReconciliationWatch
from gateway.telemetry.store import TraceStore
from gateway.telemetry.writer import Writer
from gateway.vocabulary.route_table import CONTRACTS, rpcs
from servicekit.database.trouble import DatabaseTroubleError
from servicekit.process import this_process
from servicekit.server import Service
from servicekit.settings import Environment, ServerSettings
from servicekit.threads import Threads
from servicekit.webhooks.deliveries import Deliveries
from servicekit.webhooks.post import Post

log = logging.getLogger(__name__)

ERROR_LOG_INTERVAL_SECONDS = 10.0


def build() -> tuple[Service, ServerSettings]:
    """Return the control process as the environment describes it."""
    settings = control_settings(Environment())
    return control_service(settings), settings.server


def control_service(settings: ControlSettings) -> Service:
    """Return the control process, wired; nothing connects before it is opened.

    It names every contract, so that reflection and health work through the
    gateway: a context is as healthy as its best implementation.
    """
    process = _ControlProcess(settings)
    return Service(
        name="gateway",
        implementation="control",
        register=process.register,
        grpc_services=[
            service.full_name
            for contract in CONTRACTS
            for service in contract.DESCRIPTOR.services_by_name.values()
        ],
        errors=ERRORS,
        check=process.check,
        opened=process.opened,
        closed=process.closed,
        metrics=process.metrics,
    )


class _ControlProcess:
    """What lives as long as the server: connections and background work."""

    def __init__(self, settings: ControlSettings) -> None:
        self._settings = settings
        self._threads = Threads(4, "control")
        self._background: list[asyncio.Task[None]] = []
        self._store = TraceStore(settings.database)
        self._receiver = Receiver(
            {rpc.label: rpc.context for rpc in rpcs()},
            Writer(self._store),
            notes_tokens=settings.topology.access.looks,
        )
        self._rollouts = RolloutStore(settings.rollouts)
        # A rollback waits for no scrape, and for no search of traces.
        self._rollout_threads = Threads(2, "rollout")
        self._audit = AuditStore(settings.audit)
        self._forwarder: Forwarder | None = None

    def register(self, server: grpc.aio.Server) -> None:
        topology = self._settings.topology
        self._services = Services(topology)
        self._envoy = Admin(topology.admin_socket)
        consistency = Consistency(self._services.channels["camera/domain"])
        servicer = MonitoringServicer(
            services=self._services,
            consistency=consistency,
            fleet=Fleet(self._services.of_context("camera")),
            envoy=self._envoy,
            errors=Path(topology.error_log),
            threads=self._threads,
            is_open=not (topology.access.refuses or is_loopback(topology.host)),
            tells_nobody=topology.access.refuses,
            folders=(self._settings.rollouts.parent, self._settings.directory),
        )
        monitoring_service_pb2_grpc.add_MonitoringServiceServicer_to_server(servicer, server)
        if self._settings.forward_to:
            self._forwarder = Forwarder(self._settings.forward_to)
        otlp.register(server, self._receiver, self._forwarder)
        self._reconciliation = ReconciliationWatch(self._envoy, self._receiver.ended_until)
        evidence = Evidence(
            self._receiver, self._reconciliation, self._settings.directory, self._threads
        )
        traffic = TrafficServicer(
            evidence=evidence,
            reconciliation=self._reconciliation,
            counts=self._counts,
            traces=self._store,
            threads=self._threads,
        )
        traffic_service_pb2_grpc.add_TrafficServiceServicer_to_server(traffic, server)
        router = FileRouter(topology, self._settings.directory)
        observer = Observer(
            self._receiver, self._reconciliation.checks, self._store, router.history
        )
        self._domain = DomainWatch(self._services, self._envoy, topology)
        self._controller = Controller(
            store=self._rollouts,
            router=router,
            observer=observer,
            threads=self._rollout_threads,
            process=this_process(),
            trouble_of=self._domain.trouble,
            decided=lambda logged: self._deliveries.wake(),
        )
        rules = self._settings.webhooks
        self._post = Post(os.environ, rules)
        self._deliveries = Deliveries(self._rollouts.outbox, self._rollout_threads, self._post)
        rollouts = RolloutServicer(
            self._controller,
            self._rollouts,
            router,
            observer,
            self._rollout_threads,
            why_no_mirrors(topology),
            rules,
        )
        rollout_service_pb2_grpc.add_RolloutServiceServicer_to_server(rollouts, server)
        self._metrics = ControlMetrics(
            receiver=self._receiver,
            evidence=evidence,
            reconciliation=self._reconciliation,
            counts=self._counts,
            consistency=consistency,
            traces=self._store,
            threads=self._threads,
        )

    async def metrics(self) -> Iterable[Metric]:
        queues = await self._rollout_threads(self._rollouts.outbox.status)
        waiting = sum(queue.waiting for queue in queues)
        of_rollouts = rollout_metrics.families(
            self._controller.views, self._controller.leads, waiting
        )
        return [*await self._metrics(), *of_rollouts]

    async def check(self) -> None:
        judge(await self._services.serving())

    async def opened(self) -> None:
        await self._threads(self._receiver.start)
        if self._forwarder:
            self._run(self._forwarder.run())
        self._run(self._reconciliation.run())
        self._run(self._domain.run())
        if self._services.old_server is not None:
            self._run(self._services.old_server.run())
        await self._rollout_threads(self._prepare_rollouts)
        self._run(self._controller.run())
        self._run(self._deliveries.run())
        if self._settings.topology.tls is not None:
            # Cryptography takes a while to import.
            from gateway.tls.renewing import Renewing

            tls = self._settings.topology.tls
            self._run(Renewing(tls, self._settings.directory, self._threads).run())
        if self._settings.topology.access.looks:
            # Likewise.
            from gateway.access.noting import Noting

            place = AccessPlace(Path(self._settings.topology.access.public_keys).parent)
            self._run(Noting(place, self._receiver.take_uses, self._threads).run())
        if self._settings.topology.audit_log:
            log_path = Path(self._settings.topology.audit_log)
            self._run(Keeping(log_path, self._audit, self._envoy, self._threads).run())
        self._run(self._bound_error_log(Path(self._settings.topology.error_log)))

    async def closed(self) -> None:
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self._threads(self._receiver.close)
        await self._threads(self._rollouts.close)
        await self._threads(self._audit.close)
        if self._forwarder:
            await self._forwarder.close()
        await self._post.close()
        await self._services.close()
        await self._envoy.close()
        self._threads.close()
        self._rollout_threads.close()

    def _prepare_rollouts(self) -> None:
        """Make the tables of the rollouts; without them the gateway goes on as it is."""
        try:
            self._rollouts.prepare()
        except DatabaseTroubleError as error:
            log.error("no rollout can be carried out: %s", error)

    def _counts(self) -> ReceiverCounts:
        """Return the receiver's counts, with those of what was sent on."""
        counts = self._receiver.counts()
        if self._forwarder is None:
            return counts
        sent, failed = self._forwarder.forwarded, self._forwarder.failed
        return replace(counts, forwarded=sent, forward_failed=failed)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        task.add_done_callback(_say_why_it_ended)
        self._background.append(task)

    async def _bound_error_log(self, path: Path) -> None:
        """Keep the log of failed requests from filling the disk."""
        while True:
            if await self._threads(error_log.put_aside_when_large, path):
                try:
                    await self._envoy.reopen_logs()
                except AdminError as error:  # it writes on into the renamed file
                    log.warning("%s", error)
            await asyncio.sleep(ERROR_LOG_INTERVAL_SECONDS)


def _say_why_it_ended(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.error("background work ended: a defect", exc_info=error)
