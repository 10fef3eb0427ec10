"""RTSP servers that send in one way alone, over their connection or by datagrams."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from camera_service.worker.source_rules import SCHEMES
from tests.integration.worker import gst_rtsp_server
from tests.integration.worker.asking import preview

# Where the server says datagrams go is not looked at: only where the operator allows it.
DATAGRAMS = {SCHEMES: "rtsp,rtspu"}
DATAGRAMS_ALONE = pytest.mark.camera(
    "It sends by datagrams alone, and `rtspu` is allowed", "streaming"
)
TCP_ALONE = pytest.mark.camera("It sends over TCP alone, and is asked for datagrams", "streaming")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The address of a real server that has /tcp and /udp."""
    if not Path(gst_rtsp_server.PYTHON).exists():
        pytest.skip("no system's Python for GStreamer's bindings")
    server = subprocess.Popen(
        [gst_rtsp_server.PYTHON, gst_rtsp_server.__file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert server.stdout is not None
    port = server.stdout.readline().strip().decode()
    if not port:
        server.wait(10)
        pytest.skip(f"no GStreamer here (Debian: {' '.join(gst_rtsp_server.PACKAGES)})")
    yield f"127.0.0.1:{port}"
    server.kill()
    server.communicate()


@pytest.mark.parametrize(
    ("url", "entry"),
    [
        pytest.param("rtsp://{}/udp", {}, marks=DATAGRAMS_ALONE),
        pytest.param("rtspu://{}/tcp", {}, marks=TCP_ALONE),
        pytest.param("rtsp://{}/tcp", {"rtsp_transport": "udp"}, marks=TCP_ALONE),
    ],
)
def test_a_server_that_sends_in_the_other_way_alone_is_read_in_that(
    start_worker: Any, address: str, url: str, entry: dict[str, Any]
) -> None:
    worker = start_worker(url.format(address), entry=entry, env=DATAGRAMS)
    assert worker.wait_for_state("streaming")["width"] == 320


def test_a_preview_of_a_server_that_sends_by_datagrams_alone(address: str) -> None:
    done = preview(f"rtsp://{address}/udp", **DATAGRAMS)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(b"\xff\xd8")


@pytest.mark.camera(
    "It sends by datagrams alone, and `rtspu` is not allowed",
    "other",
    "rtspu in cameras.schemes of camplane.yaml allows it",
)
def test_datagrams_that_are_not_allowed_are_named_with_what_allows_them(
    start_worker: Any, address: str
) -> None:
    worker = start_worker(f"rtsp://{address}/udp", env={SCHEMES: "rtsp"})
    report = worker.wait_for_state("source_failed")
    assert report["cause"] == "other"
    assert "it sends by datagrams alone (RTSP 461)" in report["message"]
    assert "rtspu in cameras.schemes" in report["message"]


@pytest.mark.camera(
    "It sends by datagrams alone, and the entry says `tcp`",
    "other",
    "set rtsp_transport of the entry to udp",
)
def test_an_entry_that_asks_for_tcp_is_told_to_ask_for_udp(start_worker: Any, address: str) -> None:
    entry = {"rtsp_transport": "tcp"}
    worker = start_worker(f"rtsp://{address}/udp", entry=entry, env=DATAGRAMS)
    report = worker.wait_for_state("source_failed")
    assert "(RTSP 461); set rtsp_transport of the entry to udp" in report["message"]
