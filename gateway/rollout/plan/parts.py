"""Criteria, limits, windows and webhooks of a plan, from the fields of its spec. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import time

from gateway.analysis.criteria import BlastRadius, Criteria
from gateway.rollout.plan import values
from gateway.rollout.plan.fields import Field, items_in, read_in
from gateway.rollout.plan.freeze import DAYS, FreezeWindow
from gateway.rollout.plan.model import Notification
from servicekit.masking import mask
from servicekit.webhooks.target import variable_name, webhook_url

_WEEKLY = ("days", "from", "to")
_ONCE = ("starts", "until")
_MIDNIGHT = time(0)
MAX_OPERATIONS = 100
# Of a plan that asks for replies that are alike, and says no more.
SHADOW_DIFFERENCE, SHADOW_PAIRS = 0.5, 200


def criteria_of(spec: Mapping[str, Field]) -> Criteria:
    kinds = {
        "errorRate": ("target", "tolerated", "abort"),
        "successRate": ("abort",),
        "latency": ("percentile", "maxIncrease", "minDifference"),
        "fallback": ("max",),
        "coverage": ("share", "minRequests", "except"),
        "shadow": ("maxDifference", "minPairs"),
    }
    analysis = spec["analysis"].fields(kinds) if "analysis" in spec else {}
    of = {kind: analysis[kind].fields(kinds[kind]) if kind in analysis else {} for kind in kinds}
    plain = Criteria()
    percent = values.number(0, 100, "percent")
    criteria = Criteria(
        failure_target=read_in(of["errorRate"], "target", percent, plain.failure_target),
        failure_abort=read_in(of["errorRate"], "abort", percent, plain.failure_abort),
        success_abort=read_in(of["successRate"], "abort", percent, plain.success_abort),
        percentile=read_in(of["latency"], "percentile", values.number(50, 99.9), plain.percentile),
        latency_abort=read_in(
            of["latency"], "maxIncrease", values.number(1, 10_000, "percent"), plain.latency_abort
        ),
        latency_difference_ms=1000
        * read_in(
            of["latency"], "minDifference", values.duration, plain.latency_difference_ms / 1000
        ),
        fallback_cap=read_in(of["fallback"], "max", percent, plain.fallback_cap),
        failure_tolerated=read_in(of["errorRate"], "tolerated", percent, None),
        coverage_share=read_in(of["coverage"], "share", percent, plain.coverage_share),
        coverage_requests=read_in(
            of["coverage"], "minRequests", values.whole(1, 10**9), plain.coverage_requests
        ),
        coverage_except=tuple(
            one.read(values.operation, "")
            for one in items_in(of["coverage"], "except", MAX_OPERATIONS)
        ),
    )
    if "shadow" in analysis:
        criteria = replace(
            criteria,
            shadow_difference=read_in(of["shadow"], "maxDifference", percent, SHADOW_DIFFERENCE),
            shadow_pairs=read_in(of["shadow"], "minPairs", values.whole(1, 10**9), SHADOW_PAIRS),
        )
    if criteria.failure_target >= criteria.failure_abort:
        analysis["errorRate"].refuse(
            f"target ({criteria.failure_target:g}) must be below abort ({criteria.failure_abort:g})"
        )
    elif not criteria.failure_target < criteria.tolerated <= criteria.failure_abort:
        of["errorRate"]["tolerated"].refuse(
            f"{criteria.tolerated:g} is not above target ({criteria.failure_target:g})"
            f" and at most abort ({criteria.failure_abort:g})"
        )
    return criteria


def blast_radius_of(spec: Mapping[str, Field]) -> BlastRadius:
    known = ("maxWeightIncrease", "maxFailures")
    fields = spec["blastRadius"].fields(known) if "blastRadius" in spec else {}
    plain = BlastRadius()
    return BlastRadius(
        max_weight_increase=read_in(
            fields, "maxWeightIncrease", values.whole(1, 100), plain.max_weight_increase
        ),
        max_failures=read_in(fields, "maxFailures", values.whole(1, 10**9), plain.max_failures),
    )


def window_of(field: Field) -> FreezeWindow | None:
    """Return a window of time, None when it is not one."""
    fields = field.fields((*_WEEKLY, *_ONCE, "timeZone", "reason"))
    zone = read_in(fields, "timeZone", values.zone, "UTC")
    reason = mask(read_in(fields, "reason", values.sentence, ""))  # it is told with what waits
    if any(name in fields for name in _ONCE):
        return _once(field, fields, zone, reason)
    if not any(name in fields for name in _WEEKLY):
        field.refuse("give days, from and to for each week, or starts and until for once")
        return None
    days: list[str] = []
    for one in items_in(fields, "days", len(DAYS), least=1):
        day = one.read(values.one_of(DAYS), "")
        if day and day in days:
            one.refuse(f"{day} is given twice")
        elif day:
            days.append(day)
    return FreezeWindow(
        zone=zone,
        days=tuple(days) or DAYS,
        begins=read_in(fields, "from", values.time_of_day, _MIDNIGHT),
        ends=read_in(fields, "to", values.time_of_day, _MIDNIGHT),
        reason=reason,
    )


def _once(field: Field, fields: Mapping[str, Field], zone: str, reason: str) -> FreezeWindow | None:
    if weekly := [name for name in _WEEKLY if name in fields]:
        field.refuse(f"starts and until are for once, {', '.join(weekly)} for each week: not both")
        return None
    if missing := [name for name in _ONCE if name not in fields]:
        field.refuse(f"{missing[0]} is missing")
        return None
    starts = fields["starts"].read(values.moment, None)
    until = fields["until"].read(values.moment, None)
    if starts is None or until is None:
        return None
    if until <= starts:
        fields["until"].refuse("must be later than starts")
        return None
    return FreezeWindow(zone=zone, starts=starts, until=until, reason=reason)


def notification_of(field: Field) -> Notification:
    """Return where to say what happens; neither its URL nor a key is ever quoted."""
    fields = field.fields(("url", "secretEnv"), ("url",))
    return Notification(
        url=fields["url"].read(webhook_url, "", secret=True) if "url" in fields else "",
        secret_env=(
            fields["secretEnv"].read(variable_name, "", secret=True)
            if "secretEnv" in fields
            else ""
        ),
    )
