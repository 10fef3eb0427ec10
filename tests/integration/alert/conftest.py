"""Real alert services, in this process, on a real SQLite or PostgreSQL of their own."""

import asyncio
import contextlib
import ctypes
import json
import os
import sys
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import grpc
import psycopg
import pytest
from camplane.alert.v1 import alert_rest_service_pb2 as rest_pb
from camplane.alert.v1 import alert_rest_service_pb2_grpc, alert_service_pb2_grpc
from google.api import httpbody_pb2
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from sqlalchemy import insert

from alert_service.bootstrap import wire
from alert_service.shared_state.tables import alert_history, alert_rules
from servicekit.database.connections import Database, parse_url
from servicekit.server import serve
from servicekit.settings import ServerSettings


@dataclass(frozen=True)
class RefusedError(Exception):
    """What a call was refused with."""

    code: grpc.StatusCode
    reason: str
    message: str


class Client:
    """Both contracts of one running service; REST bodies as Python values."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._health = health_pb2_grpc.HealthStub(channel)
        self.typed = alert_service_pb2_grpc.AlertServiceStub(channel)
        self.rest = alert_rest_service_pb2_grpc.AlertRestServiceStub(channel)

    async def ready(self, timeout: float) -> None:
        """Wait until the service answers and says that it serves."""
        async with asyncio.timeout(timeout):
            await self.health("SERVING")

    async def health(self, expected: str) -> None:
        """Wait until the health of AlertService is `expected`."""
        request = health_pb2.HealthCheckRequest(service="camplane.alert.v1.AlertService")
        wanted = health_pb2.HealthCheckResponse.ServingStatus.Value(expected)
        async for reply in self._health.Watch(request, wait_for_ready=True):
            if reply.status == wanted:
                return

    async def rules(self, **filters: Any) -> dict[str, Any]:
        request = rest_pb.AlertRestServiceListRulesRequest(**filters)
        return json.loads((await _call(self.rest.ListRules(request))).body.data)

    async def rule(self, rule_id: int) -> dict[str, Any]:
        request = rest_pb.AlertRestServiceGetRuleRequest(rule_id=rule_id)
        return json.loads((await _call(self.rest.GetRule(request))).body.data)

    async def create(self, body: Any) -> int:
        request = rest_pb.AlertRestServiceCreateRuleRequest(body=_body(body))
        reply = await _call(self.rest.CreateRule(request))
        assert reply.ok
        return reply.id

    async def update(self, rule_id: int, body: Any) -> None:
        request = rest_pb.AlertRestServiceUpdateRuleRequest(rule_id=rule_id, body=_body(body))
        assert (await _call(self.rest.UpdateRule(request))).ok

    async def history(self, **filters: Any) -> dict[str, Any]:
        request = rest_pb.AlertRestServiceListHistoryRequest(**filters)
        return json.loads((await _call(self.rest.ListHistory(request))).body.data)

    async def call(self, method: str, request: Any) -> Any:
        """Call a method of the typed contract; raises RefusedError."""
        return await _call(getattr(self.typed, method)(request))


def _body(value: Any) -> httpbody_pb2.HttpBody:
    """Raw bytes stay as they are, anything else becomes JSON."""
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return httpbody_pb2.HttpBody(content_type="application/json", data=data)


async def _call(call: Any) -> Any:
    try:
        return await call
    except grpc.aio.AioRpcError as error:
        trailing = dict(error.trailing_metadata() or ())
        status = status_pb2.Status.FromString(trailing["grpc-status-details-bin"])
        info = error_details_pb2.ErrorInfo()
        status.details[0].Unpack(info)
        assert info.domain == "camplane.alert"
        raise RefusedError(error.code(), info.reason, error.details() or "") from error


@pytest.fixture
def connect() -> Callable[[str], contextlib.AbstractAsyncContextManager[Client]]:
    """Give `connect(address)`: a client of a service that listens there."""

    @contextlib.asynccontextmanager
    async def open_client(address: str) -> AsyncIterator[Client]:
        async with grpc.aio.insecure_channel(address) as channel:
            yield Client(channel)

    return open_client


@pytest.fixture
def serving(
    tmp_path: Path, connect: Any
) -> Callable[..., contextlib.AbstractAsyncContextManager[Client]]:
    """Give `serving(implementation, database)`: a service that runs while the block does."""

    @contextlib.asynccontextmanager
    async def start(
        implementation: Any, database: Database, notifying: Any = None, cameras: str = ""
    ) -> AsyncIterator[Client]:
        stop = asyncio.Event()
        address: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        settings = ServerSettings(f"unix:{tmp_path}/{uuid.uuid4().hex[:8]}.sock", grace_seconds=1)
        service = wire(implementation, database, notifying=notifying, cameras=cameras)
        task = asyncio.create_task(serve(service, settings, address.set_result, stop))
        await asyncio.wait({task, address}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
        try:
            async with connect(await address) as client:
                yield client
        finally:
            stop.set()
            await task

    return start


@dataclass(frozen=True)
class Process:
    """A service in a process of its own, and a client of it."""

    pid: int
    client: Client


@pytest.fixture
def start_process(tmp_path: Path) -> Callable[..., Any]:
    """Give `start_process(implementation, url)`: `python -m alert_service`, not yet awaited.

    Returns the child and the address it shall listen on.
    """

    async def start(implementation: str, url: str) -> tuple[asyncio.subprocess.Process, str]:
        address = f"unix:{tmp_path}/{uuid.uuid4().hex[:8]}.sock"
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "alert_service",
            env={
                **os.environ,
                "CAMPLANE_IMPLEMENTATION": implementation,
                "CAMPLANE_ALERT_DATABASE_URL": url,
                "CAMPLANE_LISTEN": address,
            },
            stderr=asyncio.subprocess.PIPE,
            preexec_fn=_obey_permissions,
        )
        return child, address

    return start


def _obey_permissions() -> None:
    """Make a read-only directory read-only for root too."""
    pr_capbset_drop, cap_dac_override = 24, 1
    ctypes.CDLL(None).prctl(pr_capbset_drop, cap_dac_override, 0, 0, 0)


@pytest.fixture
def process(
    start_process: Any, connect: Any
) -> Callable[..., contextlib.AbstractAsyncContextManager[Process]]:
    """Give `process(implementation, url)`: a service that runs while the block does."""

    @contextlib.asynccontextmanager
    async def run(implementation: str, url: str) -> AsyncIterator[Process]:
        child, address = await start_process(implementation, url)
        log = asyncio.create_task(child.stderr.read())
        try:
            async with connect(address) as client:
                await client.ready(timeout=30)
                yield Process(child.pid, client)
        finally:
            with contextlib.suppress(ProcessLookupError):
                child.terminate()
            await child.wait()
            sys.stderr.write((await log).decode())

    return run


@pytest.fixture
def new_sqlite(tmp_path: Path) -> Callable[[], str]:
    """Give `new_sqlite()`: the URL of a file that does not exist yet."""
    return lambda: f"sqlite:///{tmp_path}/{uuid.uuid4().hex[:8]}.db"


@pytest.fixture
def new_postgres(postgres: str) -> Callable[[], str]:
    """Give `new_postgres()`: the URL of an empty database."""

    def create() -> str:
        name = f"alert_{uuid.uuid4().hex}"
        with psycopg.connect(postgres, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return parse_url(postgres).set(database=name).render_as_string(hide_password=False)

    return create


@pytest.fixture(params=["sqlite", "postgres"])
def new_database(request: pytest.FixtureRequest) -> Callable[[], str]:
    """Give `new_database()`: the URL of an empty database, of either kind."""
    return request.getfixturevalue(f"new_{request.param}")


@pytest.fixture
def sqlite_url(new_sqlite: Callable[[], str]) -> str:
    return new_sqlite()


@pytest.fixture
def postgres_url(new_postgres: Callable[[], str]) -> str:
    return new_postgres()


@pytest.fixture
def database_url(new_database: Callable[[], str]) -> str:
    return new_database()


@pytest.fixture(params=["legacy", "domain"])
def implementation(request: pytest.FixtureRequest) -> str:
    """Give either implementation's name."""
    return request.param


@pytest.fixture
async def client(serving: Any, implementation: str, database_url: str) -> AsyncIterator[Client]:
    """Give a client of either implementation on either database."""
    async with serving(implementation, Database("alert", parse_url(database_url))) as client:
        yield client


@pytest.fixture
def store(database_url: str) -> Iterator[Callable[..., None]]:
    """Give `store(rules=[…], history=[…])`: writes rows past the services."""
    database = Database("alert", parse_url(database_url))

    def write(rules: list[dict[str, Any]] = [], history: list[dict[str, Any]] = []) -> None:  # noqa: B006
        with database.write() as connection:
            for table, rows in ((alert_rules, rules), (alert_history, history)):
                for row in rows:
                    times = {
                        key: datetime.fromisoformat(row[key])
                        for key in ("created_at", "updated_at", "timestamp")
                        if key in row
                    }
                    connection.execute(insert(table).values(**{**row, **times}))

    yield write
    database.close()


@pytest.fixture
def refused() -> type[RefusedError]:
    """Give the exception that a refused call raises."""
    return RefusedError
