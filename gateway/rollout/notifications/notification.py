"""What those who are notified are told of a decision. Pure."""

from collections.abc import Mapping
from typing import Any

from gateway.rollout.decisions.decision import Decision, LoggedDecision
from servicekit.moments import iso

# A verdict that wavers is for the log; what moves is for people.
_SILENT = frozenset({"verdict"})


def is_told(decision: Decision) -> bool:
    """Is somebody to be notified of it?"""
    return decision.action not in _SILENT


def document(decision: Decision, logged: LoggedDecision) -> Mapping[str, Any]:
    """Return the JSON document of docs/rollout-plans.md: what moved, who, why, and the evidence.

    hash: of the decision in the log, so that who keeps the notifications can tell
    whether the log was cut or rewritten.
    """
    after, verdict, evidence = decision.after, decision.verdict, decision.evidence
    told: dict[str, Any] = {
        "number": logged.number,
        "at": iso(decision.at),
        "context": after.context,
        "action": decision.action,
        "phase": after.phase.value,
        "from_weight": decision.before.weight,
        "to_weight": after.weight,
        "author": after.author,
        "reason": after.reason,
        "reasons": [one.to_json() for one in after.reasons],
        "hash": logged.hash,
    }
    if after.plan is not None:
        told |= {"plan": after.plan.name, "plan_version": after.plan.version}
    if verdict is not None:
        told["verdict"] = verdict.to_json()
    if evidence is not None:
        told["evidence"] = {
            "requests": evidence.judged,
            "failures": evidence.failures,
            "rescued": evidence.fell_back,
            "since": iso(evidence.since),
        }
    return told
