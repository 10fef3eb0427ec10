"""Any text as a rollout's plan: read or refused in words, never a crash, never slow."""

from typing import Any

import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.rollout.plan.as_json import plan_from_json, plan_to_json
from gateway.rollout.plan.file import PlanError, read_plan, shipped_plan
from gateway.rollout.plan.freeze import frozen
from gateway.rollout.plan.lint import lint

FIELDS = [
    *("apiVersion", "kind", "metadata", "name", "spec", "context", "after", "abortTogether"),
    *("steps", "setWeight", "minDwell", "minRequests", "pause", "duration", "analysis"),
    *("errorRate", "target", "abort", "successRate", "latency", "percentile", "maxIncrease"),
    *("minDifference", "fallback", "max", "blastRadius", "maxWeightIncrease", "maxFailures"),
    *("freeze", "days", "from", "to", "timeZone", "reason", "starts", "until"),
    *("notifications", "url", "secretEnv"),
]
WORDS = st.sampled_from(
    [
        *("camplane/v1", "Rollout", "alert", "camera", "Sat", "UTC", "Asia", "10:30", "10m", "5"),
        *("9999-12-31T23:59", "0001-01-01T00:00", "0000-01-01T00:00", "http://h:1/", "https://["),
        *("1e5", "9" * 30, "-0", "+1", "\x00", "\u2028", "~", "yes", "24:00", "0:00", "..", "/"),
    ]
)
SCALARS = WORDS | st.text(max_size=5) | st.none() | st.integers() | st.floats() | st.dates()
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(FIELDS) | SCALARS, inner, max_size=4)
    ),
    max_leaves=8,
)


def check(text: str) -> None:
    """Read it: what is read is usable, what is not is named with a line that it has."""
    try:
        plan = read_plan(text)
    except PlanError as error:
        assert error.problems
        lines = max(len(text.splitlines()), 1)
        for one in error.problems:
            assert 1 <= one.line <= lines
            assert one.text.isprintable()
        return
    assert plan_from_json(plan_to_json(plan)) == plan
    for now in (0.0, 1.8e9, 4e9):
        frozen(plan.freeze, now)
    assert all(one.level == "warning" for one in lint(text))


@example("spec: &a {spec: *a}")
@example("freeze: [&a [], *a]")
@example("a: !!binary x")
@given(st.text(max_size=80) | st.lists(WORDS | st.sampled_from("[]{}:-,\n &*!|>'")).map("".join))
def test_any_text_is_a_plan_or_refused_in_words(text: str) -> None:
    check(text)


def places(value: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to each value within a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    found = [place]
    if isinstance(value, dict | list):
        for key, one in inner:
            found += places(one, (*place, key)) if isinstance(one, dict | list) else [(*place, key)]
    return found


def full() -> Any:
    document = yaml.safe_load(shipped_plan("camera"))
    document["spec"]["abortTogether"] = ["alert"]
    document["spec"]["freeze"] = [
        {"days": ["Sat"], "from": "1:00", "to": "2:00", "timeZone": "UTC", "reason": "r"},
        {"starts": "2027-02-05T18:00", "until": "2027-02-06T18:00"},
    ]
    document["spec"]["notifications"] = [{"url": "https://h/", "secretEnv": "A"}]
    document["spec"]["steps"].append({"pause": {"duration": "1m"}})
    return document


PLACES = [place for place in places(full()) if place]


@given(st.lists(st.tuples(st.sampled_from(PLACES), VALUES), min_size=1, max_size=3))
def test_a_plan_with_anything_in_any_place_is_read_or_refused(changes: Any) -> None:
    document = full()
    for place, value in changes:
        inner = document
        try:
            for key in place[:-1]:
                inner = inner[key]
            inner[place[-1]] = value
        except (KeyError, IndexError, TypeError):  # an earlier change took the place away
            continue
    check(yaml.safe_dump(document, allow_unicode=True))
