"""A reader that hangs is told from one that waits, and from a process that was stopped."""

from camera_service.worker.watchdog import Watchdog


def test_a_reader_that_misses_its_moment_and_does_not_move_hangs() -> None:
    watchdog = Watchdog()

    assert [watchdog.hangs(now, due=60.0) for now in (1.0, 60.0, 61.0, 65.0, 66.0)] == [
        *(False, False, False, False, True)
    ]


def test_a_reader_that_moves_on_after_a_stop_of_the_whole_process_is_well() -> None:
    watchdog = Watchdog()

    assert not watchdog.hangs(1.0, due=60.0)
    assert not watchdog.hangs(500.0, due=60.0), "the process was stopped for 499 s"
    assert not watchdog.hangs(501.0, due=561.0)
    assert not watchdog.hangs(562.0, due=561.0), "an old suspicion does not count"


def test_a_long_wait_that_was_announced_is_no_hang() -> None:
    watchdog = Watchdog()

    assert not any(watchdog.hangs(float(now), due=660.0) for now in range(600))
