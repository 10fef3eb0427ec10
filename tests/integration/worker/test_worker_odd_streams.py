"""Streams that change while they are read, and pictures that are not to be shown as they are."""

import contextlib
import io
import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from camera_service.worker.preview import encode
from tests.integration.worker.asking import preview
from tests.integration.worker.stream_server import StreamServer

RATE = 10
_QUICK = {"preset": "ultrafast", "tune": "zerolatency"}


class Part:
    """A part of a stream: its codec, for how many ticks, by which PID and of which program."""

    def __init__(self, codec: str, ticks: int, pid: int = 256, program: int = 1) -> None:
        self.codec, self.ticks, self.pid, self.program = codec, ticks, pid, program


class Site(StreamServer):
    """Serves MPEG-TS, a list of parts for each connection, the last list for all further ones."""

    def __init__(self, *connections: Sequence[Part]) -> None:
        def send(number: int, target: Any) -> None:
            began, first = time.monotonic(), 0
            for part in connections[min(number, len(connections) - 1)]:
                _send(target, part, first, began)
                first += part.ticks

        super().__init__(send)


class _Open:
    """A file that outlives the container that writes into it."""

    def __init__(self, file: Any) -> None:
        self.write = file.write


def _send(target: Any, part: Part, first: int, began: float) -> None:
    options = {
        "flush_packets": "1",
        "mpegts_start_pid": str(part.pid),
        "mpegts_service_id": str(part.program),
        "mpegts_pmt_start_pid": str(4096 + part.program),
    }
    with av.open(_Open(target), "w", format="mpegts", options=options) as container:
        quick = _QUICK if part.codec.startswith("libx26") else {}
        stream = container.add_stream(part.codec, rate=RATE, options=quick)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = 64, 48, "yuv420p", 5
        stream.codec_context.time_base = Fraction(1, RATE)
        for tick in range(first, first + part.ticks):
            time.sleep(max(began + tick / RATE - time.monotonic(), 0))
            pixels = np.full((48, 64, 3), tick * 7 % 256, np.uint8)
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = tick, Fraction(1, RATE)
            container.mux(stream.encode(frame))


@pytest.fixture
def serve() -> Iterator[Callable[..., Site]]:
    made: list[Site] = []

    def start(*connections: Sequence[Part]) -> Site:
        made.append(Site(*connections))
        return made[-1]

    yield start
    for one in made:
        one.close()


@pytest.mark.camera(
    "It changes its codec while it is read", "ended", "it goes on as other video than before"
)
def test_a_camera_that_changes_its_codec_is_opened_anew_within_seconds(
    start_worker: Any, serve: Callable[..., Site]
) -> None:
    """Somebody changes its settings while it is read: it was "not video" after half a minute."""
    site = serve([Part("mpeg2video", 20), Part("libx264", 600)], [Part("libx264", 600)])
    worker = start_worker(site.url)
    assert worker.wait_for_state("streaming", 20)["codec"] == "mpeg2video"
    began = time.monotonic()
    failed = worker.wait_for_state("source_failed", 25)
    assert (failed["cause"], failed["failures"]) == ("ended", 1)
    assert "it goes on as other video than before" in failed["message"]
    assert worker.wait_for_state("streaming", 20)["codec"] == "h264"
    assert time.monotonic() - began < 25


@pytest.mark.camera("Its video moves to another PID", "streaming")
def test_video_that_moves_to_another_pid_goes_on(
    start_worker: Any, serve: Callable[..., Site]
) -> None:
    site = serve([Part("mpeg2video", 20), Part("mpeg2video", 600, pid=300)])
    worker = start_worker(site.url)
    worker.wait_for(lambda report: report["processed_frames"] > 45, 30)
    assert site.connections == 1
    assert "source failed" not in worker.log


@pytest.mark.camera(
    "Another program takes the place of its video", "timeout", "though something comes"
)
def test_video_of_another_program_is_a_timeout_and_no_hung_reader(
    start_worker: Any, serve: Callable[..., Site]
) -> None:
    """FFmpeg reads on and shows nothing of it; the same worker opens the source anew."""
    site = serve(
        [Part("mpeg2video", 20), Part("libx264", 600, pid=300, program=2)], [Part("libx264", 600)]
    )
    worker = start_worker(site.url, entry={"read_timeout": 2})
    worker.wait_for_state("streaming", 20)
    failed = worker.wait_for_state("source_failed", 20)
    assert failed["cause"] == "timeout"
    assert "no picture for 2 s, though something comes" in failed["message"], worker.log
    again = worker.wait_for_state("streaming", 20)
    assert (again["codec"], again["pid"]) == ("h264", failed["pid"])


@pytest.mark.camera("MJPEG by HTTP comes to its end", "ended", "The live source ended")
def test_jpegs_by_http_that_end_are_a_source_that_ended(start_worker: Any) -> None:
    with jpegs(count=30) as url:
        worker = start_worker(url)
        worker.wait_for_state("streaming", 20)
        assert worker.wait_for_state("source_failed", 20)["cause"] == "ended"


@pytest.mark.camera("MJPEG begins without its first boundary", "streaming")
def test_jpegs_by_http_without_their_first_boundary_are_a_stream(start_worker: Any) -> None:
    """Some cameras begin with the first picture's headers, or leave all of them out."""
    with jpegs() as url:
        worker = start_worker(url)
        seen = worker.wait_for(lambda report: report["processed_frames"] > 10, 20)
        assert (seen["state"], seen["width"], seen["height"]) == ("streaming", 64, 48)
        assert "source failed" not in worker.log


@contextlib.contextmanager
def jpegs(count: int | None = None) -> Iterator[str]:
    """Serve MJPEG without its first boundary, so many pictures or without an end; give its URL."""

    def send(_: int, target: Any) -> None:
        target.write(head + picture + b"\r\n")
        for _ in itertools.count() if count is None else range(count):
            time.sleep(1 / RATE)
            target.write(b"--frame\r\n" + head + picture + b"\r\n")
        target.write(b"--frame--\r\n")

    black = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24")
    picture = encode(black, None)
    head = b"Content-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(picture)
    server = StreamServer(send, "multipart/x-mixed-replace; boundary=frame")
    try:
        yield server.url
    finally:
        server.close()


def film(
    path: Path, *, rate: Fraction = Fraction(RATE), rotation: int = 0, pixel: Fraction | None = None
) -> Path:
    """Write a film of 20 pictures, 64 by 48, white at the left and black at the right."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate, options=_QUICK)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        if pixel is not None:
            stream.codec_context.sample_aspect_ratio = pixel
        if rotation:
            stream.set_display_rotation(rotation)
        pixels = np.zeros((48, 64, 3), np.uint8)
        pixels[:, :32] = 255
        for tick in range(20):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = tick, 1 / rate
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def brightness(path: Path, **entry: str) -> np.ndarray[Any, Any]:
    """Return the preview of a file as brightness, by line and column."""
    done = preview(str(path), entry)
    assert done.returncode == 0, done.stderr
    with av.open(io.BytesIO(done.stdout)) as container:
        (frame,) = container.decode(video=0)
        return frame.to_ndarray(format="gray")


@pytest.mark.camera("It hangs on its side, and says so", "streaming")
@pytest.mark.parametrize(("rotation", "white"), [(90, "bottom"), (-90, "top"), (180, "right")])
def test_a_camera_that_hangs_on_its_side_is_shown_upright(
    start_worker: Any, tmp_path: Path, rotation: int, white: str
) -> None:
    """Its preview, and its size as it is reported."""
    path = film(tmp_path / "side.mp4", rotation=rotation)
    seen = brightness(path)
    halves = {"bottom": seen[-10:], "top": seen[:10], "right": seen[:, -10:]}
    assert halves[white].mean() > 200
    assert seen.mean() < 150
    size = (64, 48) if rotation == 180 else (48, 64)
    assert seen.shape == size[::-1]
    report = start_worker(str(path)).wait_for_state("streaming", 20)
    assert (report["width"], report["height"]) == size
    assert brightness(path, resolution="32x24").shape == (24, 32)


@pytest.mark.camera("Its pixels are no squares", "streaming")
def test_pixels_that_are_no_squares_are_shown_as_wide_as_they_are(
    start_worker: Any, tmp_path: Path
) -> None:
    path = film(tmp_path / "wide.mp4", pixel=Fraction(3, 2))
    assert brightness(path).shape == (48, 96)
    report = start_worker(str(path)).wait_for_state("streaming", 20)
    assert (report["width"], report["height"]) == (96, 48)


@pytest.mark.camera("A film has a picture every six seconds", "streaming")
def test_a_film_that_was_taken_over_hours_is_played_at_its_own_speed(
    start_worker: Any, tmp_path: Path
) -> None:
    """A picture each six seconds: the pause is the film's own, and no fault in it."""
    worker = start_worker(str(film(tmp_path / "lapse.mp4", rate=Fraction(1, 6))))
    began = worker.wait_for_state("streaming", 20)
    second = worker.wait_for(lambda report: report["total_frames"] > began["total_frames"], 20)
    assert second["updated_at"] - began["updated_at"] > 4
