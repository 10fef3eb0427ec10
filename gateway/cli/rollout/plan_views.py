"""A rollout's plan and its forecast as text for a terminal. Pure."""

from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gateway.analysis.criteria import Step
from gateway.rollout.plan.freeze import FreezeWindow
from gateway.rollout.plan.model import RolloutPlan
from gateway.vocabulary.quantities import duration

Json = Mapping[str, Any]

_COLUMNS = ("step", "to domain", "requests of domain", "takes", "what for")


def plan_in_words(plan: RolloutPlan) -> RenderableType:
    """Return what a plan does: its steps, what ends it, and what keeps it waiting."""
    head = Text(plan.context, style="bold") + Text(f"  {plan.name} ({plan.version})")
    lines = [f"  {number}. {_step(step)}" for number, step in enumerate(plan.steps, 1)]
    criteria, radius = plan.criteria, plan.blast_radius
    lines += [
        f"  begins when the rollout of {' and '.join(plan.after)} is complete"
        if plan.after
        else "",
        "  a step passes when it is proven that fewer than "
        f"{criteria.failure_target:g} % fail, and that none of the following holds",
        f"  all is given back when certainly more than {criteria.tolerated:.3g} % fail, "
        f"{criteria.fallback_cap:g} % fall back to legacy, fewer than "
        f"{criteria.success_abort:g} % are answered as asked, "
        f"or p{criteria.percentile:g} is {criteria.latency_abort:g} % longer "
        f"(and {criteria.latency_difference_ms:g} ms)",
        f"  or when {radius.max_failures} requests of a step failed that legacy does not explain",
        f"  or when replies to the same reads certainly differ by more than "
        f"{criteria.shadow_difference:g} %; {criteria.shadow_pairs:,} pairs are looked at"
        if criteria.shadow_difference is not None
        else "",
        f"  {' and '.join(plan.abort_together)} is then taken back, too"
        if plan.abort_together
        else "",
        *(f"  nothing advances {_window(window)}" for window in plan.freeze),
        f"  {len(plan.notifications)} webhooks are told" if plan.notifications else "",
    ]
    return Group(head, *(Text(line) for line in lines if line))


def forecast(context: str, answer: Json) -> RenderableType:
    """Return how long each step will need at the traffic of the last hour, and all together."""
    rate = answer["requests_per_second"]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in _COLUMNS:
        right = column in ("step", "requests of domain")
        table.add_column(column, justify="right" if right else "left", overflow="fold")
    total: float | None = 0.0
    for number, step in enumerate(answer["steps"], 1):
        requests, seconds = step.get("requests"), step.get("seconds")
        total = None if total is None or seconds is None else total + seconds
        table.add_row(
            str(number),
            f"{step['weight']} %" if step["weight"] else "gate",
            "" if requests is None else f"{requests:,}",
            Text("never", style="bold red") if seconds is None else _time(seconds),
            Text(step["why"]),
        )
    ends = (
        "never ends by itself at this traffic"
        if total is None
        else f"takes at least {_time(total)}"
    )
    head = Text(context, style="bold") + Text(f"  at {rate:,.3g} requests a second, {ends}")
    return Group(head, table)


def _step(step: Step) -> str:
    if step.is_gate:
        if step.min_dwell_seconds is None:
            return "a gate: waits for `camplane rollout promote`"
        return f"a gate: waits {duration(step.min_dwell_seconds)}"
    asks = [
        duration(step.min_dwell_seconds) if step.min_dwell_seconds else "",
        f"{step.min_requests:,} requests of domain" if step.min_requests else "",
    ]
    least = " and ".join(filter(None, asks))
    return f"{step.weight} % to domain" + (f", for at least {least}" if least else "")


def _window(window: FreezeWindow) -> str:
    why = f" ({window.reason})" if window.reason else ""
    if window.starts is not None and window.until is not None:
        return f"from {window.starts} to {window.until} {window.zone}{why}"
    hours = f"{window.begins:%H:%M} to {window.ends:%H:%M}"
    return f"on {', '.join(window.days)}, {hours} {window.zone}{why}"


def _time(seconds: float) -> str:
    days, rest = divmod(seconds, 86_400)
    if days < 2:
        return duration(seconds)
    hours = round(rest / 3600)
    return f"{days:.0f} days {hours} h" if hours else f"{days:.0f} days"
