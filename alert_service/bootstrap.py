"""Wires the alert service; nowhere else are its objects made."""

import asyncio
import logging
import os
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
from camplane.alert.v1 import alert_rest_service_pb2_grpc, alert_service_pb2_grpc
from prometheus_client.metrics_core import Metric

from alert_service.adapters.cameras import CameraFollower
from alert_service.adapters.database.evaluation_store import DatabaseEvaluationStore
from alert_service.adapters.database.notifications import NotificationOutbox
from alert_service.adapters.database.repository import AlertRepository
from alert_service.application.channel_trials import ChannelTrials
from alert_service.application.evaluator import Evaluator
from alert_service.application.firing import FiringAlerts
from alert_service.application.intake import Intake
from alert_service.application.ports import AlertRules, Run
from alert_service.application.raised import CallersAlerts
from alert_service.application.rule_masking import conceal
from alert_service.application.rule_states import RuleStates
from alert_service.application.scoped import ScopedAlertRules
from alert_service.application.snoozes import RuleSnoozes
from alert_service.application.trials import RuleTrials
from alert_service.application.use_cases import DomainAlertRules
from alert_service.entrypoints.error_table import ERRORS
from alert_service.entrypoints.metrics import metrics
from alert_service.entrypoints.rest_servicer import AlertRestServicer
from alert_service.entrypoints.servicer import AlertServicer
from alert_service.legacy.rules import LegacyAlertRules
from alert_service.settings import AlertSettings, Implementation, KeptEvents, Notifying
from alert_service.shared_state.channel_status import StoredChannelStatuses
from alert_service.shared_state.completed import CompletedWrites
from alert_service.shared_state.events import EventLog
from alert_service.shared_state.kept_states import KeptStates
from alert_service.shared_state.raised_alerts import RaisedAlerts
from alert_service.shared_state.rights import require_rights
from alert_service.shared_state.snoozes import Snoozes
from servicekit.database.calls import Calls
from servicekit.database.connections import Database
from servicekit.database.migrate import migrate
from servicekit.database.trouble import DatabaseTroubleError
from servicekit.process import BOOT_ID, Identity, is_alive, this_process
from servicekit.server import Service, StartupError
from servicekit.threads import Threads
from servicekit.upkeep import every

if TYPE_CHECKING:
    from alert_service.adapters.channels import ChannelSender
    from servicekit.webhooks.deliveries import Deliveries

DATABASE_THREADS = 4
# Under this name health says whether all channels are told.
NOTIFICATIONS_HEALTH = "camplane.alert.notifications"
PRUNE_SECONDS = 60.0
DELIVERIES_AGAIN_SECONDS = 5.0
log = logging.getLogger(__name__)

MIGRATIONS = Path(__file__).parent / "shared_state" / "migrations"


def build(settings: AlertSettings) -> Service:
    """Return the service on the settings' database."""
    database = Database("alert", settings.database_url, DATABASE_THREADS)
    return wire(
        settings.implementation,
        database,
        settings.kept_events,
        settings.notifying,
        settings.cameras,
    )


def wire(
    implementation: Implementation,
    database: Database,
    kept: KeptEvents | None = None,
    notifying: Notifying | None = None,
    cameras: str = "",
) -> Service:
    """Return the service on this database, which it migrates when opened and closes at the end."""
    process = _AlertProcess(
        implementation, database, kept or KeptEvents(), notifying or Notifying(), cameras
    )
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
        told_apart=process.told_apart,
    )


def utc_now() -> datetime:
    """Return the time in UTC, without a zone as the tables hold it."""
    return datetime.now(UTC).replace(tzinfo=None)


class _AlertProcess:
    """What lives as long as the server: the database, its threads and background work."""

    def __init__(
        self,
        implementation: Implementation,
        database: Database,
        kept: KeptEvents,
        notifying: Notifying,
        cameras: str,
    ) -> None:
        self._database = database
        self._kept = kept
        self._notifying = notifying
        self._deliveries: Deliveries | None = None
        self._outbox: NotificationOutbox | None = None
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
            self._evaluator = evaluator = Evaluator(
                DatabaseEvaluationStore(database, repository),
                self._events,
                self._threads,
                time.time,
                this_process(),
                _may_live,
                notifying.channels,
                self._wake_deliveries,
            )
            self._outbox = NotificationOutbox(database, notifying.channels, lambda: evaluator.token)
        self._scoped = ScopedAlertRules(self._rules, self._completed.made_before)
        self._states = RuleStates(self._scoped, KeptStates(database), notifying.channels)
        self._trials = RuleTrials(self._scoped, self._events, time.time)
        self._sender: ChannelSender | None = None
        self._channels = ChannelTrials(
            notifying.channels,
            StoredChannelStatuses(database),
            self._threads,
            self._made_sender,
            time.time,
        )
        self._kept_snoozes = Snoozes(database, self._completed)
        self._snoozes = RuleSnoozes(self._scoped, self._kept_snoozes, time.time)
        self._raised = RaisedAlerts(database, self._completed, time.time)
        self._alerts = CallersAlerts(self._raised)
        wake = self._evaluator.wake if self._evaluator else lambda: None
        self._intake = Intake(self._events, self._threads, time.time, kept.seconds, wake)
        self._follower = (
            CameraFollower(cameras, self._events, self._threads, time.time, wake)
            if cameras and self._evaluator
            else None
        )
        self._following: asyncio.Task[None] | None = None
        self._pruning: asyncio.Task[None]
        self._evaluating: asyncio.Task[None] | None = None
        self._delivering: asyncio.Task[None] | None = None
        self._saying_again: asyncio.Task[None] | None = None

    def register(self, server: grpc.aio.Server) -> None:
        alert_service_pb2_grpc.add_AlertServiceServicer_to_server(
            AlertServicer(
                self._scoped,
                self._intake,
                self._states,
                self._trials,
                self._channels,
                self._alerts,
                self._snoozes,
                self._run,
                self._threads,
            ),
            server,
        )
        alert_rest_service_pb2_grpc.add_AlertRestServiceServicer_to_server(
            AlertRestServicer(self._scoped, self._intake, self._run), server
        )

    async def check(self) -> None:
        await self._run(self._rules.check)

    @property
    def told_apart(self) -> Mapping[str, Callable[[], bool]]:
        """Are all channels told? Nobody's request depends on it."""
        return {NOTIFICATIONS_HEALTH: lambda: not (self._deliveries and self._deliveries.failing)}

    async def metrics(self) -> Sequence[Metric]:
        channels = self._notifying.channels
        return await self._threads(lambda: list(metrics(self._database, channels)))

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
        if self._follower:
            self._following = asyncio.create_task(self._follower.follow())
        if self._outbox and self._notifying.channels:
            self._delivering = asyncio.create_task(self._deliver(self._outbox))
            self._saying_again = asyncio.create_task(self._say_again(self._outbox))

    async def closed(self) -> None:
        self._pruning.cancel()
        for task in filter(None, (self._following, self._delivering, self._saying_again)):
            task.cancel()
            await asyncio.wait({task})
        if self._sender:
            await self._sender.close()
        if self._evaluator and self._evaluating:
            self._evaluator.stop()
            await self._evaluating
        await self._calls.close()
        await self._threads(self._database.close)
        self._threads.close()

    async def _deliver(self, outbox: NotificationOutbox) -> None:
        # Where nobody is told, its HTTP client is not loaded.
        from servicekit.webhooks.deliveries import Deliveries

        while True:
            self._deliveries = Deliveries(outbox, self._threads, self._made_sender())
            try:
                await self._deliveries.run()
            except Exception as error:  # whatever it was, what waits is still to be told
                log.error("notifications wait: %s", error)
            await asyncio.sleep(DELIVERIES_AGAIN_SECONDS)

    async def _say_again(self, outbox: NotificationOutbox) -> None:
        from alert_service.adapters.channels import SaysAgain

        channels = self._notifying.channels
        silent = self._raised.silent
        firing = FiringAlerts(self._scoped, KeptStates(self._database), channels, silent)
        again = SaysAgain(channels, firing.told_to, outbox.leads, self._threads)
        while again.is_needed:
            try:
                await again.run(self._made_sender())
            except DatabaseTroubleError as error:
                log.error("Alertmanagers are not told again: %s", error)

    def _made_sender(self) -> "ChannelSender":
        if self._sender is None:
            # Where nobody is told, its HTTP client is not loaded.
            from alert_service.adapters.channels import ChannelSender

            self._sender = ChannelSender(os.environ, self._notifying.rules)
        return self._sender

    def _wake_deliveries(self) -> None:
        if self._deliveries:
            self._deliveries.wake()

    def _prune(self) -> None:
        self._completed.prune()
        self._kept_snoozes.prune(time.time())
        if self._outbox:
            self._outbox.prune(time.time())
        self._events.prune(time.time() - self._kept.seconds, self._kept.most)


def _may_live(holder: Identity) -> bool:
    """Does a process live, as far as can be known? Of another machine's only its lease tells."""
    return holder.boot != BOOT_ID or is_alive(holder)
