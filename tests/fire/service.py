"""Service processes of either context, and calls to them that never raise what a client sees."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import psycopg
from google.api import httpbody_pb2
from google.protobuf.json_format import MessageToDict
from google.protobuf.message_factory import GetMessageClass
from grpc_health.v1 import health_pb2, health_pb2_grpc
from hypothesis import settings

from gateway.vocabulary.route_table import CONTRACTS
from servicekit.database.connections import parse_url

DEADLINE = 30.0
IMPLEMENTATIONS = ("legacy", "domain")
_METHODS = {
    (service.name, method.name): method
    for contract in CONTRACTS
    for service in contract.DESCRIPTOR.services_by_name.values()
    for method in service.methods
}


@dataclass(frozen=True)
class Answer:
    """What a call was answered with: its code, and the reply as plain data or the refusal's text.

    The reply is JSON where the contract's is a body, else the message's fields.
    """

    code: str
    value: Any

    @property
    def ok(self) -> bool:
        return self.code == "OK"


class ServiceProcess:
    """One implementation of one context, as `python -m` runs it, on a Unix socket."""

    def __init__(
        self, context: str, implementation: str, folder: Path, environment: Mapping[str, str]
    ) -> None:
        self.context = context
        self.implementation = implementation
        self.address = f"unix:{folder}/{uuid.uuid4().hex[:8]}.sock"
        self._log = folder / f"{context}-{implementation}.log"
        self._environment = {
            **os.environ,
            "CAMPLANE_IMPLEMENTATION": implementation,
            "CAMPLANE_LISTEN": self.address,
            "CAMPLANE_GRACE_SECONDS": "0.5",
            **environment,
        }

    def start(self) -> None:
        """Start it; it need not serve yet."""
        with self._log.open("ab") as log:
            self._child = subprocess.Popen(
                [sys.executable, "-m", f"{self.context}_service"],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stderr=log,
            )
        # A new channel: one that saw the last process go waits before it tries again.
        self._channel = grpc.insecure_channel(self.address, [("grpc.use_local_subchannel_pool", 1)])

    def wait_until_serving(self) -> None:
        health = health_pb2_grpc.HealthStub(self._channel)
        request = health_pb2.HealthCheckRequest(
            service=f"camplane.{self.context}.v1.{self.context.title()}Service"
        )
        for reply in health.Watch(request, wait_for_ready=True, timeout=DEADLINE):
            if reply.status == health_pb2.HealthCheckResponse.SERVING:
                return
        raise AssertionError(f"{self.context}/{self.implementation} does not serve; see {self.log}")

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def end(self, number: int = signal.SIGTERM) -> None:
        """Send it a signal that ends it; returns when it has ended."""
        self._channel.close()
        self._child.send_signal(number)
        self._child.wait(DEADLINE)

    def call(self, rpc: str, body: Any = None, **fields: Any) -> Answer:
        """Call an RPC of a typed contract, or its twin that takes and gives JSON ("rest/…")."""
        kind, _, name = rpc.rpartition("/")
        service = f"{self.context.title()}{'Rest' if kind == 'rest' else ''}Service"
        method = _METHODS[service, name]
        request = GetMessageClass(method.input_type)(**fields)
        if body is not None:
            data = json.dumps(body).encode()
            request.body.CopyFrom(httpbody_pb2.HttpBody(content_type="application/json", data=data))
        stub = self._channel.unary_unary(
            f"/{method.containing_service.full_name}/{name}",
            request_serializer=type(request).SerializeToString,
            response_deserializer=GetMessageClass(method.output_type).FromString,
        )
        try:
            reply = stub(request, timeout=DEADLINE)
        except grpc.RpcError as error:
            return Answer(error.code().name, error.details())
        if "body" in reply.DESCRIPTOR.fields_by_name:
            return Answer("OK", json.loads(reply.body.data))
        return Answer(
            "OK",
            MessageToDict(
                reply, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
            ),
        )


@contextlib.contextmanager
def running(services: Sequence[ServiceProcess]) -> Iterator[None]:
    """Run the services within the block."""
    for service in services:
        service.start()
    try:
        for service in services:
            service.wait_until_serving()
        yield
    finally:
        for service in services:
            service.end()
            # What services said, for who reads the failure.
            sys.stderr.write(service.log)


def at_once(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run every work in a thread of its own; return what they return, raise what one raises."""
    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result() for future in [pool.submit(work) for work in works]]


def new_database(kind: str, folder: Path, postgres: Callable[[], str]) -> str:
    """Return the URL of an empty database of this kind; `postgres` gives the server's."""
    name = f"fire_{uuid.uuid4().hex[:12]}"
    if kind == "sqlite":
        return f"sqlite:///{folder}/{name}.db"
    server = postgres()
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return parse_url(server).set(database=name).render_as_string(hide_password=False)


def heat() -> int:
    """Return how much longer than in CI a test is to hammer: 1, or 30 in the profile `long`."""
    return max(1, settings().max_examples // 100)


def until(condition: Callable[[], Any], seconds: float = DEADLINE) -> Any:
    """Return what `condition` returns as soon as that is true; fails after the deadline."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
    return found
