"""Wires the alert service; nowhere else are its objects made."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import grpc
from camplane.alert.v1 import alert_rest_service_pb2_grpc, alert_service_pb2_grpc

from alert_service.adapters.database.repository import AlertRepository
from alert_service.application.ports import AlertRules
from alert_service.application.rule_masking import conceal
from alert_service.application.scoped import ScopedAlertRules
from alert_service.application.use_cases import DomainAlertRules
from alert_service.entrypoints.error_table import ERRORS
from alert_service.entrypoints.metrics import metrics
from alert_service.entrypoints.rest_servicer import AlertRestServicer
from alert_service.entrypoints.servicer import AlertServicer
from alert_service.legacy.rules import LegacyAlertRules
from alert_service.settings import AlertSettings, Implementation
from alert_service.shared_state.completed import CompletedWrites
from alert_service.shared_state.rights import require_rights
from servicekit.database import Calls, Database, DatabaseTroubleError, migrate
from servicekit.server import Service, StartupError
from servicekit.threads import Threads
from servicekit.upkeep import every

DATABASE_THREADS = 4
PRUNE_SECONDS = 60.0
MIGRATIONS = Path(__file__).parent / "shared_state" / "migrations"


def build(settings: AlertSettings) -> Service:
    """Return the service on the settings' database."""
    return wire(settings.implementation, Database("alert", settings.database_url, DATABASE_THREADS))


def wire(implementation: Implementation, database: Database) -> Service:
    """Return the service on this database, which it migrates when opened and closes at the end."""
    threads = Threads(DATABASE_THREADS, "alert-database")
    calls = Calls(database, threads)
    completed = CompletedWrites(database)
    rules: AlertRules
    run: Threads | Calls
    if implementation == "legacy":
        rules, run = LegacyAlertRules(database, completed, utc_now), threads
    else:
        store = AlertRepository(database, completed)
        rules, run = DomainAlertRules(store, utc_now), calls
    scoped = ScopedAlertRules(rules, completed.made_before)
    pruning: list[asyncio.Task[None]] = []

    def register(server: grpc.aio.Server) -> None:
        alert_service_pb2_grpc.add_AlertServiceServicer_to_server(
            AlertServicer(scoped, run), server
        )
        alert_rest_service_pb2_grpc.add_AlertRestServiceServicer_to_server(
            AlertRestServicer(scoped, run), server
        )

    async def opened() -> None:
        try:
            await threads(migrate, database, MIGRATIONS)
            await threads(require_rights, database)
        except DatabaseTroubleError as error:
            raise StartupError(str(error)) from error
        prune = every(PRUNE_SECONDS, lambda: threads(completed.prune), "alert.db prune")
        pruning.append(asyncio.create_task(prune))

    async def check() -> None:
        await run(rules.check)

    async def closed() -> None:
        for task in pruning:
            task.cancel()
        await calls.close()
        await threads(database.close)
        threads.close()

    return Service(
        name="alert",
        implementation=implementation,
        register=register,
        grpc_services=["camplane.alert.v1.AlertService", "camplane.alert.v1.AlertRestService"],
        errors=ERRORS,
        check=check,
        opened=opened,
        closed=closed,
        metrics=lambda: threads(lambda: list(metrics(database))),
        conceal=conceal,
    )


def utc_now() -> datetime:
    """Return the time in UTC, without a zone as the tables hold it."""
    return datetime.now(UTC).replace(tzinfo=None)
