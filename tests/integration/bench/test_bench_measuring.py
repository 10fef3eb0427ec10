"""What the bench measures with: clocks, memory, load, and a no-op that answers as recorded."""

import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import grpc
import httpx
import pytest
from camplane.alert.v1 import alert_rest_service_pb2 as alert_rest
from camplane.camera.v1 import camera_service_pb2 as camera
from camplane.camera.v1 import camera_service_pb2_grpc as camera_grpc
from google.api.httpbody_pb2 import HttpBody

from camplane_tools.bench.deployment import noop_gateway
from camplane_tools.bench.endpoints import ENDPOINTS
from camplane_tools.bench.open_loop import latencies
from camplane_tools.load.client import http_request
from camplane_tools.load.h2load import Load, LoadError, burst
from camplane_tools.load.loops import lasting
from camplane_tools.load.processes import cpu_seconds, memory

BURN = (
    "import time; end = time.process_time() + 0.3\nwhile time.process_time() < end: pass\ninput()"
)
STATUS = "camplane.camera.v1.CameraService/GetCameraStatus"
GET_RULE = "camplane.alert.v1.AlertRestService/GetRule"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    pause = 0.0

    def do_GET(self) -> None:
        if self.path == "/slow-first" and type(self).pause:
            pause, type(self).pause = type(self).pause, 0.0
            time.sleep(pause)
        self.send_response(500 if self.path == "/bad" else 200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_cpu_time_and_memory_of_another_process_are_the_kernels() -> None:
    with subprocess.Popen([sys.executable, "-c", BURN], stdin=subprocess.PIPE) as child:
        deadline = time.monotonic() + 20
        while cpu_seconds(child.pid) < 0.3:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        used = memory(child.pid)
        assert 0 < used.own <= used.proportional <= used.resident
        child.communicate(b"\n")
    with pytest.raises(ProcessLookupError):
        cpu_seconds(child.pid)


needs_h2load = pytest.mark.skipif(
    shutil.which("h2load") is None, reason="h2load (nghttp2-client) is not installed"
)


@needs_h2load
async def test_a_burst_counts_requests_and_the_cpu_they_cost(url: str) -> None:
    found = await burst(Load("GET", (f"{url}/",)), 2, 0.3, {"server": os.getpid()})
    assert found.rate > 1
    assert all(latency > 0 for latency in found.latencies)
    assert found.cpu_micros("server") > 0


@needs_h2load
async def test_a_burst_that_is_answered_with_errors_is_no_measurement(url: str) -> None:
    with pytest.raises(LoadError, match="500"):
        await burst(Load("GET", (f"{url}/bad",)), 2, 0.2, {})


async def test_a_stall_counts_against_all_requests_that_were_meant_to_leave_in_it(
    url: str,
) -> None:
    _Handler.pause = 0.4
    found = await latencies(url, [http_request("GET", "/slow-first")], 50, lasting(0.6))
    assert len(found) == 30
    assert max(found) >= 400


async def test_an_open_loop_that_is_answered_with_errors_is_no_measurement(url: str) -> None:
    with pytest.raises(LoadError, match="500"):
        await latencies(url, [http_request("GET", "/bad")], 50, lasting(0.1))


async def test_the_noop_answers_what_was_recorded_through_a_gateway_of_its_own() -> None:
    status = camera.GetCameraStatusResponse(ok=True, running=True, pid=4711, log="/x/bench.log")
    rule = alert_rest.AlertRestServiceGetRuleResponse(
        body=HttpBody(content_type="application/json", data=b'{"id":1}')
    )
    replies = {STATUS: status.SerializeToString(), GET_RULE: rule.SerializeToString()}
    async with noop_gateway(replies) as side:
        got = await asyncio.to_thread(_get, side.url, "/api/v1/cameras/any/status")
        assert got == (200, b'{"ok":true,"running":true,"pid":4711,"log":"/x/bench.log"}')
        assert await asyncio.to_thread(_get, side.url, "/api/v1/alerts/rules/1") == (
            200,
            b'{"id":1}',
        )
        async with grpc.aio.insecure_channel(side.url.removeprefix("http://")) as channel:
            stub = camera_grpc.CameraServiceStub(channel)
            call = stub.GetCameraStatus(camera.GetCameraStatusRequest(camera_id="any"))
            assert await call == status
            assert ("x-camplane-path", "domain") in tuple(await call.initial_metadata())
        pids = list(side.services.values())
    assert not any((Path("/proc") / str(pid)).exists() for pid in pids)


def test_calls_that_take_turns_have_requests_of_the_same_bytes() -> None:
    """The load generator sends one body to all of an endpoint's paths."""
    for endpoint in ENDPOINTS:
        assert len({call.request.SerializeToString() for call in endpoint.native}) == 1


def _get(url: str, path: str) -> tuple[int, bytes]:
    answer = httpx.get(url + path, trust_env=False)
    return answer.status_code, answer.content
