"""Before an old HTTP server: no reader notices that domain is killed or hangs."""

import http.client
import json
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import ThreadingHTTPServer
from pathlib import Path

import grpc
import pytest
from camplane.camera.v1.camera_service_pb2 import GetCameraStatusRequest
from camplane.camera.v1.camera_service_pb2_grpc import CameraServiceStub
from camplane.gateway.v1.rollout_service_pb2 import WatchRolloutsRequest
from camplane.gateway.v1.rollout_service_pb2_grpc import RolloutServiceStub

from gateway.proxy.local_replies import BROKE_OFF
from gateway.vocabulary.split import Split
from tests.integration.gateway import upstream as upstream_module
from tests.integration.gateway.http2_client import Http2Client
from tests.integration.gateway.noting_server import Old
from tests.integration.gateway.rig import Answer, Gateway, running, until

CLIENTS = 4


class Domain:
    """camera/domain as a process of its own, which can be killed and frozen."""

    def __init__(self, gateway: Gateway) -> None:
        self._address = gateway.upstreams["camera/domain"].address
        self._gateway = gateway
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it; returns when the gateway asks it."""
        command = [sys.executable, upstream_module.__file__, "camera", "domain", self._address]
        root = Path(__file__).parents[3]
        environment = {"PYTHONPATH": f"{root}:{root / 'gen'}", "PYTHONUNBUFFERED": "1"}
        self.process = subprocess.Popen(command, env=environment, text=True)
        until(lambda: self._gateway.rest("GET", "/api/v1/cameras").path == "domain")

    def signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def end(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Old)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with running(Split(100, 100), old_http=f"127.0.0.1:{server.server_port}") as gateway:
            gateway.upstreams["camera/domain"].stop()
            yield gateway
            gateway.upstreams["camera/domain"].start()
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def domain(gateway: Gateway) -> Iterator[Domain]:
    domain = Domain(gateway)
    domain.start()
    yield domain
    domain.end()


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGSTOP])
def test_no_read_is_lost_when_domain_is_killed_or_hangs_under_load(
    gateway: Gateway, domain: Domain, blow: signal.Signals
) -> None:
    """Those that were under way are asked of the old server, whatever had come of them."""
    answers: list[Answer] = []
    enough = threading.Event()

    def load() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=30)
        while not enough.is_set():
            connection.request("GET", f"/api/v1/cameras/c{len(answers)}/status")
            response = connection.getresponse()
            headers = {name.lower(): value for name, value in response.getheaders()}
            answers.append(Answer(response.status, headers, response.read()))
        connection.close()

    threads = [threading.Thread(target=load) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        until(lambda: len(answers) > 100)
        assert {answer.path for answer in answers} == {"domain"}
        domain.signal(blow)
        until(lambda: sum(answer.path == "legacy" for answer in answers) > 100, 20)
    finally:
        enough.set()
        for thread in threads:
            thread.join()
    assert [answer for answer in answers if answer.status != 200] == []
    for answer in answers:
        assert (answer.path == "legacy") is ("x-camplane-fallback" in answer.headers)


def test_a_write_that_broke_off_is_domains_alone_to_finish(
    gateway: Gateway, domain: Domain
) -> None:
    """It is sent again with its key to the domain that came back; the old server hears nothing."""
    Old.written.clear()
    assert gateway.rest("PUT", "/api/v1/cameras/c", b"{}").path == "domain"
    domain.signal(signal.SIGSTOP)
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write, gateway, "c")
        until(lambda: under_way(gateway) == 1)
        domain.end()
        domain.start()
        answer = writing.result()
    assert (answer.status, answer.path) == (200, "domain")
    assert Old.written == []


def test_of_a_write_that_nobody_can_finish_it_is_said_that_nobody_knows(
    gateway: Gateway, domain: Domain
) -> None:
    Old.written.clear()
    domain.signal(signal.SIGSTOP)
    answer = write(gateway, "c")
    assert answer.status == 503
    assert json.loads(answer.body)["detail"] == BROKE_OFF
    assert Old.written == []
    # Now that it is known to be down, nothing begins there: writes are the old server's.
    assert write(gateway, "d").path == "legacy"
    assert Old.written == ["/api/v1/cameras/d"]


async def test_short_deadlines_of_calls_that_hang_cost_no_other_stream_of_the_channel(
    gateway: Gateway, domain: Domain
) -> None:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{gateway.port}") as channel:
        watch = RolloutServiceStub(channel).WatchRollouts(WatchRolloutsRequest())
        assert await watch.read() is not grpc.aio.EOF
        domain.signal(signal.SIGSTOP)
        camera = CameraServiceStub(channel)
        request = GetCameraStatusRequest(camera_id="c")
        calls = [camera.GetCameraStatus(request, timeout=0.2) for _ in range(600)]
        codes = Counter([await call.code() for call in calls])
        assert codes[grpc.StatusCode.DEADLINE_EXCEEDED] > 500
        for _ in range(2):
            assert await watch.read() is not grpc.aio.EOF


def test_readers_that_leave_early_cost_no_write_of_another_client(
    gateway: Gateway, domain: Domain
) -> None:
    """What is asked of domain goes by one connection within Envoy, whoever asks."""
    alerts = gateway.upstreams["alert/domain"]
    alerts.seconds = 1.0
    domain.signal(signal.SIGSTOP)
    try:
        with ThreadPoolExecutor(1) as pool, Http2Client(gateway.port) as impatient:
            writing = pool.submit(gateway.rest, "PUT", "/api/v1/alerts/rules/1", b"{}")
            until(lambda: any(name == "alert/domain" for name, _ in gateway.take_received()))
            for _ in range(2):
                impatient.get_and_take_back("/api/v1/cameras/c/status", 900)
            answer = writing.result()
    finally:
        alerts.seconds = 0.0
    assert (answer.status, answer.path) == (200, "domain")


def write(gateway: Gateway, camera_id: str) -> Answer:
    return gateway.rest("PUT", f"/api/v1/cameras/{camera_id}", b"{}", seconds=40)


def under_way(gateway: Gateway) -> int:
    """Return how many requests domain is asked and has not answered."""
    name = r"^cluster\.camera_grpc_domain\.upstream_rq_active$"
    (active,) = gateway.ask(lambda admin: admin.stats(name))
    return int(active["value"])
