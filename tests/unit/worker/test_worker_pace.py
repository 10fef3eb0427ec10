"""A file is played at its own speed, whatever its time stamps do."""

from camera_service.worker.pace import Pace


def test_packets_are_due_when_their_time_says() -> None:
    pace = Pace(100.0, 0.04)

    assert [pace.due(time) for time in (-0.08, 0.0, 0.5)] == [100.0, 100.08, 100.58]
    assert pace.end() == 100.62


def test_packets_without_time_follow_each_other_at_the_frame_rate() -> None:
    pace = Pace(0.0, 0.1)

    assert [round(pace.due(None), 3) for _ in range(3)] == [0.0, 0.1, 0.2]


def test_a_jump_of_the_time_stamps_neither_stops_nor_rushes_the_file() -> None:
    pace = Pace(0.0, 0.04)

    assert [pace.due(time) for time in (0.0, 1000.0, 1000.5, 3.0, 3.5)] == [0, 0, 0.5, 0.5, 1.0]


def test_a_file_of_one_frame_lasts_one_frame() -> None:
    pace = Pace(0.0, None)
    pace.due(0.0)

    assert pace.end() == 0.04


def test_pictures_that_are_far_apart_by_themselves_are_no_fault_of_the_file() -> None:
    """A film taken over hours: one each ten seconds is its own speed."""
    pace = Pace(0.0, 10.0)

    assert [pace.due(time) for time in (0.0, 10.0, 20.0, 1000.0, 1010.0)] == [0, 10, 20, 20, 30]
