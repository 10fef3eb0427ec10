"""Where the camera service is wired; nothing else constructs what it is made of."""

import asyncio
import logging
import threading
from functools import partial
from pathlib import Path

import grpc
from camplane.camera.v1 import camera_rest_service_pb2_grpc, camera_service_pb2_grpc
from camplane.ext_proc.v3 import external_processor_pb2_grpc

from camera_service.adapters.database.cameras import MirroredCameras
from camera_service.application.entry_masking import conceal
from camera_service.application.idempotency import Once
from camera_service.application.ports import Operations
from camera_service.application.previews import Previews
from camera_service.application.reading import log_line
from camera_service.application.use_cases import DomainCameras
from camera_service.consistency.worlds import WorldsOf
from camera_service.domain.errors import StorageFailedError
from camera_service.domain.results import LogTail
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
from camera_service.shared_state.files import locks
from camera_service.shared_state.files.cameras_yaml import CamerasYaml
from camera_service.shared_state.files.completed import Completed
from camera_service.shared_state.files.layout import Layout
from camera_service.shared_state.files.presence import Presence
from camera_service.shared_state.logs.keeper import LogKeeper
from camera_service.shared_state.logs.reader import LogReader
from camera_service.shared_state.processes.forking import ForkingLauncher
from camera_service.shared_state.processes.launching import FreshLauncher
from camera_service.shared_state.processes.preview import take_preview
from camera_service.shared_state.processes.workers import Workers
from camera_service.shared_state.settling import Settling
from camera_service.supervision.supervisor import Supervisor
from servicekit.database import Database, DatabaseTroubleError, migrate
from servicekit.server import Service, StartupError
from servicekit.threads import Threads
from servicekit.upkeep import every

log = logging.getLogger(__name__)

GRPC_SERVICES = ("camplane.camera.v1.CameraService", "camplane.camera.v1.CameraRestService")
PRUNE_SECONDS = 60.0
MIGRATIONS = Path(__file__).parent / "adapters" / "database" / "migrations"


def build(settings: CameraSettings) -> Service:
    """Wire one implementation; StartupError when its files or database cannot be used."""
    layout = Layout.under(settings.data, settings.cameras_file)
    completed = Completed(layout)
    presence = Presence()
    file = CamerasYaml(layout.cameras_file, completed, presence.require)
    try:
        layout.make()
        file.create_if_fresh()
        file.remove_leftovers()
    except OSError as error:
        raise StartupError(
            f"the data directory {layout.root} cannot be used: {error.strerror} "
            f"({error.filename}); choose another with --data or CAMPLANE_DATA"
        ) from error
    except StorageFailedError as error:
        raise StartupError(str(error)) from error
    launcher = ForkingLauncher if settings.fork_workers else FreshLauncher
    workers = Workers(layout, settings.workers, launcher)
    logs = LogReader()
    keeper = LogKeeper(layout, logs, settings.workers.log, lambda id_: workers.status(id_).running)
    read_log = partial(_read_log, layout, logs)
    if settings.implementation == "legacy":
        legacy = LegacyCameras(file, workers, read_log)
        operations = Operations(legacy, legacy, legacy, NoConsistency())
        return _service(
            settings, layout, operations, completed, file, workers, keeper, presence, None, None
        )
    database = Database("camera", settings.database_url, settings.threads)
    cameras = MirroredCameras(database, file)
    # We supervise, or who does supervises for us; a changed file is taken in by each call.
    worlds = WorldsOf(layout, file, workers, cameras, is_served=lambda: True)
    domain = DomainCameras(cameras, workers, read_log)
    operations = Operations(domain, domain, domain, worlds)
    supervisor = Supervisor(layout, workers, cameras, settings.heartbeat_seconds)
    return _service(
        settings,
        layout,
        operations,
        completed,
        file,
        workers,
        keeper,
        presence,
        database,
        supervisor,
    )


def offline_worlds(settings: CameraSettings) -> WorldsOf:
    """Wire the check and repair of a data directory on which no service need run.

    A SQLite database that is not there yet is not made: a start makes it from the file.
    """
    layout = Layout.under(settings.data, settings.cameras_file)
    file = CamerasYaml(layout.cameras_file, Completed(layout))
    workers = Workers(layout, settings.workers)
    url = settings.database_url
    mirror = None
    if url.get_backend_name() != "sqlite" or Path(url.database or "").exists():
        mirror = MirroredCameras(Database("camera", url, 1), file)

    def is_served() -> bool:
        lock = layout.supervisor_lock
        if not lock.exists():
            return False
        with locks.if_free(lock) as free:
            return not free

    return WorldsOf(layout, file, workers, mirror, is_served)


def _read_log(layout: Layout, logs: LogReader, camera_id: str, lines: int) -> LogTail:
    path = layout.log(camera_id)
    found = logs.tail(path, lines)
    if found is None:
        return LogTail(str(path), None)
    return LogTail(str(path), found[0], [log_line(line) for line in found[1]])


def _service(
    settings: CameraSettings,
    layout: Layout,
    operations: Operations,
    completed: Completed,
    file: CamerasYaml,
    workers: Workers,
    keeper: LogKeeper,
    presence: Presence,
    database: Database | None,
    supervisor: Supervisor | None,
) -> Service:
    threads = Threads(settings.threads, "camera")
    # Apart, so that reads go on while all of them wait for another writer of cameras.yaml.
    writing = Threads(settings.threads, "write")
    controls = Threads(settings.threads, "control")
    # Apart, so that checks and watchers go on while all others wait for a worker to end.
    looking = Threads(2, "look")
    reading = Threads(2, "logs")
    streams = LogStreams(layout, reading)
    previews = Previews(partial(take_preview, layout.root, settings.workers.inputs))
    settling = Settling(completed, file, workers)
    writes = Once(writing, settling)
    controlled = Once(controls, settling)
    watch = Watch(lambda: looking(operations.observation.snapshot))
    inputs = settings.workers.inputs
    old_writes = OldWrites(layout, file, workers, presence)
    starting: list[asyncio.Task[None]] = []
    pruning: list[asyncio.Task[None]] = []
    supervising = threading.Thread(
        target=supervisor.run if supervisor else None, name="supervisor", daemon=True
    )

    def register(server: grpc.aio.Server) -> None:
        camera_service_pb2_grpc.add_CameraServiceServicer_to_server(
            CameraServicer(
                operations, watch, streams, threads, previews, writes, controlled, inputs
            ),
            server,
        )
        camera_rest_service_pb2_grpc.add_CameraRestServiceServicer_to_server(
            CameraRestServicer(operations, streams, threads, writes, inputs), server
        )
        if settings.implementation == "domain":  # legacy stands in no old server's place
            external_processor_pb2_grpc.add_ExternalProcessorServicer_to_server(old_writes, server)

    async def opened() -> None:
        if database:
            try:
                await threads(migrate, database, MIGRATIONS)
            except DatabaseTroubleError as error:
                raise StartupError(str(error)) from error
        supervising.start()
        keeper.start()
        # Beside the serving: a hundred cameras must not delay the first answer.
        starting.append(asyncio.create_task(start_automatic()))
        prune = every(PRUNE_SECONDS, lambda: looking(completed.prune), "forgetting old keys")
        pruning.append(asyncio.create_task(prune))

    async def start_automatic() -> None:
        await controls(workers.prepare)
        if not settings.auto_start:
            return
        try:
            await controls(operations.control.start_automatic)
        except Exception as error:
            log.error("cameras were not started automatically: %s", error)

    async def closed() -> None:
        for task in pruning:
            task.cancel()
        watch.close()
        streams.close()
        await looking(keeper.close)
        if supervisor:
            supervisor.stop()
            await looking(supervising.join)
        await asyncio.gather(*starting, return_exceptions=True)
        old_writes.close()
        controls.close()
        writing.close()
        threads.close()
        previews.close()
        looking.close()
        reading.close()
        workers.close()
        if database:
            database.close()

    return Service(
        name="camera",
        implementation=settings.implementation,
        register=register,
        grpc_services=GRPC_SERVICES,
        always_serving=(LOCKS_SERVICE,),
        errors=ERRORS,
        check=lambda: looking(operations.observation.check),
        opened=opened,
        closed=closed,
        metrics=lambda: looking(lambda: list(metrics(operations.observation.snapshot()))),
        conceal=conceal,
    )
