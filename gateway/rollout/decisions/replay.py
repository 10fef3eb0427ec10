"""Are the recorded verdicts those that the recorded evidence gives? Pure."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from gateway.analysis.judgement.evidence import StageEvidence
from gateway.analysis.judgement.judge import judge, judge_failures
from gateway.analysis.judgement.verdict import FIRST_RULES, RULES, Verdict
from gateway.rollout.decisions.decision import LoggedDecision
from gateway.rollout.decisions.state import RolloutState

# Another machine's logarithm may differ in its last digit.
_SAME, _NOTHING = 1e-9, 1e-12
# What `judge` always says something of, and `judge_failures` never does.
_OF_ALL = "evidence"
_SPOKEN = ("criterion", "answer", "text")


@dataclass(frozen=True, slots=True)
class Replay:
    """decisions: how many were read; verdicts: how many were made again, all the same
    unless `difference` says, in words, which is the first that is not. other_rules:
    verdicts by another release's rules, which say nothing against those of this one.
    """

    decisions: int
    verdicts: int
    other_rules: int = 0
    difference: str = ""


def replay(log: Iterable[LoggedDecision]) -> Replay:
    """Make each verdict again, from the evidence and the plan recorded before it.

    log: in order, from each context's first decision on; of one context or more. A
    verdict is on the state that the context's decision before it left behind.
    """
    states: dict[str, RolloutState] = {}
    decisions = verdicts = other_rules = 0
    for one in log:
        decisions += 1
        try:
            fields = one.fields
            context = fields["context"]
            before, states[context] = states.get(context), one.state
            if fields["verdict"] is None:
                continue
            if fields["verdict"].get("rules", FIRST_RULES) != RULES:
                other_rules += 1
                continue
            verdicts += 1
            made = _made_again(fields, before)
            said = _difference(fields["verdict"], made)
        except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
            said = f"it cannot be read: {error!r}"
        if said:
            said = f"decision {one.number}: {said}"
            return Replay(decisions, verdicts, other_rules, said)
    return Replay(decisions, verdicts, other_rules)


def _made_again(fields: Mapping[str, Any], before: RolloutState | None) -> Verdict:
    if before is None or before.plan is None or (step := before.judged_step) is None:
        raise ValueError("a verdict, but no step was judged then")
    if fields["evidence"] is None:
        raise ValueError("a verdict without evidence")
    plan, evidence = before.plan, StageEvidence.from_json(fields["evidence"])
    if any(one["criterion"] == _OF_ALL for one in fields["verdict"]["findings"]):
        return judge(evidence, step, plan.criteria, plan.blast_radius, plan.version)
    return judge_failures(evidence, plan.criteria, plan.blast_radius, plan.version)


def _difference(recorded: Mapping[str, Any], made: Verdict) -> str:
    """Return the first thing in which the verdicts differ, in words; "" when they are one."""
    again = orjson.loads(orjson.dumps(made.to_json()))
    for name in ("answer", "requests", "plan"):
        if recorded[name] != again[name]:
            return f"{name} {recorded[name]!r} is recorded, its evidence gives {again[name]!r}"
    if len(recorded["findings"]) != len(again["findings"]):
        return f"{len(recorded['findings'])} findings are recorded, not {len(again['findings'])}"
    for old, new in zip(recorded["findings"], again["findings"], strict=True):
        for name in _SPOKEN:
            if old[name] != new[name]:
                where = f"{name} of the finding on {old['criterion']}"
                return f"{where} is recorded as {old[name]!r}, its evidence gives {new[name]!r}"
        if different := _different(old["values"], new["values"]):
            return f"{old['criterion']}: {different}"
        # Of before there were codes the words alone are known.
        if "reason" in old and not _is_same(old["reason"], new["reason"]):
            where = f"reason of the finding on {old['criterion']}"
            return f"{where} is recorded as {old['reason']}, its evidence gives {new['reason']}"
    return ""


def _different(old: Mapping[str, float], new: Mapping[str, float]) -> str:
    for name in sorted(old.keys() | new.keys()):
        one, other = old.get(name), new.get(name)
        if not _is_same(one, other):
            return f"{name} is recorded as {one}, its evidence gives {other}"
    return ""


def _is_same(old: Any, new: Any) -> bool:
    """Are two JSON values the same, their numbers but for the last digits?"""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return old.keys() == new.keys() and all(_is_same(old[name], new[name]) for name in old)
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(_is_same, old, new))
    if isinstance(old, int | float) and isinstance(new, int | float):
        return math.isclose(old, new, rel_tol=_SAME, abs_tol=_NOTHING)
    return bool(old == new)
