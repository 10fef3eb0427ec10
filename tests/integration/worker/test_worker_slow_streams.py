"""Streams whose pictures pause: a slow one is read, one that has stopped is not waited for."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.integration.worker.live_stream import RATE, LiveStream


@pytest.fixture
def live() -> Iterator[Callable[..., LiveStream]]:
    made: list[LiveStream] = []

    def serve(has_picture: Callable[[int], bool], has_sound: bool = False) -> LiveStream:
        made.append(LiveStream(has_picture, has_sound))
        return made[-1]

    yield serve
    for one in made:
        one.close()


@pytest.mark.camera("Its video stops and its sound goes on", "timeout", "though sound comes")
def test_video_that_stops_while_sound_goes_on_is_a_timeout_and_is_opened_again(
    start_worker: Any, live: Callable[..., LiveStream]
) -> None:
    """Sound is no sign of life of a camera; the same worker says so, and opens the source anew."""
    stream = live(lambda tick: tick < 2 * RATE, has_sound=True)
    worker = start_worker(stream.url, entry={"read_timeout": 2})
    worker.wait_for_state("streaming", 20)
    failed = worker.wait_for_state("source_failed", 20)
    assert (failed["cause"], failed["failures"]) == ("timeout", 1)
    assert "no picture for 2 s, though sound comes" in failed["message"]
    assert worker.wait_for_state("streaming", 20)["pid"] == failed["pid"]
    assert stream.connections == 2


def test_a_picture_every_three_seconds_is_a_stream_and_no_timeout(
    start_worker: Any, live: Callable[..., LiveStream]
) -> None:
    """Opening takes two pictures: that fails with the usual bound, and is given longer then."""
    stream = live(lambda tick: tick % (3 * RATE) == 0)
    worker = start_worker(stream.url)
    worker.wait_for(lambda report: report["total_frames"] >= 1, 50)
    assert stream.connections == 2
    assert worker.log.count("source failed: timeout") == 1


@pytest.mark.camera("It sends a picture every few seconds (`read_timeout`)", "streaming")
def test_a_bound_of_its_own_lets_a_slow_camera_be_opened_at_once(
    start_worker: Any, live: Callable[..., LiveStream]
) -> None:
    stream = live(lambda tick: tick % (2 * RATE) == 0)
    worker = start_worker(stream.url, entry={"read_timeout": 12})
    worker.wait_for(lambda report: report["total_frames"] >= 1, 30)
    assert stream.connections == 1
    assert "source failed" not in worker.log


def test_what_is_slower_than_the_bound_fails_by_name(
    start_worker: Any, live: Callable[..., LiveStream]
) -> None:
    stream = live(lambda tick: tick < RATE)
    worker = start_worker(stream.url, entry={"read_timeout": 1.5})
    worker.wait_for_state("streaming", 20)
    assert worker.wait_for_state("source_failed", 20)["cause"] == "timeout"


@pytest.mark.camera(
    "The entry's `read_timeout` is none", "other", "read_timeout must be seconds, 1 to 600"
)
@pytest.mark.parametrize("value", [0, "5", True, 601])
def test_a_bound_that_is_none_is_said(start_worker: Any, value: object) -> None:
    worker = start_worker("rtsp://127.0.0.1:9/x", entry={"read_timeout": value})
    failed = worker.wait_for_state("source_failed", 20)
    assert "read_timeout must be seconds, 1 to 600" in failed["message"]
