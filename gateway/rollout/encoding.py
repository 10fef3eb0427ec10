"""Rollouts and decisions as messages of rollout_service.proto."""

from collections.abc import Sequence
from typing import Any

from camplane.gateway.v1 import rollout_service_pb2 as pb

from gateway.analysis.judgement.verdict import Verdict
from gateway.rollout.controller import View
from gateway.rollout.decisions.decision import LoggedDecision
from gateway.rollout.decisions.state import RolloutState
from gateway.rollout.notifications.outbox import QueueStatus
from gateway.rollout.plan.forecast import StepForecast
from gateway.rollout.plan.freeze import frozen
from gateway.vocabulary.reason import Code, Reasons, because
from gateway.vocabulary.reason_message import encoded
from gateway.vocabulary.wording import text, together
from servicekit import scopes
from servicekit.moments import iso
from servicekit.webhooks.target import origin


def moment(unix: float) -> str:
    """Return a time as the API has it; "" for none."""
    return iso(unix) if unix else ""


def fill_rollout(
    message: pb.Rollout,
    view: View,
    weight_in_force: int,
    queues: Sequence[QueueStatus],
    now: float,
) -> pb.Rollout:
    """Fill a message with a rollout as it was seen, and with what waits to be told of it."""
    state = view.state
    message.context = state.context
    message.phase = state.phase.value
    message.weight = state.weight
    message.weight_in_force = weight_in_force
    if view.waits_for is not None:
        message.next = text(view.waits_for)
        message.waits_for.CopyFrom(encoded(view.waits_for))
    message.step_since = moment(state.step_since)
    message.step_lasted_seconds = view.lasted
    message.author, message.reason = state.author, state.reason
    message.reasons.extend(map(encoded, state.reasons))
    message.changed_at = moment(state.changed_at)
    pinned = scopes.current().within(state.pins, str)
    message.pins.update({camera_id: state.pins[camera_id] for camera_id in pinned})
    message.mirrored = state.mirrored
    if state.plan is not None:
        message.plan, message.plan_version = state.plan.name, state.plan.version
        message.steps.extend(_steps(state))
        if window := frozen(state.plan.freeze, now):
            message.frozen = text(window.why)
            message.freeze.CopyFrom(encoded(window.why))
        told = {origin(one.url) for one in state.plan.notifications}
        waiting = [queue for queue in queues if queue.origin in told]
        message.notifications_waiting = sum(queue.waiting for queue in waiting)
        message.notifications_trouble = "; ".join(filter(None, map(_trouble, waiting)))
    if view.verdict is not None:
        shown = view.evidence.exemplars if view.evidence is not None else ()
        _fill_verdict(message.verdict, view.verdict, shown)
    return message


def _trouble(queue: QueueStatus) -> str:
    if queue.failures:
        return f"{queue.origin}: {queue.error}"
    if queue.given_up:
        return f"{queue.origin}: {queue.given_up} given up, {queue.given_up_error}"
    return ""


def _steps(state: RolloutState) -> list[pb.RolloutStep]:
    assert state.plan is not None
    over = state.phase.value == "completed"
    return [
        pb.RolloutStep(
            weight=step.weight or 0,
            gate=step.is_gate,
            min_dwell_seconds=step.min_dwell_seconds or 0.0,
            min_requests=step.min_requests,
            state=(
                "done"
                if place < state.step or over
                else "current"
                if place == state.step
                else "ahead"
            ),
        )
        for place, step in enumerate(state.plan.steps)
    ]


def _fill_verdict(message: pb.RolloutVerdict, verdict: Verdict, exemplars: Sequence[str]) -> None:
    message.answer, message.requests = verdict.answer, verdict.requests
    message.exemplars.extend(exemplars)
    for one in verdict.findings:
        message.findings.add(
            criterion=one.criterion,
            answer=one.answer,
            text=one.text,
            values=one.values,
            reason=encoded(one.reason),
        )


def step_forecast(one: StepForecast) -> pb.StepForecast:
    """Return what a step will need as a message."""
    why = needs(one)
    message = pb.StepForecast(
        weight=one.step.weight or 0, why=together(why), reasons=map(encoded, why)
    )
    if one.requests is not None:
        message.requests = one.requests
    if one.seconds is not None:
        message.seconds = one.seconds
    return message


def needs(one: StepForecast) -> Reasons:
    """Return what a step's time is for."""
    if one.step.is_gate:
        ends = one.seconds is not None
        return (because(Code.FORECAST_GATE if ends else Code.FORECAST_PROMOTION),)
    if one.seconds is None or one.requests is None:
        return one.missing
    sooner = one.seconds <= (one.step.min_dwell_seconds or 0.0)
    code = Code.FORECAST_DWELL if sooner else Code.FORECAST_REQUESTS
    return (because(code, requests=one.requests),)


def decision(logged: LoggedDecision, full: bool) -> pb.Decision:
    """Return an entry of the log as a message; 0 is the number of any that nobody here wrote."""
    fields = logged.fields
    verdict: dict[str, Any] = fields["verdict"] or {}
    plan: dict[str, Any] = fields["state"]["plan"] or {}
    return pb.Decision(
        number=max(logged.number, 0),
        at=moment(fields["at"]),
        context=fields["context"],
        action=fields["action"],
        author=fields["author"],
        reason=fields["reason"],
        from_weight=fields["from_weight"],
        to_weight=fields["to_weight"],
        answer=verdict.get("answer", ""),
        requests=verdict.get("requests", 0),
        plan_version=plan.get("version", ""),
        hash=logged.hash,
        previous_hash=logged.previous_hash,
        document=logged.document if full else "",
        reasons=map(encoded, logged.reasons),
    )
