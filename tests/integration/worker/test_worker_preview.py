"""The preview is a real JPEG, or one line that says why there is none."""

import subprocess
import time
from pathlib import Path
from typing import Any

import av
import pytest

from gateway.demo import footage
from tests.integration.worker import asking

STREET = "street.mp4?play_count=0"


def preview(source: str, **entry: object) -> subprocess.CompletedProcess[bytes]:
    return asking.preview(source, entry)


def decode(jpeg: bytes) -> av.VideoFrame:
    assert jpeg.startswith(b"\xff\xd8") and jpeg.endswith(b"\xff\xd9")
    (frame,) = av.CodecContext.create("mjpeg", "r").decode(av.Packet(jpeg))
    return frame


def test_a_file_gives_a_jpeg_of_its_first_picture() -> None:
    done = preview(str(footage.street()))
    frame = decode(done.stdout)
    with av.open(str(footage.street())) as film:
        first = next(film.decode(video=0))

    assert (done.returncode, done.stderr) == (0, b"")
    assert (frame.width, frame.height) == (640, 272)
    difference = frame.to_ndarray(format="gray").astype(int) - first.to_ndarray(format="gray")
    assert abs(difference).mean() < 3, "it is another picture, or its brightness is off"


def test_a_stream_gives_a_jpeg_scaled_to_the_resolution(rtsp: Any) -> None:
    done = preview(rtsp.url(STREET), resolution="321x181")
    frame = decode(done.stdout)

    assert (frame.width, frame.height) == (321, 181)


@pytest.mark.parametrize("resolution", ["large", "0x0", "99999x99999", "640x", 640, None, ["1x1"]])
def test_any_other_resolution_is_ignored(resolution: object) -> None:
    frame = decode(preview(str(footage.driver()), resolution=resolution).stdout)

    # Of 176 by 144 pixels, each 128 wide where it is 117 high.
    assert (frame.width, frame.height) == (193, 144)


def test_a_source_that_cannot_be_opened_is_code_3(rtsp: Any, closed_port: int) -> None:
    for source in (
        f"rtsp://user:hunter2@127.0.0.1:{closed_port}/1",
        rtsp.url("nothing.mp4", "user:hunter2@"),
        "nothing.mp4",
    ):
        done = preview(source)
        assert (done.returncode, done.stdout) == (3, b"")
        assert done.stderr.count(b"\n") == 1 and b"hunter2" not in done.stderr


def test_a_source_without_a_picture_is_code_4(unplayable: Path) -> None:
    done = preview(str(unplayable))

    assert (done.returncode, done.stdout) == (4, b"")
    assert b"not video" in done.stderr and done.stderr.count(b"\n") == 1


def test_a_source_that_stays_silent_is_given_up_within_the_bound(silent: Any) -> None:
    began = time.monotonic()
    done = preview(f"rtsp://user:hunter2@127.0.0.1:{silent.port}/1")

    assert done.returncode == 3
    assert time.monotonic() - began < 10
    assert b"no data in time" in done.stderr and b"hunter2" not in done.stderr
