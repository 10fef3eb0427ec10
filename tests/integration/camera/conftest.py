"""Real camera services, each served on a Unix socket, and clients of them."""

import asyncio
import contextlib
import json
import os
import sys
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import psycopg
import pytest
from camplane.camera.v1 import camera_rest_service_pb2 as rest_pb
from camplane.camera.v1 import (
    camera_rest_service_pb2_grpc,
    camera_service_pb2,
    camera_service_pb2_grpc,
)
from google.api import httpbody_pb2
from google.protobuf.struct_pb2 import Struct
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc

from camera_service.bootstrap import build
from camera_service.settings import camera_settings
from camera_service.shared_state.files.layout import Layout
from camera_service.shared_state.processes.worker_command import DEFAULT_TEMPLATE, WorkerCommand
from camera_service.shared_state.processes.worker_settings import WorkerSettings
from camera_service.shared_state.processes.workers import Workers
from servicekit.database.connections import parse_url
from servicekit.server import serve
from servicekit.settings import Environment

# Starts in 20 ms, which a real worker does not.
SLEEPER = "{python} -ISc 'import time; time.sleep(600)' --camera-id {camera_id}"
SERVICE = "camplane.camera.v1.CameraService"


@dataclass
class RefusedError(Exception):
    """What a call was refused with."""

    code: str
    reason: str
    message: str


class Client:
    """Both contracts of one running service."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._health = health_pb2_grpc.HealthStub(channel)
        self.typed = camera_service_pb2_grpc.CameraServiceStub(channel)
        self._rest = camera_rest_service_pb2_grpc.CameraRestServiceStub(channel)

    async def health(self, expected: str, seconds: float = 15) -> None:
        """Wait until the health of CameraService is `expected`."""
        wanted = health_pb2.HealthCheckResponse.ServingStatus.Value(expected)
        request = health_pb2.HealthCheckRequest(service=SERVICE)
        async with asyncio.timeout(seconds):
            async for reply in self._health.Watch(request, wait_for_ready=True):
                if reply.status == wanted:
                    return

    async def call(self, method: str, **fields: Any) -> Any:
        """Call a method of the typed contract; raises RefusedError. A dict `entry` is a Struct."""
        if isinstance(entry := fields.get("entry"), dict):
            fields["entry"] = Struct()
            fields["entry"].update(entry)
        request = getattr(camera_service_pb2, f"{method}Request")(**fields)
        return await _answer(getattr(self.typed, method)(request))

    async def watch(self, **fields: Any) -> AsyncIterator[Any]:
        """Yield the events of WatchCameras; raises RefusedError."""
        call = self.typed.WatchCameras(camera_service_pb2.WatchCamerasRequest(**fields))
        try:
            async for event in call:
                yield event
        except grpc.aio.AioRpcError as error:
            raise _refusal(error) from error
        finally:
            call.cancel()

    async def entries(self) -> list[dict[str, Any]]:
        """Return what REST clients get as the list of cameras."""
        request = rest_pb.CameraRestServiceListCamerasRequest()
        reply = await _answer(self._rest.ListCameras(request))
        return json.loads(reply.body.data)["cameras"]

    async def create(self, entry: dict[str, Any]) -> None:
        request = rest_pb.CameraRestServiceCreateCameraRequest(body=_body(entry))
        await _answer(self._rest.CreateCamera(request))

    async def update(self, camera_id: str, changes: dict[str, Any]) -> None:
        request = rest_pb.CameraRestServiceUpdateCameraRequest(
            camera_id=camera_id, body=_body(changes)
        )
        await _answer(self._rest.UpdateCamera(request))


def _body(value: Any) -> httpbody_pb2.HttpBody:
    return httpbody_pb2.HttpBody(content_type="application/json", data=json.dumps(value).encode())


async def _answer(call: Any) -> Any:
    try:
        return await call
    except grpc.aio.AioRpcError as error:
        raise _refusal(error) from error


def _refusal(error: grpc.aio.AioRpcError) -> Exception:
    trailing = dict(error.trailing_metadata() or ())
    if "grpc-status-details-bin" not in trailing:
        return error  # grpc's own
    status = status_pb2.Status.FromString(trailing["grpc-status-details-bin"])
    info = error_details_pb2.ErrorInfo()
    status.details[0].Unpack(info)
    assert info.domain == "camplane.camera"
    return RefusedError(error.code().name, info.reason, error.details() or "")


@pytest.fixture
def refused() -> type[RefusedError]:
    """Give the exception that a refused call raises."""
    return RefusedError


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    """Give a data directory; its workers end with the test."""
    root = tmp_path / "data"
    yield root
    layout = Layout.under(root)
    workers = Workers(layout, WorkerSettings(WorkerCommand.parse(DEFAULT_TEMPLATE), 5.0))
    for camera_id in layout.known_workers():
        with workers.control(camera_id) as control:
            control.stop()


@pytest.fixture
def cameras_file(root: Path) -> Path:
    """Give the path of cameras.yaml, in a folder that exists."""
    path = root / "config" / "cameras.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


@pytest.fixture
def sqlite_url(root: Path) -> str:
    """Give the URL of a SQLite file that does not exist yet."""
    return f"sqlite:///{root}/camera.db"


@pytest.fixture
def postgres_url(postgres: str) -> str:
    """Give the URL of an empty PostgreSQL database."""
    name = f"camera_{uuid.uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return parse_url(postgres).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Give the URL of an empty database, of either kind."""
    return request.getfixturevalue(f"{request.param}_url")


Serving = Callable[..., contextlib.AbstractAsyncContextManager[Client]]


@pytest.fixture
def serving(root: Path, tmp_path: Path) -> Serving:
    """Give `serving(implementation, database_url="")`: a service that runs while the block does.

    Further arguments are settings, such as CAMPLANE_AUTO_START="true".
    """

    @contextlib.asynccontextmanager
    async def start(
        implementation: str, database_url: str = "", **settings: str
    ) -> AsyncIterator[Client]:
        read = camera_settings(
            Environment(
                {
                    "CAMPLANE_IMPLEMENTATION": implementation,
                    "CAMPLANE_DATA": str(root),
                    "CAMPLANE_CAMERA_DATABASE_URL": database_url,
                    "CAMPLANE_WORKER_COMMAND": SLEEPER,
                    "CAMPLANE_AUTO_START": "false",
                    "CAMPLANE_CAMERA_LOOPBACK": "true",
                    "CAMPLANE_GRACE_SECONDS": "0.2",
                    "CAMPLANE_THREADS": "4",
                    "CAMPLANE_LISTEN": f"unix:{tmp_path}/{uuid.uuid4().hex[:8]}.sock",
                    **settings,
                }
            )
        )
        stop = asyncio.Event()
        address: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(serve(build(read), read.server, address.set_result, stop))
        await asyncio.wait({task, address}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
        try:
            async with grpc.aio.insecure_channel(await address) as channel:
                yield Client(channel)
        finally:
            stop.set()
            await task

    return start


@pytest.fixture(params=["legacy", "domain-sqlite", "domain-postgres"])
async def client(request: pytest.FixtureRequest, serving: Serving) -> AsyncIterator[Client]:
    """Give a client of either implementation, domain on either database."""
    implementation, _, database = request.param.partition("-")
    url = request.getfixturevalue(f"{database}_url") if database else ""
    async with serving(implementation, url) as client:
        yield client


@pytest.fixture
def start_process(root: Path, tmp_path: Path) -> Callable[..., Any]:
    """Give `start_process(implementation, **environment)`: `python -m camera_service`.

    Returns the child, not yet awaited, and the address it shall listen on.
    `before` is what stands before the command.
    """

    async def start(
        implementation: str, before: Sequence[str] = (), **environment: str
    ) -> tuple[asyncio.subprocess.Process, str]:
        address = f"unix:{tmp_path}/{uuid.uuid4().hex[:8]}.sock"
        child = await asyncio.create_subprocess_exec(
            *before,
            *(sys.executable, "-m", "camera_service"),
            env={
                **os.environ,
                "CAMPLANE_IMPLEMENTATION": implementation,
                "CAMPLANE_DATA": str(root),
                "CAMPLANE_LISTEN": address,
                **environment,
            },
            stderr=asyncio.subprocess.PIPE,
        )
        return child, address

    return start


@pytest.fixture
def process(start_process: Any) -> Callable[..., Any]:
    """Give `process(implementation, **environment)`: a service that runs while the block does.

    The block gets the child, a client, and a list that has the log, all of it, afterwards.
    """

    @contextlib.asynccontextmanager
    async def run(implementation: str, **environment: str) -> AsyncIterator[Any]:
        child, address = await start_process(implementation, **environment)
        reading = asyncio.create_task(child.stderr.read())
        log: list[str] = []
        try:
            async with grpc.aio.insecure_channel(address) as channel:
                client = Client(channel)
                await client.health("SERVING", seconds=30)
                yield child, client, log
        finally:
            with contextlib.suppress(ProcessLookupError):
                child.terminate()
            await child.wait()
            log.append((await reading).decode())
            sys.stderr.write(log[0])

    return run
