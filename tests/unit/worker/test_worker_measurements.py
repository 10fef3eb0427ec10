"""The figures tell what is, not what was."""

import pytest

from camera_service.worker.measurements import FrameRate, Measurements


def test_the_frame_rate_is_that_of_the_last_five_seconds() -> None:
    rate = FrameRate()
    rate.begin(0.0)
    for frame in range(250):
        rate.add(frame / 25)

    assert rate.at(10.0) == pytest.approx(25, abs=0.3)
    assert rate.at(12.5) == pytest.approx(12.5, abs=0.3)
    assert rate.at(15.0) == 0.0


def test_a_young_stream_is_not_divided_by_five_seconds() -> None:
    rate = FrameRate()
    rate.begin(100.0)
    for frame in range(50):
        rate.add(100 + frame / 25)

    assert rate.at(102.0) == pytest.approx(25)


def test_one_frame_at_once_is_not_a_rate_of_a_thousand() -> None:
    rate = FrameRate()
    rate.begin(0.0)
    rate.add(0.001)

    assert rate.at(0.001) <= 1.0


def test_a_new_opening_forgets_the_old_rate() -> None:
    rate = FrameRate()
    rate.begin(0.0)
    for frame in range(50):
        rate.add(frame / 25)
    rate.begin(2.0)

    assert rate.at(2.0) == 0.0


def test_the_time_of_skipped_packets_counts_for_the_frames_that_came() -> None:
    seen = Measurements()
    assert seen.seconds_a_frame == 0.0
    seen.processed(0, 0.1)
    seen.processed(1, 0.3)

    assert (seen.processed_frames, seen.seconds_a_frame) == (1, pytest.approx(0.4))


def test_motion_is_dated_when_it_is_above_the_threshold() -> None:
    seen = Measurements()
    seen.moved(0.01, 0.01, 1000.0)
    assert seen.motion_seen_at is None
    seen.moved(0.02, 0.01, 1001.0)
    seen.moved(0.0, 0.01, 1002.0)

    assert (seen.motion, seen.motion_seen_at) == (0.0, 1001.0)
