"""Where the camera service is wired; nothing else constructs what it is made of."""

import asyncio
import logging
import threading
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
from camplane.camera.v1 import camera_rest_service_pb2_grpc, camera_service_pb2_grpc
from camplane.ext_proc.v3 import external_processor_pb2_grpc
from prometheus_client.metrics_core import Metric

from camera_service.application.entry_masking import conceal
from camera_service.application.idempotency import IdempotentExecutor
from camera_service.application.ports import Operations
from camera_service.application.previews import Previews
from camera_service.application.reading import log_line
from camera_service.application.use_cases import DomainCameras
from camera_service.domain.errors import StorageFailedError
from camera_service.entrypoints.batches import Batches
from camera_service.entrypoints.error_table import ERRORS
from camera_service.entrypoints.log_stream import LogStreams
from camera_service.entrypoints.metrics import metrics
from camera_service.entrypoints.old_writes import SERVICE as LOCKS_SERVICE
from camera_service.entrypoints.old_writes import OldWrites
from camera_service.entrypoints.rest_servicer import CameraRestServicer
from camera_service.entrypoints.servicer import CameraServicer
from camera_service.entrypoints.watch import Watch
from camera_service.legacy.operations import LegacyCameras, NoConsistency
from camera_service.settings import CameraSettings
from camera_service.shared_state.files.cameras_yaml import CamerasYaml
from camera_service.shared_state.files.completed import Completed
from camera_service.shared_state.files.layout import Layout
from camera_service.shared_state.files.presence import Presence
from camera_service.shared_state.logs.keeper import LogKeeper
from camera_service.shared_state.logs.reader import LogReader
from camera_service.shared_state.logs.tails import LogTails
from camera_service.shared_state.processes.forking import ForkingLauncher
from camera_service.shared_state.processes.launching import FreshLauncher
from camera_service.shared_state.processes.preview import take_preview
from camera_service.shared_state.processes.workers import Workers
from camera_service.shared_state.recovery import Recovery
from camera_service.supervision.supervisor import Supervisor
from servicekit.database.trouble import DatabaseTroubleError
from servicekit.server import Service, StartupError
from servicekit.threads import Threads
from servicekit.upkeep import every

if TYPE_CHECKING:
    from servicekit.database.connections import Database

log = logging.getLogger(__name__)

GRPC_SERVICES = ("camplane.camera.v1.CameraService", "camplane.camera.v1.CameraRestService")
PRUNE_SECONDS = 60.0
MIGRATIONS = Path(__file__).parent / "adapters" / "database" / "migrations"


def build(settings: CameraSettings) -> Service:
    """Wire one implementation; StartupError when its files or database cannot be used."""
    process = _CameraProcess(settings)
    return Service(
        name="camera",
        implementation=settings.implementation,
        register=process.register,
        grpc_services=GRPC_SERVICES,
        always_serving=(LOCKS_SERVICE,),
        errors=ERRORS,
        check=process.check,
        opened=process.opened,
        closed=process.closed,
        metrics=process.metrics,
        conceal=conceal,
    )


class _SharedState:
    """What both implementations work on."""

    def __init__(self, settings: CameraSettings) -> None:
        self.layout = Layout.under(settings.data, settings.cameras_file)
        self.completed = Completed(self.layout)
        self.presence = Presence()
        self.file = CamerasYaml(
            *(self.layout.cameras_file, self.completed, self.presence.require),
            backups=self.layout.backups,
        )
        self._make()
        launcher = ForkingLauncher if settings.fork_workers else FreshLauncher
        self.workers = workers = Workers(self.layout, settings.workers, launcher)
        logs = LogReader()
        self.tails = LogTails(self.layout, logs, log_line)
        self.keeper = LogKeeper(
            self.layout, logs, settings.workers.log, lambda id_: workers.status(id_).running
        )

    def _make(self) -> None:
        try:
            self.layout.make()
            self.file.create_if_fresh()
            self.file.remove_leftovers()
        except OSError as error:
            raise StartupError(
                f"the data directory {self.layout.root} cannot be used: {error.strerror} "
                f"({error.filename}); choose another with --data or CAMPLANE_DATA"
            ) from error
        except StorageFailedError as error:
            raise StartupError(str(error)) from error


@dataclass(frozen=True)
class _Implementation:
    """Domain or legacy: what it offers, and what only domain has."""

    operations: Operations
    database: "Database | None" = None
    supervisor: Supervisor | None = None


def _legacy(state: _SharedState) -> _Implementation:
    cameras = LegacyCameras(state.file, state.workers, state.tails.read)
    return _Implementation(Operations(cameras, cameras, cameras, NoConsistency()))


def _domain(settings: CameraSettings, state: _SharedState) -> _Implementation:
    # Here: SQLAlchemy is a third of the start of a process, and legacy has no database.
    from camera_service.adapters.database.cameras import MirroredCameras
    from camera_service.consistency.state import StateConsistency
    from servicekit.database.connections import Database

    assert settings.database_url is not None
    database = Database("camera", settings.database_url, settings.threads)
    mirrored = MirroredCameras(database, state.file)
    size = settings.workers.inputs.size
    cameras = DomainCameras(mirrored, state.workers, state.tails.read, size)
    # We supervise, or who does supervises for us; a changed file is taken in by each call.
    consistency = StateConsistency(
        state.layout, state.file, state.workers, mirrored, is_served=lambda: True
    )
    supervisor = Supervisor(state.layout, state.workers, mirrored, settings.heartbeat_seconds)
    operations = Operations(cameras, cameras, cameras, consistency)
    return _Implementation(operations, database, supervisor)


class _CameraProcess:
    """What lives as long as the server: threads, connections and background work."""

    def __init__(self, settings: CameraSettings) -> None:
        self._settings = settings
        self._state = state = _SharedState(settings)
        self._is_domain = settings.implementation == "domain"
        implementation = _domain(settings, state) if self._is_domain else _legacy(state)
        self._operations = implementation.operations
        self._database = implementation.database
        self._supervisor = implementation.supervisor
        self._supervising = threading.Thread(
            target=self._supervisor.run if self._supervisor else None,
            name="supervisor",
            daemon=True,
        )
        self._threads = Threads(settings.threads, "camera")
        # Apart, so that reads go on while all of them wait for another writer of cameras.yaml.
        self._writing = Threads(settings.threads, "write")
        self._controls = Threads(settings.threads, "control")
        # Apart, so that checks and watchers go on while all others wait for a worker to end.
        self._looking = Threads(2, "look")
        self._reading = Threads(2, "logs")
        self._streams = LogStreams(state.layout, self._reading)
        self._previews = Previews(partial(take_preview, state.layout.root, state.workers.inputs))
        self._batches = Batches(self._operations.observation)
        self._watch = Watch(lambda: self._looking(self._operations.observation.snapshot))
        self._old_writes = OldWrites(state.layout, state.file, state.workers, state.presence)
        self._starting: list[asyncio.Task[None]] = []
        self._pruning: list[asyncio.Task[None]] = []

    def register(self, server: grpc.aio.Server) -> None:
        state = self._state
        recovery = Recovery(state.completed, state.file, state.workers)
        writes = IdempotentExecutor(self._writing, recovery)
        servicer = CameraServicer(
            self._operations,
            self._watch,
            self._streams,
            self._threads,
            self._previews,
            self._batches,
            writes,
            IdempotentExecutor(self._controls, recovery),
            state.workers.inputs,
        )
        rest = CameraRestServicer(
            self._operations,
            self._streams,
            self._threads,
            self._batches,
            writes,
            state.workers.inputs,
        )
        camera_service_pb2_grpc.add_CameraServiceServicer_to_server(servicer, server)
        camera_rest_service_pb2_grpc.add_CameraRestServiceServicer_to_server(rest, server)
        if self._is_domain:  # legacy stands in no old server's place
            external_processor_pb2_grpc.add_ExternalProcessorServicer_to_server(
                self._old_writes, server
            )

    async def check(self) -> None:
        await self._looking(self._operations.observation.check)

    async def metrics(self) -> list[Metric]:
        return await self._looking(lambda: list(metrics(self._operations.observation.snapshot())))

    async def opened(self) -> None:
        if self._database:
            from servicekit.database.migrate import migrate

            try:
                await self._threads(migrate, self._database, MIGRATIONS)
            except DatabaseTroubleError as error:
                raise StartupError(str(error)) from error
        if self._supervisor:
            self._supervising.start()
        self._state.keeper.start()
        # Beside the serving: a hundred cameras must not delay the first answer.
        self._starting.append(asyncio.create_task(self._start_automatic()))
        self._pruning.append(asyncio.create_task(self._prune()))

    async def closed(self) -> None:
        for task in self._pruning:
            task.cancel()
        self._watch.close()
        self._streams.close()
        await self._looking(self._state.keeper.close)
        if self._supervisor:
            self._supervisor.stop()
            await self._looking(self._supervising.join)
        await asyncio.gather(*self._starting, return_exceptions=True)
        self._old_writes.close()
        self._controls.close()
        self._writing.close()
        self._threads.close()
        self._previews.close()
        self._batches.close()
        self._looking.close()
        self._reading.close()
        self._state.workers.close()
        if self._database:
            self._database.close()

    async def _start_automatic(self) -> None:
        await self._controls(self._state.workers.prepare)
        if not self._settings.auto_start:
            return
        try:
            await self._controls(self._operations.control.start_automatic)
        except Exception as error:
            log.error("cameras were not started automatically: %s", error)

    async def _prune(self) -> None:
        completed = self._state.completed
        await every(PRUNE_SECONDS, lambda: self._looking(completed.prune), "forgetting old keys")
