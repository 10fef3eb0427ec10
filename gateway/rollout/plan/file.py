"""A plan's YAML to the plan, read whole or refused with all that is wrong with it.

Every field is described in docs/rollout-plans.md.
"""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from gateway.rollout.plan.as_json import plan_from_json, plan_to_json, with_version
from gateway.rollout.plan.fields import ERROR, Field, Findings, Problem, TooManyProblemsError
from gateway.rollout.plan.model import RolloutPlan
from gateway.rollout.plan.spec import plan_of
from gateway.vocabulary.split import CONTEXTS
from servicekit import strict_yaml

__all__ = [
    "LocatedPlan",
    "PlanError",
    "Problem",
    "plan_from_json",
    "plan_to_json",
    "read_located",
    "read_plan",
    "shipped_plan",
]

MAX_BYTES = 64 * 1024
_SHIPPED = Path(__file__).with_name("shipped")


class PlanError(Exception):
    """The plan cannot be used; `problems` are all there are, in the order of their lines."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda one: one.line))
        super().__init__("\n".join(f"line {one.line}: {one.text}" for one in self.problems))


@dataclass(frozen=True, slots=True)
class LocatedPlan:
    """A plan, and the line of each field, such as spec.steps[0].setWeight, that it gives."""

    plan: RolloutPlan
    lines: Mapping[str, int]


def read_plan(text: str) -> RolloutPlan:
    """Return the plan that a YAML text says; PlanError with all that is wrong with it."""
    return read_located(text).plan


def shipped_plan(context: str) -> str:
    """Return the text of the plan that a context has unless it is given another."""
    if context not in CONTEXTS:
        raise ValueError(f"{context!r} has no plan; contexts are {', '.join(CONTEXTS)}")
    return (_SHIPPED / f"{context}.yaml").read_text(encoding="utf-8")


def read_located(text: str) -> LocatedPlan:
    """Return the plan with the lines of its fields; raises as `read_plan` does."""
    node = _parse(text)
    findings = Findings()
    plan = None
    with contextlib.suppress(TooManyProblemsError):
        plan = plan_of(Field(node, "", findings))
    if findings.problems or plan is None:
        found = [replace(one, line=_within(text, one.line)) for one in findings.problems]
        raise PlanError(found)
    return LocatedPlan(with_version(plan), findings.lines)


def _parse(text: str) -> yaml.Node:
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise _unreadable(1, f"the plan is larger than the {MAX_BYTES} bytes that are allowed")
    try:
        node = strict_yaml.compose(text)
    except UnicodeEncodeError as error:
        raise _unreadable(1, "the plan is no text in UTF-8") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        said = getattr(error, "problem", None) or str(error).splitlines()[0]
        line = _within(text, mark.line + 1 if mark else 1)
        raise _unreadable(line, f"this is no YAML: {said}") from error
    if node is None:
        raise _unreadable(1, "the plan is empty")
    return node


def _within(text: str, line: int) -> int:
    """Return the line; the last one for the parser's end of the text, on the line after it."""
    return min(line, max(len(text.splitlines()), 1))


def _unreadable(line: int, text: str) -> PlanError:
    return PlanError([Problem(line, ERROR, text)])
