"""When a rule fires and when that is over: against a slow model, and by examples."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alert_service.evaluation.conditions import (
    EVALUATED_TYPES,
    Condition,
    NotEvaluatedError,
    condition,
)
from alert_service.evaluation.evaluate import (
    LATE_SECONDS,
    Change,
    Phase,
    State,
    begun,
    evaluate,
    resumed,
)
from alert_service.evaluation.event import (
    DETECTION,
    FPS,
    MOTION,
    SOURCE_FAILED,
    SOURCE_RECOVERED,
    Event,
)

CAMERA = "gate"
END = 80
# Of each type of rule, as existing tables and the documentation have it.
EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "violation_threshold": {"threshold": 5, "duration_minutes": 10, "violation_type": "no_hairnet"},
    "violation": {"threshold": 5},
    "continuous_violation": {
        "duration_seconds": 30,
        "min_detections": 3,
        "violation_type": "no_handwash",
    },
    "no_detection": {"minutes": 3},
    "camera_offline": {},
    "low_fps": {"below": 5, "clear": 8, "no_data": "alert"},
    "motion": {},
    "performance": {"metric": "latency_ms", "above": 500, "clear": 300},
    "system": {"metric": "disk_free_gb", "below": 5},
}


def event(time: float, kind: str = "no_hairnet", value: float | None = None) -> Event:
    return Event(f"e{time}", CAMERA, kind, float(time), value)


def told(
    asked: Condition, events: Sequence[Event], until: float, looks: Sequence[float] = ()
) -> list[tuple[str, float]]:
    """Return what is told until a time, by looks at these times and one at the end."""
    state, found = begun(asked, 0.0), []
    since = -1.0
    for look in (*sorted(looks), until):
        came = [one for one in events if since < one.time <= look]
        state, more = evaluate(asked, state, came, look)
        found += more
        since = look
    return [(one.change.value, one.at) for one in found]


def told_of(asked: Condition, events: Sequence[Event], until: float) -> list[tuple[Any, ...]]:
    """Return what is told with since when it was so, and how many events spoke for it."""
    _, found = evaluate(asked, begun(asked, 0.0), events, until)
    return [(one.change.value, one.at, one.since, one.count) for one in found]


def told_late(asked: Condition, arrivals: Sequence[tuple[int, Event]]) -> list[tuple[str, float]]:
    """Return what is told by a look at each second, when each event came at a second of its own."""
    state, found = begun(asked, 0.0), []
    for now in range(END + 1):
        for events in ([], *([one] for came, one in arrivals if came == now)):
            state, more = evaluate(asked, state, events, now)
            found += more
    return [(one.change.value, one.at) for one in found]


# The slow model: it looks at every second, and at all events each time.


def modelled(
    holds: Callable[[list[Event], int], bool],
    arrivals: Sequence[tuple[int, Event]],
    times: Mapping[str, int],
) -> list[tuple[str, float]]:
    found: list[tuple[str, float]] = []
    firing, since, fired = False, None, None

    def settle(seen: list[Event], now: int) -> None:
        nonlocal firing, since, fired
        true = holds(seen, now)
        if true is firing:
            since = None
            return
        since = now if since is None else since
        if firing and now >= since + times["keep"]:
            firing, since = False, None
            found.append(("resolved", now))
        elif (
            not firing
            and now >= since + times["hold"]
            and (fired is None or now >= fired + times["cooldown"])
        ):
            firing, since, fired = True, None, now
            found.append(("fired", now))

    for now in range(END + 1):
        before = [one for came, one in arrivals if came < now]
        settle(before, now)
        for one in (one for came, one in arrivals if came == now):
            before.append(one)
            settle(before, now)
    return found


def count_holds(threshold: int, seconds: int) -> Callable[[list[Event], int], bool]:
    return lambda seen, now: sum(one.time > now - seconds for one in seen) >= threshold


def stretch_holds(seconds: int, fewest: int, gap: int) -> Callable[[list[Event], int], bool]:
    def holds(seen: list[Event], now: int) -> bool:
        stretch: list[float] = []
        for one in seen:
            if stretch and one.time > stretch[-1] + gap:
                stretch = []
            stretch.append(one.time)
        return (
            len(stretch) >= fewest
            and stretch[-1] - stretch[0] >= seconds
            and now < stretch[-1] + gap
        )

    return holds


def silence_holds(seconds: int) -> Callable[[list[Event], int], bool]:
    return lambda seen, now: now >= max([0.0, *(one.time for one in seen)]) + seconds


def at_once(events: Sequence[Event]) -> list[tuple[int, Event]]:
    """Return events with when they came: when they happened."""
    return [(int(one.time), one) for one in events]


EVENTS = st.lists(st.integers(0, 60), max_size=25).map(
    lambda times: [event(time) for time in sorted(times)]
)
# In the order in which they came, up to half a minute late.
ARRIVALS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 30)), max_size=20).map(
    lambda found: sorted(
        ((time + late, event(time)) for time, late in found), key=lambda one: one[0]
    )
)
TIMES = st.fixed_dictionaries(
    {"hold": st.integers(0, 9), "keep": st.integers(0, 9), "cooldown": st.integers(0, 30)}
)
LOOKS = st.lists(st.integers(0, END), max_size=8)


def as_conditions(times: Mapping[str, int]) -> dict[str, Any]:
    names = {"hold": "for_seconds", "keep": "keep_firing_seconds", "cooldown": "cooldown_seconds"}
    return {names[name]: seconds for name, seconds in times.items()}


@given(EVENTS, TIMES, LOOKS, st.integers(1, 5), st.integers(1, 20))
def test_a_number_within_a_time_is_what_the_model_says_however_often_one_looks(
    events: list[Event], times: dict[str, int], looks: list[float], threshold: int, seconds: int
) -> None:
    asked = {"threshold": threshold, "duration_seconds": seconds, **as_conditions(times)}
    expected = modelled(count_holds(threshold, seconds), at_once(events), times)
    assert told(condition("violation_threshold", asked), events, END, looks) == expected


@given(EVENTS, TIMES, LOOKS, st.integers(1, 20), st.integers(1, 5), st.integers(1, 9))
def test_one_after_the_other_for_long_enough_is_what_the_model_says(
    events: list[Event],
    times: dict[str, int],
    looks: list[float],
    seconds: int,
    fewest: int,
    gap: int,
) -> None:
    asked = {
        "duration_seconds": seconds,
        "min_detections": fewest,
        "max_gap_seconds": gap,
        **as_conditions(times),
    }
    expected = modelled(stretch_holds(seconds, fewest, gap), at_once(events), times)
    assert told(condition("continuous_violation", asked), events, END, looks) == expected


@given(EVENTS, TIMES, LOOKS, st.integers(1, 20))
def test_silence_is_what_the_model_says(
    events: list[Event], times: dict[str, int], looks: list[float], seconds: int
) -> None:
    asked = {"minutes": seconds / 60, **as_conditions(times)}
    expected = modelled(silence_holds(seconds), at_once(events), times)
    assert told(condition("no_detection", asked), events, END, looks) == expected


@given(ARRIVALS, TIMES, st.integers(1, 5), st.integers(1, 20))
def test_events_that_come_late_count_with_those_of_their_time(
    arrivals: list[tuple[int, Event]], times: dict[str, int], number: int, seconds: int
) -> None:
    asked = {"threshold": number, "duration_seconds": seconds, **as_conditions(times)}
    expected = modelled(count_holds(number, seconds), arrivals, times)
    assert told_late(condition("violation_threshold", asked), arrivals) == expected
    silence = {"minutes": seconds / 60, **as_conditions(times)}
    expected = modelled(silence_holds(seconds), arrivals, times)
    assert told_late(condition("no_detection", silence), arrivals) == expected


@given(EVENTS, LOOKS, st.sampled_from(EVALUATED_TYPES))
def test_what_is_written_down_and_read_again_goes_on_as_if_it_had_not_been(
    events: list[Event], looks: list[float], kind: str
) -> None:
    asked = condition(kind, EXAMPLES[kind])
    state, _ = evaluate(asked, begun(asked, 0.0), events[:10], 60.0)
    read = begun(asked, 0.0)
    read.window.restore(state.window.to_json())
    times = (state.at, state.phase, state.since, state.fired, state.late, state.began, state.count)
    again = State(read.window, *times)
    assert (
        evaluate(asked, again, events[10:], END)[1] == evaluate(asked, state, events[10:], END)[1]
    )


@pytest.mark.parametrize("kind", EVALUATED_TYPES)
def test_every_type_of_rule_is_evaluated_as_existing_tables_have_it(kind: str) -> None:
    assert condition(kind, EXAMPLES[kind])


@pytest.mark.parametrize(
    ("kind", "conditions", "why"),
    [
        ("custom", {}, "no rule of type custom is evaluated"),
        ("violation_threshold", None, "the conditions are no object"),
        ("violation_threshold", {}, "threshold is missing"),
        ("violation_threshold", {"threshold": "5"}, "threshold is no number"),
        ("violation_threshold", {"threshold": True}, "threshold is no number"),
        ("violation_threshold", {"threshold": 1.5}, "threshold is no whole number"),
        ("violation_threshold", {"threshold": 0}, "threshold must be between 1 and 10000"),
        ("violation_threshold", {"threshold": float("nan")}, "threshold must be between"),
        ("violation_threshold", {"threshold": 1, "duration_seconds": 0}, "must be more than 0"),
        ("violation_threshold", {"threshold": 1, "duration_minutes": 1e9}, "must be between"),
        ("violation_threshold", {"threshold": 1, "violation_type": 7}, "violation_type is no text"),
        ("continuous_violation", {"min_detections": 3}, "duration_seconds is missing"),
        ("no_detection", {"minutes": 0}, "minutes must be more than 0"),
        ("low_fps", {"below": 5, "clear": 4}, "clear must be 5 or more"),
        ("low_fps", {"below": 5, "no_data": "maybe"}, "no_data must be one of keep, ok, alert"),
        ("performance", {"above": 5}, "metric is missing"),
        ("performance", {"metric": "x"}, "one of above and below must be given"),
        ("performance", {"metric": "x", "above": 5, "clear": 6}, "clear must be 5 or less"),
    ],
)
def test_a_rule_that_cannot_be_evaluated_says_why(kind: str, conditions: Any, why: str) -> None:
    with pytest.raises(NotEvaluatedError, match=why):
        condition(kind, conditions)


def test_a_camera_is_offline_from_its_failure_until_it_is_back() -> None:
    asked = condition("camera_offline", {"for_seconds": 10})
    events = [event(5, SOURCE_FAILED), event(12, SOURCE_RECOVERED), event(20, SOURCE_FAILED)]
    assert told(asked, events, 60) == [("fired", 30)]
    back = event(40, SOURCE_RECOVERED)
    assert told(asked, [*events, back], 60) == [("fired", 30), ("resolved", 40)]


def test_few_frames_fire_below_one_limit_and_are_over_above_another() -> None:
    asked = condition("low_fps", {"below": 5, "clear": 8})
    rates = {1: 25.0, 2: 4.0, 3: 6.0, 4: 7.9, 5: 8.0, 6: 6.0}
    events = [event(time, FPS, value) for time, value in rates.items()]
    assert told(asked, events, 60) == [("fired", 2), ("resolved", 5)]


def test_what_is_told_says_since_when_it_is_so_and_how_many_events_spoke_for_it() -> None:
    """Those that made it true and those that came while it was; what speaks against it does not."""
    crowd = condition("violation_threshold", {"threshold": 2, "duration_seconds": 10})
    assert told_of(crowd, [event(time) for time in (1, 3, 5, 12, 30)], 60) == [
        *(("fired", 3, 3, 2), ("resolved", 15, 3, 4)),
    ]
    offline = condition("camera_offline", {"for_seconds": 10})
    failed = [event(time, SOURCE_FAILED) for time in (5, 7, 20)]
    assert told_of(offline, [*failed, event(30, SOURCE_RECOVERED)], 60) == [
        *(("fired", 15, 5, 2), ("resolved", 30, 5, 3)),
    ]
    quiet = condition("no_detection", {"minutes": 0.5})
    assert told_of(quiet, [event(10), event(50)], 60) == [
        *(("fired", 40, 40, 0), ("resolved", 50, 40, 0)),
    ]
    asked = {"threshold": 1, "duration_seconds": 5, "for_seconds": 9}
    brief = condition("violation_threshold", asked)
    assert told_of(brief, [event(time) for time in (1, 20, 24, 28)], 30) == [("fired", 29, 20, 3)]


@pytest.mark.parametrize(
    ("no_data", "expected"),
    [("keep", []), ("ok", []), ("alert", [("fired", 301.0)])],
)
def test_what_no_data_means_is_the_rules_to_say(no_data: str, expected: list[Any]) -> None:
    asked = condition("low_fps", {"below": 5, "no_data": no_data})
    assert told(asked, [event(1, FPS, 25.0)], 400) == expected


def test_an_alert_for_few_frames_ends_without_data_if_that_means_all_is_well() -> None:
    asked = condition("low_fps", {"below": 5, "no_data": "ok"})
    assert told(asked, [event(1, FPS, 1.0)], 400) == [("fired", 1), ("resolved", 301.0)]


def test_events_that_a_rule_is_not_about_are_none_of_it() -> None:
    asked = condition("violation_threshold", {"threshold": 1, "violation_type": "no_hairnet"})
    others = [event(1, "no_handwash"), event(2, MOTION), event(3, DETECTION, 4.0)]
    assert told(asked, others, 60) == []
    any_violation = condition("violation_threshold", {"threshold": 1})
    assert told(any_violation, others, 30) == [("fired", 1)]


def test_a_detector_that_is_not_sure_does_not_count() -> None:
    asked = condition("motion", {"min_confidence": 0.6})
    unsure = Event("a", CAMERA, MOTION, 1.0, confidence=0.5)
    sure = Event("b", CAMERA, MOTION, 2.0, confidence=0.7)
    assert told(asked, [unsure], 5) == []
    assert told(asked, [unsure, sure], 5) == [("fired", 2)]


def test_an_event_that_comes_late_counts_for_now_and_one_that_comes_too_late_for_nothing() -> None:
    asked = condition("violation_threshold", {"threshold": 2, "duration_seconds": 30})
    state, _ = evaluate(asked, begun(asked, 0.0), [event(100)], 110.0)
    state, found = evaluate(asked, state, [event(95)], 111.0)
    assert [(one.change, one.at, one.event_id) for one in found] == [(Change.FIRED, 110.0, "e95")]
    state, found = evaluate(asked, state, [event(110 - LATE_SECONDS)], 112.0)
    assert (found, state.late) == ([], 1)


def test_after_a_pause_silence_begins_anew_and_nothing_is_told_again() -> None:
    asked = condition("no_detection", {"minutes": 3})
    heard, found = evaluate(asked, begun(asked, 0.0), [event(10, DETECTION)], 20.0)
    assert found == []
    state, found = evaluate(asked, resumed(heard, 3600.0), [], 3610.0)
    assert (found, state.phase) == ([], Phase.INACTIVE)
    _, found = evaluate(asked, state, [], 4000.0)
    assert [(one.change, one.at) for one in found] == [(Change.FIRED, 3780.0)]
    offline = condition("camera_offline", {})
    state, found = evaluate(offline, begun(offline, 0.0), [event(10, SOURCE_FAILED)], 20.0)
    assert len(found) == 1
    assert evaluate(offline, resumed(state, 3600.0), [], 3610.0)[1] == []


def test_a_clock_that_is_put_back_is_followed() -> None:
    asked = condition("violation_threshold", {"threshold": 1, "duration_seconds": 5})
    state, _ = evaluate(asked, begun(asked, 0.0), [], 7200.0)
    state = resumed(state, 3600.0)
    _, found = evaluate(asked, state, [event(3601)], 3602.0)
    assert [one.at for one in found] == [3601.0]
