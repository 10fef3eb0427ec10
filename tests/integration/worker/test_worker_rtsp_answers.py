"""RTSP servers that refuse: each status says something else to who has to mend it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from camera_service.worker.source_rules import SCHEMES
from tests.integration.worker.asking import preview
from tests.integration.worker.conftest import Responder

SDP = "\r\n".join(
    (
        *("v=0", "o=- 0 0 IN IP4 127.0.0.1", "s=x", "t=0 0", "m=video 0 RTP/AVP 96"),
        *("a=rtpmap:96 H264/90000", "a=control:track1", ""),
    )
)


def server(method: str, status: int, reason: str = "") -> Responder:
    """Return a server that answers as a camera does, and `method` with the status."""

    def answer(request: str) -> str:
        asked = request.split(" ", 1)[0]
        cseq = next(line for line in request.split("\r\n") if line.startswith("CSeq"))
        if asked == method:
            return f"RTSP/1.0 {status} {reason}\r\n{cseq}\r\n\r\n"
        way = "RTP/AVP/TCP;unicast;interleaved=0-1"
        if "RTP/AVP/UDP" in request:
            way = "RTP/AVP;unicast;client_port=9000-9001;server_port=9002-9003"
        told = {
            "OPTIONS": "Public: DESCRIBE, SETUP, PLAY\r\n\r\n",
            "DESCRIBE": f"Content-Type: application/sdp\r\nContent-Length: {len(SDP)}\r\n\r\n{SDP}",
            "SETUP": f"Session: 1\r\nTransport: {way}\r\n\r\n",
        }.get(asked, "Session: 1\r\n\r\n")
        return f"RTSP/1.0 200 OK\r\n{cseq}\r\n{told}"

    return Responder(answer)


@pytest.fixture
def refusing() -> Iterator[Callable[..., Responder]]:
    """Give `refusing(method, status)`: a server that refuses one request."""
    servers: list[Responder] = []

    def start(method: str, status: int, reason: str = "") -> Responder:
        servers.append(server(method, status, reason))
        return servers[-1]

    yield start
    for one in servers:
        one.close()


def refusal(method: str, status: int, cause: str, words: str, does: str) -> Any:
    """Return a case, which is a row of the table, too."""
    mark = pytest.mark.camera(f"{does} (RTSP {status})", cause, words)
    return pytest.param(method, status, cause, words, marks=mark)


@pytest.mark.parametrize(
    ("method", "status", "cause", "words"),
    [
        refusal("DESCRIBE", 403, "auth", "check the user's rights", "It keeps the user out"),
        refusal("DESCRIBE", 404, "not_found", "knows no such stream", "It knows no such stream"),
        refusal(
            "DESCRIBE", 451, "not_found", "check channel and query", "It cannot read the query"
        ),
        refusal(
            "SETUP", 453, "other", "no bandwidth for one more viewer", "It has too many viewers"
        ),
        refusal("PLAY", 454, "other", "forgot the session", "It forgets the session"),
        refusal("DESCRIBE", 503, "other", "overloaded or still starting", "It is overloaded"),
        refusal("OPTIONS", 551, "other", "its manual says why", "It refuses by any other status"),
    ],
)
def test_a_server_that_refuses_is_told_by_its_status(
    start_worker: Any, refusing: Any, method: str, status: int, cause: str, words: str
) -> None:
    """Again at the second try: what FFmpeg says twice is not lost."""
    camera = refusing(method, status, "hunter2 is wrong")
    worker = start_worker(f"rtsp://user:hunter2@127.0.0.1:{camera.port}/1")
    report = worker.wait_for_state("source_failed")
    assert report["cause"] == cause
    assert words in report["message"]
    assert f"(RTSP {status} to {method})" in report["message"]
    if cause == "other":
        again = worker.wait_for(lambda report: report["failures"] == 2)
        assert again["message"] == report["message"]
    assert "hunter2" not in worker.log + worker.stats_file.read_text()


def test_a_preview_says_the_status_too(refusing: Any) -> None:
    camera = refusing("SETUP", 453, "hunter2 is wrong")
    done = preview(f"rtsp://user:hunter2@127.0.0.1:{camera.port}/1")
    assert done.returncode == 3
    assert b"(RTSP 453 to SETUP)" in done.stderr
    assert b"hunter2" not in done.stderr


def test_a_server_that_sends_nothing_is_asked_for_the_other_way_the_next_time(
    start_worker: Any, refusing: Any
) -> None:
    """Datagrams that a firewall drops: nobody refuses them, and nothing comes."""
    camera = refusing("nothing", 200)
    worker = start_worker(
        f"rtspu://127.0.0.1:{camera.port}/1", env={SCHEMES: "rtsp,rtspu"}, entry={"read_timeout": 1}
    )
    worker.wait_for(lambda report: report["failures"] == 2, 40)
    setups = [request for request in camera.requests if request.startswith("SETUP")]
    ways = ["UDP" if "RTP/AVP/UDP" in one else "TCP" for one in setups]
    assert ways[:2] == ["UDP", "TCP"], worker.log
