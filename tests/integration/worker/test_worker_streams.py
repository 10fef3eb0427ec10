"""The worker reads real video and tells the truth about it."""

import time
from typing import Any

import pytest

from gateway.demo import footage

STREET = "street.mp4?play_count=0"
STREET_FPS = 25.0


def test_it_reads_rtsp_and_sees_the_street_move(start_worker: Any, rtsp: Any) -> None:
    worker = start_worker(rtsp.url(STREET, "user:hunter2@"))
    worker.wait_for_state("streaming")
    report = worker.wait_for(lambda report: report["total_frames"] >= 2 * STREET_FPS)

    assert STREET_FPS / 1.5 < report["avg_fps"] < STREET_FPS * 1.5
    assert report["total_frames"] - 5 <= report["processed_frames"] <= report["total_frames"]
    assert 0 < report["avg_detection_time"] < 1 / STREET_FPS
    assert time.time() - 5 < report["last_detection_time"] <= time.time()
    assert 0 < report["motion"] <= 1
    assert (report["width"], report["height"], report["codec"]) == (640, 272, "h264")
    assert (report["cause"], report["message"]) == (None, None)
    assert report["pid"] == worker.process.pid
    assert report["started_at"] < report["updated_at"] <= time.time()


def test_with_profile_fast_it_looks_at_key_frames_only(start_worker: Any, rtsp: Any) -> None:
    worker = start_worker(rtsp.url(STREET), "--profile", "fast")
    # The first key frame must not wait for the next ones, 1.2 s and 3 s later.
    assert worker.wait_for_state("streaming")["total_frames"] < 25
    report = worker.wait_for(lambda report: report["processed_frames"] >= 3)

    assert report["processed_frames"] * 10 < report["total_frames"]
    assert report["last_detection_time"] is not None


def test_a_file_is_played_at_its_own_speed_again_and_again(start_worker: Any) -> None:
    worker = start_worker(str(footage.driver()))
    began = worker.wait_for_state("streaming")
    report = worker.wait_for(lambda report: report["total_frames"] > 130)

    played = report["updated_at"] - began["updated_at"]
    assert played > 120 / 30 * 0.8, "the film of 120 frames lasts 4 s"
    assert 20 < report["avg_fps"] < 45
    assert worker.log.count("streaming") == 1


def test_the_report_is_renewed_every_second(start_worker: Any) -> None:
    worker = start_worker(str(footage.street()))
    first = worker.wait_for_state("streaming")["updated_at"]
    second = worker.wait_for(lambda report: report["updated_at"] > first, 3)["updated_at"]
    third = worker.wait_for(lambda report: report["updated_at"] > second, 3)["updated_at"]

    assert third - second == pytest.approx(1.0, abs=0.5)


def test_a_report_that_cannot_be_written_does_not_stop_it(start_worker: Any, tmp_path: Any) -> None:
    worker = start_worker(
        str(footage.street()), "--log-interval", "0.5", stats_file=tmp_path / "none" / "stats.json"
    )
    deadline = time.monotonic() + 10
    while worker.log.count("progress:") < 2 and time.monotonic() < deadline:
        time.sleep(0.05)

    assert worker.log.count("progress:") >= 2, worker.log
    assert worker.log.count("cannot write the report") == 1
