"""A snoozed rule is silent, and when that is over it is told what still fires: against a model."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alert_service.domain.errors import InvalidArgumentError
from alert_service.domain.snooze import MAX_SECONDS, Silence, Snooze, snooze

END = 40
# When an alert fires, for how long, of which rule and camera.
ALERTS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 12), st.integers(1, 2), st.sampled_from("ab")),
    max_size=8,
)
# From when on a rule is silent, until when, which, and for which camera.
SNOOZES = st.lists(
    st.tuples(
        st.integers(0, 30), st.integers(1, 15), st.integers(1, 2), st.sampled_from(["", "a", "b"])
    ),
    max_size=4,
)


def told(
    alerts: Sequence[tuple[int, int, int, str]], snoozes: Sequence[tuple[int, int, int, str]]
) -> list[tuple[int, int, str]]:
    """Return when each alert is told of, as whoever looks each second tells it: its index, when."""
    kept: dict[tuple[int, str], Snooze] = {}
    silent: set[int] = set()
    heard: set[int] = set()
    found = []
    for now in range(END):
        for start, seconds, rule_id, camera_id in snoozes:
            if start == now:
                one = Snooze(rule_id, camera_id, now + seconds, "", now, "")
                kept[rule_id, camera_id] = one
        silence = Silence(kept.values())
        for index, (fires, seconds, rule_id, camera_id) in enumerate(alerts):
            if fires + seconds == now:
                silent.discard(index)
                if index in heard:
                    found.append((index, now, "over"))
            if fires == now or index in silent:
                silent.add(index)
                if not silence.holds(rule_id, camera_id, now):
                    silent.discard(index)
                    heard.add(index)
                    found.append((index, now, "fires"))
    return sorted(found)


def modelled(
    alerts: Sequence[tuple[int, int, int, str]], snoozes: Sequence[tuple[int, int, int, str]]
) -> list[tuple[int, int, str]]:
    """Return the same by looking at each second of each alert by itself."""

    def is_silent(rule_id: int, camera_id: str, now: int) -> bool:
        for of in (camera_id, ""):
            said = [
                (start, place, start + seconds)
                for place, (start, seconds, rule, camera) in enumerate(snoozes)
                if (rule, camera) == (rule_id, of) and start <= now
            ]
            # What was said last holds.
            if said and now < max(said)[2]:
                return True
        return False

    found = []
    for index, (fires, seconds, rule_id, camera_id) in enumerate(alerts):
        audible = [
            now
            for now in range(fires, fires + seconds)
            if now < END and not is_silent(rule_id, camera_id, now)
        ]
        if audible:
            found.append((index, audible[0], "fires"))
            if fires + seconds < END:
                found.append((index, fires + seconds, "over"))
    return sorted(found)


@given(ALERTS, SNOOZES)
def test_each_alert_is_told_of_once_as_soon_as_its_rule_is_not_silent(
    alerts: list[tuple[int, int, int, str]], snoozes: list[tuple[int, int, int, str]]
) -> None:
    """And its end to those alone who heard that it fires."""
    assert told(alerts, snoozes) == modelled(alerts, snoozes)


def test_a_snooze_of_one_camera_leaves_the_others_and_one_of_all_leaves_none() -> None:
    one = Silence([Snooze(1, "a", 10, "x", 0, "")])
    assert [one.holds(1, camera, 9.9) for camera in "ab"] == [True, False]
    assert not one.holds(1, "a", 10) and not one.holds(2, "a", 5)
    every = Silence([Snooze(1, "", 10, "x", 0, ""), Snooze(1, "a", 5, "x", 0, "")])
    assert every.holds(1, "a", 9) and every.holds(1, "b", 9)


@pytest.mark.parametrize("until", [None, 100.0, 99.0, 101 + MAX_SECONDS, float("nan")])
def test_a_snooze_ends_in_a_time_to_come_that_is_not_too_far(until: float | None) -> None:
    with pytest.raises(InvalidArgumentError, match="until must be"):
        snooze(1, "", until, "alice", "", 100.0)
    assert snooze(1, "", 100 + MAX_SECONDS, "alice", "", 100.0).at == 100.0
    with pytest.raises(InvalidArgumentError, match="snoozed_by is missing"):
        snooze(1, "", 101.0, " ", "", 100.0)
