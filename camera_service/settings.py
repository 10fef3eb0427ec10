"""The settings of the camera service, read from the environment once, at start."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from camera_service.domain.entry_size import EntrySize
from camera_service.shared_state.processes.limits import Limits
from camera_service.shared_state.processes.worker_command import (
    DEFAULT_TEMPLATE,
    TemplateError,
    WorkerCommand,
)
from camera_service.shared_state.processes.worker_inputs import DEFAULT_ALLOWED, WorkerInputs
from camera_service.shared_state.processes.worker_settings import WorkerSettings
from camera_service.worker.log_files import MAX_KEPT, LogLimits
from camera_service.worker.source_rules import VARIABLES, SourceRules
from servicekit.settings import Environment, ServerSettings, SettingsError, server_settings

if TYPE_CHECKING:
    from sqlalchemy import URL

HELP = """\
The camera service: one implementation of camplane.camera.v1 on one address.

usage: python -m camera_service [serve | list-workers | stop-workers [ID ...] | consistency ...]

  serve         answer calls until SIGTERM or SIGINT (default)
  list-workers  print the workers that live, one JSON object a line
  stop-workers  stop them (those that an old server started go on), or those of the
                cameras named, and print them; exit code 1 when one still lives
  consistency   check, repair [--really] [--only KIND] [--camera ID] or undo BACKUP [--force]:
                database, cameras.yaml, processes and files against each other, as JSON

Settings, all from the environment:
  CAMPLANE_IMPLEMENTATION       domain or legacy (default domain)
  CAMPLANE_DATA                 data directory (default ./camplane-data)
  CAMPLANE_CAMERAS_FILE         cameras.yaml (default <data>/config/cameras.yaml)
  CAMPLANE_CAMERA_DATABASE_URL  SQLAlchemy URL; domain only
                                (default sqlite:///<data>/camera.db)
  CAMPLANE_WORKER_COMMAND       template with {python} {camera_id} {regions_file} {profile}
                                {device} {imgsz}; see docs/worker-contract.md
  CAMPLANE_WORKER_ENV_ALLOW     variables that a camera's `env` may set, with commas between;
                                REDIS_* means all that begin so (VIDEO_STREAM_*,REDIS_*,A)
  CAMPLANE_CAMERA_SCHEMES       what a camera's source may begin with, commas between
                                (rtsp,rtsps,http,https,rtmp,rtmps,srt,udp,rtp,file,v4l2)
  CAMPLANE_CAMERA_FILE_ROOTS    folders below which files of cameras must lie, colons between
                                (anywhere)
  CAMPLANE_CAMERA_NETWORKS_ALLOW, CAMPLANE_CAMERA_NETWORKS_DENY
                                networks that cameras may be in (any) and may not (link-local),
                                commas between; `,` alone for none
  CAMPLANE_CAMERA_LOOPBACK      may cameras point at this machine itself? (false)
  CAMPLANE_CAMERA_ENTRY_BYTES   how large a camera's entry may be, as JSON (65536)
  CAMPLANE_CAMERA_ENTRY_KEYS    how many keys and items it may hold, at all depths (1000)
  CAMPLANE_STOP_SECONDS         how long a worker may take to end before it is killed (5)
  CAMPLANE_WORKER_HEARTBEAT_SECONDS
                                a worker that was silent for so long hangs, is killed and
                                started again; domain only, 0 for never (15)
  CAMPLANE_LOG_MAX_BYTES        a worker's log is rotated at this size; 0 for never (10000000)
  CAMPLANE_LOG_KEEP             how many older ones are kept (3)
  CAMPLANE_WORKER_FORK          fork the worker that comes with camplane from a process that is
                                kept loaded, which saves memory and time (true)
  CAMPLANE_WORKER_MEMORY_MIB    memory of one worker, 0 for no limit
                                (512; 0 where CAMPLANE_WORKER_COMMAND is another program)
  CAMPLANE_WORKER_FILES         files that one worker may have open (1024)
  CAMPLANE_WORKER_NICE          how far other processes go before workers, 0 to 19 (5)
  CAMPLANE_WORKER_OOM_SCORE_ADJ how readily the kernel kills workers where memory ends, 0 to
                                1000 (500)
  CAMPLANE_WORKER_CGROUP        folder of cgroup v2, delegated to this user, in which each
                                worker gets one (none)
  CAMPLANE_WORKER_CPUS          processors of one worker, such as 0.5; needs the former, 0 for
                                no limit (0)
  CAMPLANE_AUTO_START           start cameras with auto_start at service start (true)
  CAMPLANE_THREADS              threads for files and database, and as many for processes (32)
  CAMPLANE_LISTEN               unix:/path or host:port (127.0.0.1:0)
  CAMPLANE_GRACE_SECONDS        how long calls may take to finish at a stop (5)
  CAMPLANE_METRICS_LISTEN       where Prometheus may ask, as above (nowhere)
  CAMPLANE_REQUEST_BYTES        how large a request may be (1048576)
  CAMPLANE_TOKENS_FILE          which tokens are revoked: their streams are ended (none)
  OTEL_EXPORTER_OTLP_ENDPOINT   where spans go, such as http://127.0.0.1:4317 (nowhere)
  CAMPLANE_TRACE_SAMPLES_PER_SECOND  unremarkable calls whose spans are kept, at most (20)
  CAMPLANE_TRACE_SLOW_MS        calls at least this slow are always kept (500)
"""


@dataclass(frozen=True)
class CameraSettings:
    """Everything the service is wired from; HELP says what each means.

    database_url: None where no database is asked, as by legacy.
    """

    implementation: str
    data: Path
    cameras_file: Path | None
    database_url: "URL | None"
    workers: WorkerSettings
    fork_workers: bool
    heartbeat_seconds: float
    auto_start: bool
    threads: int
    server: ServerSettings


def camera_settings(env: Environment, asks_database: bool = True) -> CameraSettings:
    """Read the settings; SettingsError names the one that is wrong."""
    implementation = env.text("CAMPLANE_IMPLEMENTATION", "domain")
    if implementation not in ("domain", "legacy"):
        raise SettingsError(f"CAMPLANE_IMPLEMENTATION={implementation!r}: give domain or legacy")
    try:
        command = WorkerCommand.parse(env.text("CAMPLANE_WORKER_COMMAND", DEFAULT_TEMPLATE))
    except TemplateError as error:
        raise SettingsError(f"CAMPLANE_WORKER_COMMAND: {error}") from error
    data = Path(env.text("CAMPLANE_DATA", "camplane-data")).absolute()
    cameras_file = env.text("CAMPLANE_CAMERAS_FILE")
    return CameraSettings(
        implementation=implementation,
        data=data,
        cameras_file=Path(cameras_file) if cameras_file else None,
        database_url=_database_url(env, data) if asks_database else None,
        workers=WorkerSettings(
            command,
            stop_seconds=env.number("CAMPLANE_STOP_SECONDS", 5.0, 0, 600),
            limits=_limits(env, command),
            inputs=_inputs(env, data),
            log=LogLimits(
                max_bytes=int(env.number("CAMPLANE_LOG_MAX_BYTES", 10_000_000, 0, 1 << 40)),
                keep=int(env.number("CAMPLANE_LOG_KEEP", 3, 1, MAX_KEPT)),
            ),
        ),
        fork_workers=command.is_built_in and env.flag("CAMPLANE_WORKER_FORK", True),
        heartbeat_seconds=env.number("CAMPLANE_WORKER_HEARTBEAT_SECONDS", 15.0, 0, 86_400),
        auto_start=env.flag("CAMPLANE_AUTO_START", True),
        threads=int(env.number("CAMPLANE_THREADS", 32, 1, 1000)),
        server=server_settings(env),
    )


def _database_url(env: Environment, data: Path) -> "URL":
    from servicekit.database.connections import parse_url

    try:
        return parse_url(
            env.text("CAMPLANE_CAMERA_DATABASE_URL", f"sqlite:///{data / 'camera.db'}")
        )
    except ValueError as error:
        # The value is not repeated: it may hold a password.
        raise SettingsError(f"CAMPLANE_CAMERA_DATABASE_URL: {error}") from error


def _inputs(env: Environment, data: Path) -> WorkerInputs:
    try:
        sources = SourceRules.told_by({name: env.text(name) for name in VARIABLES})
    except ValueError as error:
        raise SettingsError(str(error)) from error
    name = "CAMPLANE_WORKER_ENV_ALLOW"
    size = EntrySize(
        int(env.number("CAMPLANE_CAMERA_ENTRY_BYTES", EntrySize.max_bytes, 1024, 1 << 20)),
        int(env.number("CAMPLANE_CAMERA_ENTRY_KEYS", EntrySize.max_keys, 10, 50_000)),
    )
    try:
        allowed = env.text(name, ",".join(DEFAULT_ALLOWED))
        return replace(WorkerInputs.parse(allowed, sources.relative_to(data)), size=size)
    except ValueError as error:
        raise SettingsError(f"{name}: {error}") from error


def _limits(env: Environment, command: WorkerCommand) -> Limits:
    cgroup = env.text("CAMPLANE_WORKER_CGROUP")
    # What another program needs, a model on several cameras perhaps, is not ours to guess.
    memory = 512 if command.is_built_in else 0
    return Limits(
        memory_mib=int(env.number("CAMPLANE_WORKER_MEMORY_MIB", memory, 0, 1 << 20)),
        files=int(env.number("CAMPLANE_WORKER_FILES", 1024, 16, 1 << 20)),
        nice=int(env.number("CAMPLANE_WORKER_NICE", 5, 0, 19)),
        oom_score_adj=int(env.number("CAMPLANE_WORKER_OOM_SCORE_ADJ", 500, 0, 1000)),
        cgroup=Path(cgroup) if cgroup else None,
        cpus=env.number("CAMPLANE_WORKER_CPUS", 0, 0, 1024),
    )
