"""A failing source is left alone for longer and longer, and is spoken of seldom."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera_service.worker.backoff import delay, failures_in_row, worth_a_line


def test_the_wait_doubles_from_one_second_to_thirty() -> None:
    assert [delay(failure, 0.0) for failure in range(1, 8)] == [1, 2, 4, 8, 16, 30, 30]


@given(st.integers(1, 10**6), st.floats(0, 1))
def test_chance_takes_at_most_half_of_the_wait(failures: int, chance: float) -> None:
    full = delay(failures, 0.0)

    assert full / 2 <= delay(failures, chance) <= full <= 30


def test_a_minute_of_pictures_resets_the_wait_and_less_does_not() -> None:
    assert failures_in_row(5, 60.0) == 1
    assert failures_in_row(5, 59.9) == 6
    assert failures_in_row(0, 0.0) == 1


@pytest.mark.parametrize(
    ("last_cause", "seconds", "logged"),
    [(None, 0.0, True), ("auth", 0.0, True), ("timeout", 59.0, False), ("timeout", 60.0, True)],
)
def test_a_failure_is_logged_when_its_cause_changes_and_once_a_minute(
    last_cause: str | None, seconds: float, logged: bool
) -> None:
    assert worth_a_line("timeout", last_cause, seconds) is logged
