"""Rollouts as a terminal shows them."""

from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from gateway.cli.rollout import views
from gateway.cli.rollout.plan_views import forecast, plan_in_words
from gateway.rollout.plan.file import read_plan, shipped_plan

WIDE = 200
EVIDENCE = {"code": "REASON_CODE_WAITS_FOR_EVIDENCE"}


def shown(renderable: Any, width: int = WIDE) -> str:
    console = Console(file=StringIO(), width=width, highlight=False)
    console.print(renderable)
    return console.file.getvalue()  # type: ignore[attr-defined]


def step(weight: int, state: str, gate: bool = False) -> dict[str, Any]:
    return {"weight": weight, "gate": gate, "state": state}


def rollout(**fields: Any) -> dict[str, Any]:
    return {
        "context": "alert",
        "phase": "running",
        "weight": 25,
        "weight_in_force": 25,
        "next": "the step's time, 12 min more; the evidence is good",
        "plan": "alert-rules",
        "plan_version": "d5d0c2e4c883",
        "steps": [step(10, "done"), step(25, "current"), step(0, "ahead", gate=True)],
        "step_since": "2026-11-25T18:00:00.5",
        "frozen": "",
        "author": "controller",
        "reason": "all is well",
        "changed_at": "2026-11-25T18:00:00.5",
        "pins": {},
        "notifications_waiting": 0,
        "mirrored": 0,
        "unwritten": False,
        "notifications_trouble": "",
        **fields,
    }


def state(*rollouts: dict[str, Any], **controller: Any) -> dict[str, Any]:
    return {
        "timestamp": "2026-11-25T18:12:00.5",
        "controller": {
            "leads": True,
            "token": 7,
            "trouble": "",
            "decisions": 42,
            "head": "ab" * 32,
            **controller,
        },
        "rollouts": list(rollouts),
    }


VERDICT = {
    "answer": "not_enough_evidence",
    "requests": 1234,
    "findings": [
        {
            "criterion": "failures",
            "answer": "not_enough_evidence",
            "text": "2 of 1,234 requests of domain failed",
            "values": {
                "n": 1234,
                "rate": 0.162,
                "low": 0.01,
                "high": 0.9,
                "legacy_n": 5000,
                "legacy_rate": 0.2,
                "legacy_low": 0.1,
                "legacy_high": 0.4,
            },
        },
        {
            "criterion": "latency",
            "answer": "pass",
            "text": "p95 of all RPCs 2.8 ms",
            "values": {"n": 1234, "time": 2.84, "low": 2.5, "high": 3.1},
        },
        {"criterion": "blast_radius", "answer": "fail", "text": "51 failed", "values": {}},
    ],
    "exemplars": ["a" * 32, "b" * 32],
}


def test_a_rollout_under_way_says_where_it_is_and_what_it_waits_for() -> None:
    text = shown(views.state(state(rollout()), ("alert",)))
    assert "alert  running  25 % to domain" in text
    assert "alert-rules (d5d0c2e4c883), step 2 of 3" in text
    assert "✔ 10 %   ▶ 25 %   ○ gate" in text
    assert "2026-11-25 18:00:00 UTC, 12 min" in text
    assert "the step's time, 12 min more" in text
    assert "by controller: all is well" in text
    assert "leads with token 7; 42 decisions, head abababababab\n" in text


def test_the_evidence_is_shown_with_counts_intervals_and_traces() -> None:
    text = shown(views.rollout(rollout(verdict=VERDICT), "2026-11-25T18:12:00"))
    assert "… not enough evidence on 1,234 requests of domain" in text
    assert "n 1,234; domain 0.162 (0.01 to 0.9) %; legacy 0.2 (0.1 to 0.4) %" in text
    assert "n 1,234; domain 2.84 (2.5 to 3.1) ms" in text
    assert "✘  blast radius  51 failed" in text
    assert "a" * 32 in text and "b" * 32 in text


def test_what_the_findings_say_is_not_said_twice() -> None:
    waiting = rollout(
        next="evidence: 2 of 1,234 requests of domain failed", waits_for=EVIDENCE, verdict=VERDICT
    )
    text = shown(views.rollout(waiting, "2026-11-25T18:12:00"))
    assert text.count("2 of 1,234 requests of domain failed") == 1
    del waiting["verdict"]
    assert "2 of 1,234" in shown(views.rollout(waiting, "2026-11-25T18:12:00"))


def test_what_is_not_yet_in_force_frozen_pinned_and_untold_is_shown() -> None:
    one = rollout(
        weight_in_force=0,
        frozen="the weekend is near",
        pins={"cam9": "domain", "cam7": "legacy"},
        notifications_waiting=3,
        notifications_trouble="connection refused",
    )
    text = shown(views.rollout(one, "2026-11-25T18:12:00"))
    assert "0 % to domain, 25 % asked" in text
    assert "the weekend is near" in text
    assert "cam7 → legacy, cam9 → domain" in text
    assert "3 notifications to be sent" in text
    assert "notifications fail: connection refused" in text


@pytest.mark.parametrize(
    ("phase", "drawn", "where"),
    [
        ("waiting", "○ 10 %   ○ 25 %", "step 1 of 2"),
        ("paused", "‖ 10 %   ○ 25 %", "step 1 of 2"),
        ("aborting", "↓ 10 %   ○ 25 %", "step 1 of 2"),
        ("aborted", "✘ 10 %   ○ 25 %", "step 1 of 2"),
    ],
)
def test_the_steps_show_what_became_of_the_plan(phase: str, drawn: str, where: str) -> None:
    one = rollout(phase=phase, steps=[step(10, "current"), step(25, "ahead")])
    assert views.steps(one).plain == drawn
    assert views.place(one) == where


def test_a_complete_plan_has_no_current_step() -> None:
    one = rollout(phase="completed", steps=[step(10, "done"), step(100, "done")])
    assert views.place(one) == "all 2 steps done"
    assert views.steps(one).plain == "✔ 10 %   ✔ 100 %"


def test_a_controller_without_the_lease_says_why() -> None:
    text = shown(views.controller(state(leads=False, trouble="another leads")["controller"]))
    assert "does not lead: another leads" in text
    trouble = state(trouble="the disk is full")["controller"]
    assert "the disk is full" in shown(views.controller(trouble))


def test_an_idle_rollout_has_no_plan_and_waits_for_nothing() -> None:
    one = rollout(phase="idle", plan="", plan_version="", steps=[], step_since="", next="nothing")
    text = shown(views.rollout(one, "2026-11-25T18:12:00"))
    assert "idle" in text and "waits for" not in text and "plan" not in text
    assert views.summary(one) == "alert: idle, 25 % to domain"


def test_a_summary_is_one_sentence() -> None:
    one = rollout(phase="paused", next="`camplane rollout resume`: it is paused")
    assert views.summary(one) == (
        "alert: paused, 25 % to domain (alert-rules, step 2 of 3); "
        "waits for `camplane rollout resume`: it is paused"
    )


def test_a_camera_is_told_with_the_step_that_moves_it() -> None:
    cameras = rollout(context="camera", plan="cameras")
    where = {"camera_id": "cam7", "path": "legacy", "why": "bucket 17 >= 10", "moves_at": 25}
    assert shown(views.placement(where, cameras)) == (
        "cam7 goes to legacy: bucket 17 >= 10\n"
        "it moves to domain with step 2 of 3 of cameras, 25 %\n"
    )
    where |= {"path": "domain", "why": "pinned", "moves_at": 0}
    assert shown(views.placement(where, cameras)) == "cam7 goes to domain: pinned\n"


def test_a_decision_is_a_row() -> None:
    one = {
        "number": 12,
        "at": "2026-11-25T18:00:00.5",
        "context": "alert",
        "action": "step",
        "from_weight": 10,
        "to_weight": 25,
        "author": "controller",
        "reason": "fine",
        "answer": "pass",
        "requests": 1234,
    }
    assert views.history_row(one) == (
        *(12, "2026-11-25 18:00:00", "alert", "step", "10 → 25 %", "controller"),
        *("pass (n 1,234)", "fine"),
    )
    unjudged = views.history_row({**one, "answer": "", "to_weight": 10})
    assert (unjudged[4], unjudged[6]) == ("10 %", "")


def test_what_others_wrote_is_never_taken_for_markup() -> None:
    one = rollout(reason="[bold]x[/nonsense]", author="[red]", verdict=None)
    assert "[bold]x[/nonsense]" in shown(views.rollout(one, "2026-11-25T18:12:00"))


@pytest.mark.parametrize("width", [60, 80])
def test_a_narrow_terminal_folds_and_loses_nothing(width: int) -> None:
    text = shown(views.state(state(rollout(verdict=VERDICT)), ("alert",)), width)
    assert max(map(len, text.splitlines())) <= width
    assert "failures" in text.replace("\n", "").replace(" ", "")


def test_a_plan_is_told_in_words() -> None:
    text = shown(plan_in_words(read_plan(shipped_plan("camera"))))
    assert "1. 10 % to domain, for at least 60 min and 500 requests of domain" in text
    assert "begins when the rollout of alert is complete" in text


def test_gates_windows_and_webhooks_are_told() -> None:
    text = shown(
        plan_in_words(
            read_plan(
                """
apiVersion: camplane/v1
kind: Rollout
metadata: {name: short}
spec:
  context: alert
  steps:
    - setWeight: 10
    - pause: {}
    - pause: {duration: 2h}
    - setWeight: 50
      minRequests: 10
  freeze:
    - {days: [Fri], from: "16:00", to: "23:00", timeZone: Asia/Shanghai, reason: the weekend}
    - {starts: 2027-02-05T18:00, until: 2027-02-13T08:00, timeZone: Asia/Shanghai}
  notifications:
    - {url: "https://hooks.example.com/secret-path"}
"""
            )
        )
    )
    assert "1. 10 % to domain\n" in text
    assert "2. a gate: waits for `camplane rollout promote`" in text
    assert "3. a gate: waits 2 h" in text
    assert "4. 50 % to domain, for at least 10 requests of domain" in text
    assert "nothing advances on Fri, 16:00 to 23:00 Asia/Shanghai (the weekend)" in text
    assert "from 2027-02-05 18:00:00 to 2027-02-13 08:00:00 Asia/Shanghai" in text
    assert "1 webhooks are told" in text and "secret-path" not in text


def test_a_forecast_says_when_each_step_ends_and_when_none_does() -> None:
    steps = [
        {"weight": 10, "requests": 1200, "seconds": 3600.0, "why": "minDwell"},
        {"weight": 0, "seconds": 200_000.0, "why": "a gate"},
    ]
    text = shown(forecast("alert", {"requests_per_second": 12.5, "steps": steps}))
    assert "alert  at 12.5 requests a second, takes at least 2 days 9 h" in text
    assert "1,200" in text and "60 min" in text and "gate" in text
    steps.append({"weight": 100, "why": "no traffic"})
    text = shown(forecast("alert", {"requests_per_second": 0.0, "steps": steps}))
    assert "never ends by itself" in text and "never" in text
