"""Wires the alert service; nowhere else are its objects made."""

import asyncio
import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import grpc
from camplane.alert.v1 import alert_rest_service_pb2_grpc, alert_service_pb2_grpc
from prometheus_client.metrics_core import Metric

from alert_service.adapters.database.evaluation_store import DatabaseEvaluationStore
from alert_service.adapters.database.repository import AlertRepository
from alert_service.application.evaluator import Evaluator
from alert_service.application.intake import Intake
from alert_service.application.ports import AlertRules, Run
from alert_service.application.rule_masking import conceal
from alert_service.application.scoped import ScopedAlertRules
from alert_service.application.use_cases import DomainAlertRules
from alert_service.entrypoints.error_table import ERRORS
from alert_service.entrypoints.metrics import metrics
from alert_service.entrypoints.rest_servicer import AlertRestServicer
from alert_service.entrypoints.servicer import AlertServicer
from alert_service.legacy.rules import LegacyAlertRules
from alert_service.settings import AlertSettings, Implementation, KeptEvents
from alert_service.shared_state.completed import CompletedWrites
from alert_service.shared_state.events import EventLog
from alert_service.shared_state.rights import require_rights
from servicekit.database import Calls, Database, DatabaseTroubleError, migrate
from servicekit.process import BOOT_ID, Identity, identify, is_alive
from servicekit.server import Service, StartupError
from servicekit.threads import Threads
from servicekit.upkeep import every

DATABASE_THREADS = 4
PRUNE_SECONDS = 60.0
MIGRATIONS = Path(__file__).parent / "shared_state" / "migrations"


def build(settings: AlertSettings) -> Service:
    """Return the service on the settings' database."""
    database = Database("alert", settings.database_url, DATABASE_THREADS)
    return wire(settings.implementation, database, settings.kept_events)


def wire(
    implementation: Implementation, database: Database, kept: KeptEvents | None = None
) -> Service:
    """Return the service on this database, which it migrates when opened and closes at the end."""
    process = _AlertProcess(implementation, database, kept or KeptEvents())
    return Service(
        name="alert",
        implementation=implementation,
        register=process.register,
        grpc_services=["camplane.alert.v1.AlertService", "camplane.alert.v1.AlertRestService"],
        errors=ERRORS,
        check=process.check,
        opened=process.opened,
        closed=process.closed,
        metrics=process.metrics,
        conceal=conceal,
    )


def utc_now() -> datetime:
    """Return the time in UTC, without a zone as the tables hold it."""
    return datetime.now(UTC).replace(tzinfo=None)


class _AlertProcess:
    """What lives as long as the server: the database, its threads and background work."""

    def __init__(
        self, implementation: Implementation, database: Database, kept: KeptEvents
    ) -> None:
        self._database = database
        self._kept = kept
        self._threads = Threads(DATABASE_THREADS, "alert-database")
        self._calls = Calls(database, self._threads)
        self._completed = CompletedWrites(database)
        self._events = EventLog(database)
        self._evaluator: Evaluator | None = None
        self._rules: AlertRules
        self._run: Run
        if implementation == "legacy":
            self._rules = LegacyAlertRules(database, self._completed, utc_now)
            self._run = self._threads
        else:
            repository = AlertRepository(database, self._completed)
            self._rules = DomainAlertRules(repository, utc_now)
            self._run = self._calls
            self._evaluator = Evaluator(
                DatabaseEvaluationStore(database, repository),
                self._events,
                self._threads,
                time.time,
                _this_process(),
                _may_live,
            )
        self._scoped = ScopedAlertRules(self._rules, self._completed.made_before)
        wake = self._evaluator.wake if self._evaluator else lambda: None
        self._intake = Intake(self._events, self._threads, time.time, kept.seconds, wake)
        self._pruning: asyncio.Task[None]
        self._evaluating: asyncio.Task[None] | None = None

    def register(self, server: grpc.aio.Server) -> None:
        alert_service_pb2_grpc.add_AlertServiceServicer_to_server(
            AlertServicer(self._scoped, self._intake, self._run), server
        )
        alert_rest_service_pb2_grpc.add_AlertRestServiceServicer_to_server(
            AlertRestServicer(self._scoped, self._intake, self._run), server
        )

    async def check(self) -> None:
        await self._run(self._rules.check)

    async def metrics(self) -> Sequence[Metric]:
        return await self._threads(lambda: list(metrics(self._database)))

    async def opened(self) -> None:
        try:
            await self._threads(migrate, self._database, MIGRATIONS)
            await self._threads(require_rights, self._database)
        except DatabaseTroubleError as error:
            raise StartupError(str(error)) from error
        prune = every(PRUNE_SECONDS, lambda: self._threads(self._prune), "alert.db prune")
        self._pruning = asyncio.create_task(prune)
        if self._evaluator:
            self._evaluating = asyncio.create_task(self._evaluator.serve())

    async def closed(self) -> None:
        self._pruning.cancel()
        if self._evaluator and self._evaluating:
            self._evaluator.stop()
            await self._evaluating
        await self._calls.close()
        await self._threads(self._database.close)
        self._threads.close()

    def _prune(self) -> None:
        self._completed.prune()
        self._events.prune(time.time() - self._kept.seconds, self._kept.most)


def _this_process() -> Identity:
    me = identify(os.getpid())
    if me is None:
        raise StartupError("/proc does not know this process: see that it is mounted")
    return me


def _may_live(holder: Identity) -> bool:
    """Does a process live, as far as can be known? Of another machine's only its lease tells."""
    return holder.boot != BOOT_ID or is_alive(holder)
