"""When a worker that died is started again."""

import pytest

from camera_service.domain.restarts import (
    LONGEST_SECONDS,
    STOP_SECONDS,
    Death,
    after_death,
    is_due,
    looks_like_a_stop,
)
from camera_service.domain.results import Restarts

CRASH = Death("worker_exited", "exit code 1", 2.0)
NOW = 1_000_000.0


def die(times: int, death: Death = CRASH, chance: float = 0.0) -> Restarts:
    restarts = None
    for _ in range(times):
        restarts = after_death(restarts, death, NOW, chance)
    assert restarts is not None
    return restarts


def test_the_wait_doubles_with_each_death_in_a_row_up_to_a_bound() -> None:
    waits = [die(times).next_retry_at - NOW for times in (1, 2, 3, 4, 9, 10, 5000)]
    assert waits == [1, 2, 4, 8, 256, 300, 300]


@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0])
def test_chance_takes_up_to_half_of_the_wait_away(chance: float) -> None:
    assert die(4, chance=chance).next_retry_at - NOW == 8 * (1 - chance / 2)


def test_a_refused_password_is_not_tried_again_like_a_lost_network() -> None:
    refused = Death("auth", "exit code 1", 2.0)
    assert [die(n, refused).next_retry_at - NOW for n in (1, 2, 3, 4)] == [60, 120, 240, 300]


@pytest.mark.parametrize("code", [0, -15, -2, 143, 130])
def test_what_may_be_a_stop_is_waited_for_before_the_camera_is_started_again(code: int) -> None:
    assert looks_like_a_stop(code)
    stopped = Death("worker_exited", "", 2.0, may_be_a_stop=True)
    waits = [die(times, stopped).next_retry_at - NOW for times in (1, 4, 5, 9)]
    assert waits == [STOP_SECONDS, STOP_SECONDS, 16, 256]


@pytest.mark.parametrize("code", [-9, -11, 1, 3, 139])
def test_a_crash_looks_like_no_stop(code: int) -> None:
    assert not looks_like_a_stop(code)


def test_the_third_death_in_a_row_is_a_crash_loop() -> None:
    assert [die(times).is_crash_loop for times in (1, 2, 3, 4)] == [False, False, True, True]


def test_a_worker_that_lived_long_begins_a_new_row() -> None:
    after = after_death(die(7), Death("worker_killed", "ended by SIGKILL", 600.0), NOW, 0.0)
    assert (after.failures, after.next_retry_at, after.is_crash_loop) == (1, NOW + 1, False)
    assert after_death(die(7), Death("worker_killed", "", 599.0), NOW, 0.0).failures == 8


def test_the_last_death_gives_the_cause_and_the_words() -> None:
    after = after_death(die(2), Death("worker_hung", "silent", 1.0), NOW, 0.0)
    assert (after.cause, after.detail) == ("worker_hung", "silent")


@pytest.mark.parametrize(
    ("seconds_ahead", "due"), [(-1, True), (0, True), (0.1, False), (LONGEST_SECONDS, False)]
)
def test_it_is_due_when_its_time_has_come(seconds_ahead: float, due: bool) -> None:
    assert is_due(Restarts(1, "", "", NOW + seconds_ahead, False), NOW) is due


def test_a_clock_that_was_set_back_makes_nobody_wait_for_days() -> None:
    assert is_due(die(3), NOW - 86_400)
