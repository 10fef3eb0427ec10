"""Starts what is measured: a whole camplane, and a gateway before services that do nothing."""

import asyncio
import contextlib
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import grpc
import yaml
from grpc_health.v1 import health_pb2, health_pb2_grpc

from camplane_tools.bench import footage
from camplane_tools.bench.endpoints import RULE, RULES, RUNNING, Call, Endpoint, camera_ids
from camplane_tools.bench.noop import write_replies
from camplane_tools.harness.api import Api
from camplane_tools.harness.errors import HarnessError
from camplane_tools.harness.inside import inside
from camplane_tools.harness.rollouts import RolloutApi
from camplane_tools.harness.waiting import until
from gateway.launcher import plan
from gateway.launcher.children import Child, ChildSpec
from gateway.launcher.configuration import Configuration
from gateway.launcher.instance import socket_directory
from gateway.launcher.plan import Place
from gateway.launcher.up import Camplane, Order
from gateway.launcher.workers import workers
from gateway.proxy.admin import Admin, AdminError
from gateway.proxy.files import envoy_command, write_configuration
from gateway.vocabulary.routing import Routing
from gateway.vocabulary.split import Split

_ALL_TO_DOMAIN = Split(100, 100)
_READY_SECONDS = 60.0
_REPOSITORY = Path(__file__).parents[2]


class DeploymentError(HarnessError):
    """What is to be measured cannot be set up; the text says why."""


@dataclass(frozen=True)
class Side:
    """One gateway that can be loaded. services: the pids of all its processes, by name."""

    name: str
    url: str
    place: Place
    services: Mapping[str, int]

    def socket(self, context: str) -> str:
        """Where the domain service of a context listens, "unix:/path"."""
        return self.place.address(f"{context}/domain")


@dataclass(frozen=True)
class Deployment:
    """A running camplane with the bench's folder; what is asked of it directly is not measured."""

    folder: Path
    camplane: Camplane
    configuration: Configuration
    api: Api

    @property
    def side(self) -> Side:
        """The camplane as something to be loaded; its pids are those of this moment."""
        pids = {name: child.pid for name, child in self.camplane.children.items() if child.pid}
        return Side("camplane", self.camplane.url, self.camplane.place, pids)

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Return the JSON of a REST answer; NotAnsweredError unless it is 2xx."""
        return await self.api.must(method, path, body)

    @property
    def rollouts(self) -> RolloutApi:
        """Its rollouts."""
        return RolloutApi(self.api, "bench", "measuring")


@contextlib.asynccontextmanager
async def deployment(
    cameras: Sequence[Mapping[str, object]], tracing: bool = True
) -> AsyncIterator[Deployment]:
    """Run a camplane of its own, all on domain, with these cameras configured.

    At the end its workers are ended too.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        cameras_file = folder / "cameras.yaml"
        cameras_file.write_text(yaml.safe_dump({"cameras": [dict(one) for one in cameras]}))
        configuration = Configuration(tracing=tracing)
        order = Order(folder / "data", 0, _ALL_TO_DOMAIN, configuration, cameras_file)
        async with inside(order, _tell) as camplane:
            api = Api(lambda: camplane.url)
            try:
                yield Deployment(folder, camplane, configuration, api)
            finally:
                await api.close()
                await workers(camplane.place, configuration, "stop-workers")


def bench_cameras(folder: Path) -> list[dict[str, object]]:
    """Return the cameras that requests are measured with; their film is made in `folder`."""
    film = footage.make(footage.TINY, folder / "tiny.mp4")
    return [{"id": name, "name": name, "source": str(film)} for name in camera_ids()]


async def furnish(found: Deployment) -> None:
    """Start the cameras that run, and create the rules, that `endpoints.py` speaks of."""
    for camera_id in camera_ids()[:RUNNING]:
        await found.ask("POST", f"/cameras/{camera_id}/start")
    for number in range(1, RULES + 1):
        await found.ask("POST", "/alerts/rules", RULE | {"name": f"Rule {number}"})


async def record_replies(side: Side, endpoints: Sequence[Endpoint]) -> dict[str, bytes]:
    """Ask each endpoint's calls of the real services once; return the replies by method."""
    replies = {}
    for endpoint in endpoints:
        async with grpc.aio.insecure_channel(side.socket(endpoint.context)) as channel:
            for call in (*endpoint.transcoded, *endpoint.native):
                replies[call.method] = await _ask_raw(channel, call)
    return replies


async def _ask_raw(channel: grpc.aio.Channel, call: Call) -> bytes:
    ask = channel.unary_unary(f"/{call.method}")
    reply: bytes = await ask(call.request.SerializeToString(), timeout=10)
    return reply


@contextlib.asynccontextmanager
async def noop_gateway(replies: Mapping[str, bytes]) -> AsyncIterator[Side]:
    """Run the same gateway before services that answer `replies` and do nothing."""
    with tempfile.TemporaryDirectory(prefix="bench-noop-") as name:
        data = Path(name)
        (data / "logs").mkdir()
        write_replies(replies, data / "replies.json")
        (data / "run").mkdir()
        with socket_directory(data) as sockets:
            place = Place(data, sockets)
            children: list[Child] = []
            try:
                yield await _bring_up_noop(place, Configuration(), children)
            finally:
                await asyncio.gather(*(child.stop(5) for child in reversed(children)))


async def _bring_up_noop(place: Place, configuration: Configuration, children: list[Child]) -> Side:
    topology = plan.topology(place, configuration, "127.0.0.1", 0)
    place.envoy.mkdir()
    bootstrap = write_configuration(topology, Routing(_ALL_TO_DOMAIN), place.envoy)
    services = [_noop(spec, place) for spec in plan.services(place, configuration)]
    for spec in [*services, plan.control(place, configuration)]:
        child = Child(spec, _tell)
        children.append(child)
        await child.start()
    for child in children:
        await _until_serving(child, place.address(child.spec.name))
    child = Child(plan.envoy(place, envoy_command(bootstrap)), _tell)
    children.append(child)
    await child.start()
    url = await _until_listening(child, topology.admin_socket)
    pids = {child.spec.name: child.pid for child in children if child.pid}
    return Side("no-op", url, place, pids)


def _noop(spec: ChildSpec, place: Place) -> ChildSpec:
    own = {
        "BENCH_CONTEXT": spec.name.partition("/")[0],
        "BENCH_REPLIES": str(place.data / "replies.json"),
        "PYTHONPATH": os.pathsep.join(
            filter(None, [str(_REPOSITORY), os.environ.get("PYTHONPATH")])
        ),
    }
    command = (sys.executable, "-m", "camplane_tools.bench.noop")
    return replace(spec, command=command, environment={**spec.environment, **own})


async def _until_serving(child: Child, address: str) -> None:
    async with grpc.aio.insecure_channel(address) as channel:
        stub = health_pb2_grpc.HealthStub(channel)

        async def serves() -> bool:
            _raise_failure(child)
            with contextlib.suppress(grpc.aio.AioRpcError):
                answer = await stub.Check(health_pb2.HealthCheckRequest(), timeout=1)
                return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)
            return False

        await until(f"{child.spec.name} serves", _READY_SECONDS, serves)
    child.serves()


async def _until_listening(envoy: Child, admin_socket: str) -> str:
    admin = Admin(admin_socket)

    async def url() -> str:
        _raise_failure(envoy)
        with contextlib.suppress(AdminError):
            host, port = await admin.listen_address()
            return f"http://{host}:{port}"
        return ""

    try:
        found = await until("Envoy listens", _READY_SECONDS, url)
    finally:
        await admin.close()
    envoy.serves()
    return found


def _raise_failure(child: Child) -> None:
    if failure := child.failed():
        raise failure


def _tell(name: str, sentence: str) -> None:
    sys.stderr.write(f"{name} {sentence}\n")
