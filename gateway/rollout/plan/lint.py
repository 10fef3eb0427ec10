"""What a sensible operator would want to hear of a plan before it runs. Pure."""

import graphlib
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

from gateway.analysis.criteria import Criteria, Step
from gateway.rollout.plan.fields import WARNING, Problem
from gateway.rollout.plan.file import PlanError, read_located
from gateway.rollout.plan.model import Notification, RolloutPlan

LARGE_FIRST_WEIGHT = 25
# At ten requests a second, more than a day's.
ABSURD_REQUESTS = 1_000_000
LARGE_TRACE = 5.0


def lint(text: str) -> list[Problem]:
    """Return what is wrong with a plan's text, and when nothing is, what is risky about it."""
    try:
        located = read_located(text)
    except PlanError as error:
        return list(error.problems)
    return [
        Problem(_line(located.lines, path), WARNING, f"{path}: {said}")
        for path, said in _warnings(located.plan)
    ]


def order_problem(plans: Sequence[RolloutPlan]) -> str | None:
    """Return why these plans can never all run, one a context; None when they can."""
    waits: dict[str, set[str]] = {}
    for plan in plans:
        if plan.context in waits:
            return f"two plans are for {plan.context}: a context has one"
        waits[plan.context] = set(plan.after)
    try:
        graphlib.TopologicalSorter(waits).prepare()
    except graphlib.CycleError as error:
        return f"they wait for each other (spec.after): {' before '.join(error.args[1])}"
    return None


def _line(lines: Mapping[str, int], path: str) -> int:
    """Return where a field stands, or what it would stand in."""
    while path not in lines:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return lines[path]


def _warnings(plan: RolloutPlan) -> Iterator[tuple[str, str]]:
    """Yield the path of a field and what is risky about it."""
    weights = [(index, step) for index, step in enumerate(plan.steps) if step.weight is not None]
    for index, step in weights:
        yield from _step_warnings(f"spec.steps[{index}]", step)
    (first, begin), (last, end) = weights[0], weights[-1]
    if (begin.weight or 0) > LARGE_FIRST_WEIGHT:
        yield (
            f"spec.steps[{first}].setWeight",
            f"{begin.weight} % of the clients are the first to meet domain; begin with "
            f"{LARGE_FIRST_WEIGHT} or less",
        )
    if end.weight != 100:
        yield (
            f"spec.steps[{last}].setWeight",
            f"the last weight is {end.weight}: the rollout is complete with legacy still at work",
        )
    yield from _coverage_warnings(plan.criteria)
    for index, window in enumerate(plan.freeze):
        if window.starts is None and len(window.days) == 7 and window.begins == window.ends:
            yield f"spec.freeze[{index}]", "holds always: nothing will ever advance"
    for index, one in enumerate(plan.notifications):
        yield from _notification_warnings(f"spec.notifications[{index}]", one)


def _step_warnings(path: str, step: Step) -> Iterator[tuple[str, str]]:
    if not step.min_dwell_seconds:
        yield f"{path}.minDwell", "the step may pass at once: give it time, such as 10m"
    if not step.min_requests:
        yield f"{path}.minRequests", "the step asks for no evidence: give a number, such as 500"
    if step.min_requests > ABSURD_REQUESTS:
        yield f"{path}.minRequests", f"{step.min_requests} requests may never come together"


def _coverage_warnings(criteria: Criteria) -> Iterator[tuple[str, str]]:
    path = "spec.analysis.coverage"
    if criteria.coverage_share > LARGE_TRACE:
        yield (
            f"{path}.share",
            f"an operation with up to {criteria.coverage_share:g} % of the requests may have"
            " stopped working on domain without being looked at",
        )
    for index, rpc in enumerate(criteria.coverage_except):
        yield f"{path}.except[{index}]", f"{rpc} may reach 100 % without a request to domain"


def _notification_warnings(path: str, one: Notification) -> Iterator[tuple[str, str]]:
    parts = urlsplit(one.url)
    if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
        yield f"{path}.url", "http:// can be read on the way; use https://"
    if not one.secret_env:
        yield f"{path}.secretEnv", "unsigned: the receiver cannot tell it from a forged one"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
