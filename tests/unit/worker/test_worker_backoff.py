"""A failing source is left alone for longer and longer, by its cause, and is spoken of seldom."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera_service.worker.backoff import Backoff, worth_a_line

CAUSES = st.sampled_from(["auth", "not_found", "refused", "timeout", "decode", "ended", "other"])


@pytest.mark.parametrize(
    ("cause", "waits"),
    [
        ("refused", [1, 2, 4, 8, 16, 30, 30]),
        ("not_found", [10, 20, 40, 80, 120, 120]),
        ("auth", [60, 120, 240, 480, 600, 600]),
    ],
)
def test_the_wait_doubles_to_a_bound_that_the_cause_sets(cause: str, waits: list[float]) -> None:
    backoff = Backoff()

    assert [backoff.after(cause, 0.0, 0.0) for _ in waits] == waits


@given(st.integers(1, 100), st.floats(0, 1), CAUSES)
def test_chance_spreads_the_wait_and_never_hurries_a_wrong_password(
    failures: int, chance: float, cause: str
) -> None:
    backoff, plain = Backoff(), Backoff()
    for _ in range(failures):
        wait, full = backoff.after(cause, 0.0, chance), plain.after(cause, 0.0, 0.0)

    if cause in ("auth", "not_found"):
        assert full <= wait <= full * 1.2
    else:
        assert full / 2 <= wait <= full <= 30


@given(st.lists(st.tuples(CAUSES, st.floats(0, 59), st.floats(0, 1)), max_size=30))
def test_no_wait_is_longer_than_ten_minutes_and_every_failure_counts(
    failures: list[tuple[str, float, float]],
) -> None:
    backoff = Backoff()
    for number, failure in enumerate(failures, start=1):
        assert 0.5 <= backoff.after(*failure) <= 600
        assert backoff.failures == number


def test_lost_connections_do_not_lengthen_the_wait_after_a_wrong_password() -> None:
    backoff = Backoff()
    for _ in range(10):
        backoff.after("timeout", 0.0, 0.0)

    assert backoff.after("auth", 0.0, 0.0) == 60
    assert backoff.failures == 11


def test_a_minute_of_pictures_resets_the_wait_and_less_does_not() -> None:
    backoff = Backoff()
    for _ in range(3):
        backoff.after("ended", 0.0, 0.0)

    assert backoff.after("ended", 59.9, 0.0) == 8
    assert backoff.after("ended", 60.0, 0.0) == 1
    assert backoff.failures == 1


@pytest.mark.parametrize(
    ("last_cause", "seconds", "logged"),
    [(None, 0.0, True), ("auth", 0.0, True), ("timeout", 59.0, False), ("timeout", 60.0, True)],
)
def test_a_failure_is_logged_when_its_cause_changes_and_once_a_minute(
    last_cause: str | None, seconds: float, logged: bool
) -> None:
    assert worth_a_line("timeout", last_cause, seconds) is logged
