"""Real worker processes, and servers that serve, refuse or stay silent."""

import base64
import functools
import json
import os
import signal
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import av
import pytest

from gateway.demo import footage
from tests.camera_table import Row


class Worker:
    """A running worker, with its report, its log and the means to end it."""

    def __init__(self, folder: Path, source: str, *arguments: str, **more: Any) -> None:
        folder.mkdir()
        self.log_file = folder / "worker.log"
        self.stats_file = more.pop("stats_file", folder / "stats.json")
        self.told: list[dict[str, Any]] = []  # what tests waited for
        self.job = {"camera_id": "gate", "source": source, "entry": more.pop("entry", {})}
        with self.log_file.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "camera_service.worker", "--camera-id", "gate", *arguments],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env=os.environ
                | {"CAMPLANE_STATS_FILE": str(self.stats_file)}
                | more.pop("env", {}),
                **more,
            )

    def give_job(self) -> "Worker":
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(self.job).encode() + b"\n")
        self.process.stdin.close()
        return self

    @property
    def log(self) -> str:
        return self.log_file.read_text()

    @property
    def report(self) -> dict[str, Any]:
        """The report as it stands; a part of one would not parse."""
        try:
            return json.loads(self.stats_file.read_text())
        except FileNotFoundError:
            return {}

    def wait_for(
        self, good: Callable[[dict[str, Any]], Any], seconds: float = 10
    ) -> dict[str, Any]:
        """Return the first report that is good."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            report = self.report
            if report and good(report):
                self.told.append(report)
                return report
            assert self.process.poll() is None, self.log
            time.sleep(0.05)
        raise AssertionError(f"not within {seconds} s; last {self.report}\n{self.log}")

    def wait_for_state(self, state: str, seconds: float = 10) -> dict[str, Any]:
        return self.wait_for(lambda report: report["state"] == state, seconds)

    def stop(self, number: int = signal.SIGTERM) -> float:
        """Send the signal and return how many seconds the worker took to end."""
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(10)
        return time.monotonic() - began

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)
        if self.process.stdin and not self.process.stdin.closed:
            self.process.stdin.close()


@pytest.fixture
def start_worker(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[..., Worker]]:
    """Start workers that are ended with the test, which must have said what its mark says."""
    workers: list[Worker] = []

    def start(source: str, *arguments: str, job: bool = True, **more: Any) -> Worker:
        worker = Worker(tmp_path / f"worker-{len(workers)}", source, *arguments, **more)
        workers.append(worker)
        return worker.give_job() if job else worker

    yield start
    for worker in workers:
        worker.end()
    told = [report for worker in workers for report in worker.told]
    for mark in request.node.iter_markers("camera"):
        assert any(map(Row.of(mark).is_borne_out_by, told)), (mark.args, told)


class RtspServer:
    """The demo's RTSP server, on a port that it keeps when it is started again."""

    def __init__(self) -> None:
        self.port = 0
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "gateway.demo.rtsp_server"),
                *(str(footage.street().parent), str(self.port)),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    def url(self, path: str, credentials: str = "") -> str:
        return f"rtsp://{credentials}127.0.0.1:{self.port}/{path}"

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture(scope="session")
def rtsp() -> Iterator[RtspServer]:
    """An RTSP server for all tests; who harms it takes `own_rtsp`."""
    server = RtspServer()
    yield server
    server.kill()


@pytest.fixture
def own_rtsp() -> Iterator[RtspServer]:
    """An RTSP server that a test may freeze and kill."""
    server = RtspServer()
    yield server
    server.kill()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


class Responder:
    """A TCP server that answers each request with what `answer` makes of it, or nothing."""

    def __init__(self, answer: Callable[[str], str]) -> None:
        self.requests: list[str] = []
        self.connections = 0
        responder = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                responder.connections += 1
                while request := self.request.recv(65536).decode():
                    responder.requests.append(request)
                    if reply := answer(request):
                        self.request.sendall(reply.encode())

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _header(request: str, name: str) -> str:
    lines = (line.partition(":") for line in request.split("\r\n"))
    return next((value.strip() for key, _, value in lines if key.lower() == name.lower()), "")


def _unauthorized(request: str) -> str:
    cseq = _header(request, "CSeq")
    if request.startswith("OPTIONS"):
        return f"RTSP/1.0 200 OK\r\nCSeq: {cseq}\r\nPublic: DESCRIBE\r\n\r\n"
    return (
        f"RTSP/1.0 401 Unauthorized\r\nCSeq: {cseq}\r\n"
        'WWW-Authenticate: Basic realm="camera"\r\nContent-Length: 0\r\n\r\n'
    )


@pytest.fixture
def unauthorized() -> Iterator[Responder]:
    """An RTSP server that refuses all credentials."""
    responder = Responder(_unauthorized)
    yield responder
    responder.close()


@pytest.fixture
def silent() -> Iterator[Responder]:
    """A server that accepts, reads and never answers, like a camera that hangs."""
    responder = Responder(lambda request: "")
    yield responder
    responder.close()


@pytest.fixture
def http(tmp_path: Path) -> Iterator[str]:
    """The URL of an HTTP server that has the street as street.mkv, which needs no seeking."""
    with (
        av.open(str(footage.street())) as film,
        av.open(str(tmp_path / "street.mkv"), "w") as copy,
    ):
        stream = copy.add_stream_from_template(film.streams.video[0])
        for packet in film.demux(video=0):
            if packet.size:
                packet.stream = stream
                copy.mux(packet)

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    handler = functools.partial(Quiet, directory=tmp_path)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port at which nothing listens, and which no other process gets meanwhile."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@pytest.fixture
def unplayable(tmp_path: Path) -> Path:
    """A film whose description is whole and whose pictures are all zeros."""
    film = bytearray(footage.driver().read_bytes())
    begin = film.index(b"mdat") + 4
    size = int.from_bytes(film[begin - 8 : begin - 4], "big") - 8
    film[begin : begin + size] = bytes(size)
    path = tmp_path / "unplayable.mp4"
    path.write_bytes(film)
    return path


@pytest.fixture
def basic() -> Callable[[str, str], str]:
    """Return the value of an Authorization header."""
    return lambda user, password: (
        "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
    )
