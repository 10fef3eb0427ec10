"""A real Envoy before real services, and a plain HTTP client that sends what it is told."""

import asyncio
import contextlib
import http.client
import json
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import grpc

from gateway.control.bootstrap import control_service
from gateway.control.settings import ControlSettings
from gateway.proxy.admin import Admin, AdminError
from gateway.proxy.files import envoy_command, read_routing, write_configuration, write_routes
from gateway.proxy.revocation import write_revoked
from gateway.proxy.topology import Topology
from gateway.vocabulary.routing import Routing
from gateway.vocabulary.split import Split
from servicekit.server import Service
from servicekit.settings import ServerSettings
from tests.integration.gateway.upstream import ServerThread, Upstream

DEADLINE = 10.0
R = TypeVar("R")


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def path(self) -> str | None:
        """Which implementation answered."""
        return self.headers.get("x-camplane-path")


class Gateway:
    """Envoy on a port of its own, with upstreams by name such as "camera/domain".

    otlp: host:port of who gets the spans, or "control" for the control process.
    """

    def __init__(self, directory: Path, split: Split, otlp: str = "", **topology: Any) -> None:
        self.directory = directory
        self.upstreams: dict[str, Upstream] = {}
        control = f"unix:{directory}/control.sock"
        endpoint = control if otlp == "control" else f"http://{otlp}" if otlp else ""
        fields = {
            "admin_socket": f"{directory}/admin.sock",
            "control": control,
            "port": 0,
            "error_log": f"{directory}/errors.jsonl",
            "otlp_endpoint": control if otlp == "control" else otlp or None,
        }
        for context in ("camera", "alert"):
            for implementation in ("domain", "legacy"):
                address = f"unix:{directory}/{context}-{implementation}.sock"
                upstream = Upstream(context, implementation, address, endpoint)
                if implementation == "domain" or "old_http" not in topology:
                    self.upstreams[upstream.name] = upstream
                    fields[f"{context}_{implementation}"] = address
        self.topology = Topology(**{**fields, **topology})
        write_revoked(directory, [], self.topology.access.refuses)
        self.bootstrap = write_configuration(self.topology, Routing(split), directory)

    def start(self) -> None:
        """Start Envoy; returns when it listens and knows the health of every service."""
        self.envoy = subprocess.Popen(envoy_command(self.bootstrap, log_path=self.log))
        self.port = until(lambda: self.ask(lambda admin: admin.listen_address())[1])

    def stop(self) -> None:
        self.envoy.terminate()
        self.envoy.wait(DEADLINE)

    @property
    def log(self) -> Path:
        return self.directory / "envoy.log"

    def control(self) -> tuple[Service, ServerSettings]:
        """Return the real control process, to be served."""
        server = ServerSettings(self.topology.control, grace_seconds=0.2)
        database = self.directory / "gateway.db"
        rollouts, audit = self.directory / "rollout.db", self.directory / "audit.db"
        settings = ControlSettings(self.directory, self.topology, server, database, rollouts, audit)
        return control_service(settings), server

    def ask(self, question: Callable[[Admin], Awaitable[R]]) -> R:
        """Ask Envoy's admin socket."""

        async def run() -> R:
            admin = Admin(self.topology.admin_socket)
            try:
                return await question(admin)
            finally:
                await admin.close()

        return asyncio.run(run())

    def split(self, camera: int, alert: int = 0) -> None:
        """Change the split; returns when it is in force."""
        now = read_routing(self.directory)
        self.route(replace(now, split=Split(camera, alert)))

    def route(self, routing: Routing) -> None:
        """Change all of it; returns when it is in force."""
        # The control process, which leads, has written with its token by now, or will.
        token = max(routing.token, read_routing(self.directory).token)
        version = write_routes(self.topology, self.directory, replace(routing, token=token))
        self.until_in_force(version)

    def until_in_force(self, version: str) -> None:
        until(lambda: self.ask(lambda admin: admin.routing_version()) == version)

    def rest(
        self,
        method: str,
        path: str,
        body: bytes | str | None = None,
        headers: dict[str, str] | None = None,
        seconds: float = DEADLINE,
    ) -> Answer:
        """Send one request, its path as it stands; wait so long for its answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            received = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, received, response.read())
        finally:
            connection.close()

    def channel(self) -> grpc.Channel:
        """Return a native gRPC channel to the gateway."""
        return grpc.insecure_channel(f"127.0.0.1:{self.port}")

    def take_received(self) -> list[tuple[str, Any]]:
        """Return what reached the services since the last time, with the service's name."""
        found = [
            (name, one) for name, upstream in self.upstreams.items() for one in upstream.received
        ]
        for upstream in self.upstreams.values():
            upstream.received.clear()
        return found


@contextlib.contextmanager
def running(split: Split | None = None, **options: Any) -> Iterator[Gateway]:
    """Run a gateway and its upstreams; the folder's name is short, as socket paths must be."""
    with tempfile.TemporaryDirectory(prefix="gw-") as folder:
        gateway = Gateway(Path(folder), split or Split(0, 0), **options)
        control = ServerThread(*gateway.control())
        servers = [*gateway.upstreams.values(), control]
        for server in servers:
            server.start()
        try:
            gateway.start()
            yield gateway
        finally:
            gateway.stop()
            for server in servers:
                server.stop()


def sides(gateway: Gateway, paths: list[str]) -> list[str | None]:
    """Ask each path once, over one connection; return who answered."""
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=5)
    found = []
    for path in paths:
        connection.request("GET", path)
        response = connection.getresponse()
        assert response.status == 200, response.read()
        response.read()
        found.append(response.getheader("x-camplane-path"))
    connection.close()
    return found


def until(condition: Callable[[], R], seconds: float = DEADLINE) -> R:
    """Return what `condition` returns as soon as that is true; fails after the deadline."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            if found := condition():
                return found
            problem: object = found
        except (AdminError, OSError) as error:
            problem = error
        assert time.monotonic() < deadline, f"waited {seconds:g} s in vain; last: {problem}"
        time.sleep(0.02)
