"""The demo before a monolith fails when any of its numbers is not as promised."""

from dataclasses import replace

import pytest

from camplane_tools.chaos.ledger import Finding
from camplane_tools.demos.monolith.report import Played, breaches, tables
from camplane_tools.demos.monolith.script import SHORT
from camplane_tools.harness.rollouts import Decided

RESCUED = "5 of the last 5 requests of domain failed (100 %)"


def decided(context: str, action: str, to: int, reason: str = "", start: int = 0) -> Decided:
    return Decided(float(to), context, action, "controller", start, to, 10, reason)


def carried_out(context: str) -> list[Decided]:
    return [
        decided(context, "begin", 10),
        decided(context, "abort", 0, RESCUED, start=10),
        *(decided(context, "step", weight) for weight in (10, 25, 50, 100)),
        decided(context, "complete", 100),
    ]


PLAYED = Played(
    decisions=[*carried_out("alert"), *carried_out("camera")],
    harmed=[],
    seconds=60.0,
    requests={"cameras, reads": SHORT.requests},
    refused={"cameras, writes": 3},
    unknown={},
    longest={"cameras, reads": 3.2},
    findings=[],
    torn=0,
    moved_back=[],
    completeness=100.0,
    agreement=99.95,
    issues=[],
)


def test_as_promised() -> None:
    assert breaches(PLAYED, SHORT) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"requests": {"cameras, reads": 7}}, "fewer than"),
        ({"findings": [("uploads", Finding("wrong", "PUT: 503"))]}, "uploads: wrong: PUT: 503"),
        ({"moved_back": ["hall-1"]}, "hall-1"),
        ({"agreement": 99.8}, "agreement 99.80 %"),
        ({"completeness": 0.0}, "completeness 0.00 %"),
        ({"issues": ["stray worker"]}, "stray worker"),
        ({"decisions": PLAYED.decisions[:-1]}, "camera was not carried out"),
        (
            {"decisions": [one for one in PLAYED.decisions if one.action != "abort"]},
            "nothing was taken back",
        ),
        (
            {"decisions": [*PLAYED.decisions, decided("camera", "promote", 100)]},
            "camera was promoted",
        ),
    ],
)
def test_what_is_not_as_promised_is_told(change, told) -> None:
    found = breaches(replace(PLAYED, **change), SHORT)
    assert any(told in one for one in found), found


@pytest.mark.parametrize(
    "reason",
    [
        "46 % of 68 requests were assigned to domain, 0 % configured: certainly too many",
        "0 of 68 requests of domain failed; p95 of all RPCs 90 ms against 20 ms: too slow",
        "by hand",
    ],
)
def test_a_false_reason_to_take_a_plan_back_is_told(reason: str) -> None:
    false = decided("alert", "abort", 0, reason, start=50)
    (found,) = breaches(replace(PLAYED, decisions=[false, *PLAYED.decisions]), SHORT)
    assert "another reason" in found


@pytest.mark.parametrize(
    "reason",
    [
        RESCUED,
        "2 of 2 requests of domain failed (100 % against 0 % on legacy)",
        "1,010 of 1,400 requests of domain fell back to legacy (71 %), certainly more than 5 %",
        "7.5 % of 1,400 requests of domain failed against 0 % on legacy: above 5 %",
    ],
)
def test_a_true_reason_is_as_promised(reason: str) -> None:
    true = decided("alert", "abort", 0, reason, start=50)
    assert breaches(replace(PLAYED, decisions=[true, *PLAYED.decisions]), SHORT) == []


def test_the_tables_hold_what_was_counted() -> None:
    text = tables(PLAYED)
    assert f"cameras, reads {SHORT.requests:>20,}" in text
    assert "agreement 99.95 %" in text
    assert RESCUED in text
