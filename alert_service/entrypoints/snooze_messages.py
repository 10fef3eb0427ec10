"""Snoozes as messages, and what begins and ends them."""

from collections.abc import Sequence

from camplane.alert.v1 import alert_service_pb2 as pb

from alert_service.domain import snooze as domain
from alert_service.domain.rules import valid_rule_id
from alert_service.domain.snooze import Snooze
from alert_service.entrypoints.state_messages import unix_seconds
from servicekit.moments import iso


def snooze(request: pb.SnoozeRuleRequest, subject: str, now: float) -> Snooze:
    """Decode what is to be silent; subject: of the caller's token, if it has one."""
    return domain.snooze(
        valid_rule_id(request.rule_id),
        request.camera_id,
        unix_seconds("until", request.until) if request.HasField("until") else None,
        subject or request.snoozed_by,
        request.reason,
        now,
    )


def key(request: pb.EndSnoozeRequest) -> tuple[int, str]:
    """Decode which snooze is to end."""
    domain.check_camera(request.camera_id)
    return valid_rule_id(request.rule_id), request.camera_id


def rule_asked_for(request: pb.ListSnoozesRequest) -> int | None:
    """Decode of which rule snoozes are asked for; None for all."""
    return valid_rule_id(request.rule_id) if request.HasField("rule_id") else None


def snoozes(found: Sequence[Snooze]) -> pb.ListSnoozesResponse:
    """Encode all of them."""
    return pb.ListSnoozesResponse(items=map(_message, found))


def _message(one: Snooze) -> pb.Snooze:
    return pb.Snooze(
        rule_id=one.rule_id,
        camera_id=one.camera_id or None,
        until=iso(one.until),
        snoozed_by=one.by,
        snoozed_at=iso(one.at),
        reason=one.reason,
    )
