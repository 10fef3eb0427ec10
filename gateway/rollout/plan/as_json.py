"""A plan as JSON values and back, nothing lost, and the version that names what it says. Pure."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime, time
from typing import Any

from gateway.analysis.criteria import BlastRadius, Criteria, Step
from gateway.rollout.plan.freeze import FreezeWindow
from gateway.rollout.plan.model import Notification, RolloutPlan

VERSION_DIGITS = 12
# Fields of Criteria that plans of earlier releases did not have.
_LATER_FIELDS = ("failure_tolerated", "coverage_share", "coverage_requests", "coverage_except")


def plan_to_json(plan: RolloutPlan) -> dict[str, Any]:
    """Return the plan as JSON values."""
    return {
        "version": plan.version,
        "name": plan.name,
        "context": plan.context,
        "steps": [asdict(step) for step in plan.steps],
        "after": list(plan.after),
        "abort_together": list(plan.abort_together),
        "criteria": _criteria_to_json(plan.criteria),
        "blast_radius": asdict(plan.blast_radius),
        "freeze": [_window_to_json(window) for window in plan.freeze],
        "notifications": [asdict(one) for one in plan.notifications],
    }


def plan_from_json(document: Mapping[str, Any]) -> RolloutPlan:
    """Return what `plan_to_json` wrote; KeyError, TypeError or ValueError when it is not such."""
    return RolloutPlan(
        name=str(document["name"]),
        context=str(document["context"]),
        steps=tuple(Step(**step) for step in document["steps"]),
        after=tuple(document["after"]),
        abort_together=tuple(document["abort_together"]),
        criteria=_criteria_from_json(document["criteria"]),
        blast_radius=BlastRadius(**document["blast_radius"]),
        freeze=tuple(map(_window_from_json, document["freeze"])),
        notifications=tuple(Notification(**one) for one in document["notifications"]),
        version=str(document["version"]),
    )


def with_version(plan: RolloutPlan) -> RolloutPlan:
    """Return the plan with the digest of all it says, of which layout and comments are no part."""
    meaning = plan_to_json(replace(plan, version=""))
    canonical = json.dumps(meaning, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    return replace(plan, version=digest[:VERSION_DIGITS])


def _criteria_to_json(criteria: Criteria) -> dict[str, Any]:
    """Leave out what a plan does not ask for: its version is that of earlier releases."""
    plain = Criteria()
    unasked = {name for name in _LATER_FIELDS if getattr(criteria, name) == getattr(plain, name)}
    if criteria.shadow_difference is None:
        unasked |= {"shadow_difference", "shadow_pairs"}
    return {name: value for name, value in asdict(criteria).items() if name not in unasked}


def _criteria_from_json(document: Mapping[str, Any]) -> Criteria:
    criteria = Criteria(**document)
    return replace(criteria, coverage_except=tuple(criteria.coverage_except))


def _window_to_json(window: FreezeWindow) -> dict[str, Any]:
    return {
        "zone": window.zone,
        "days": list(window.days),
        "begins": window.begins.isoformat(),
        "ends": window.ends.isoformat(),
        "starts": window.starts and window.starts.isoformat(),
        "until": window.until and window.until.isoformat(),
        "reason": window.reason,
    }


def _window_from_json(document: Mapping[str, Any]) -> FreezeWindow:
    starts, until = document["starts"], document["until"]
    return FreezeWindow(
        zone=str(document["zone"]),
        days=tuple(document["days"]),
        begins=time.fromisoformat(document["begins"]),
        ends=time.fromisoformat(document["ends"]),
        starts=None if starts is None else datetime.fromisoformat(starts),
        until=None if until is None else datetime.fromisoformat(until),
        reason=str(document["reason"]),
    )
