"""Alerts that were raised as messages, and what asks for them and handles them."""

from collections.abc import Iterable

from camplane.alert.v1 import alert_service_pb2 as pb

from alert_service.application.raised import Counts, GetStatistics, Handled, Statistics
from alert_service.domain import raised
from alert_service.domain.errors import AlertNotFoundError
from alert_service.domain.json_value import check_characters
from alert_service.domain.raised import HandleAlerts, ListAlerts, RaisedAlert
from alert_service.domain.rules import valid_rule_id
from alert_service.entrypoints.encoding import fill
from servicekit import paging
from servicekit.moments import iso
from servicekit.paging import Page

# Of a page: the alert's number.
_KEY = (int,)


def page(request: pb.ListAlertsRequest) -> Page:
    """Decode which page is asked for."""
    return paging.asked(request, _KEY) or Page(paging.MAX_ITEMS)


def list_alerts(request: pb.ListAlertsRequest) -> ListAlerts:
    """Decode which alerts are asked for."""
    return raised.alerts_query(
        valid_rule_id(request.rule_id) if request.HasField("rule_id") else None,
        request.camera_id if request.HasField("camera_id") else None,
        request.state if request.HasField("state") else None,
        request.handled if request.HasField("handled") else None,
    )


def alert(one: RaisedAlert) -> pb.RaisedAlert:
    """Encode one alert."""
    message = pb.RaisedAlert(
        id=one.id,
        rule_id=one.rule_id,
        rule_name=one.rule_name,
        rule_type=one.rule_type,
        priority=one.priority,
        camera_id=one.camera_id,
        message=one.message,
        state=raised.FIRING if one.resolved_at is None else raised.RESOLVED,
        since=_iso(one.since),
        fired_at=iso(one.fired_at),
        resolved_at=_iso(one.resolved_at),
        rule_changed=one.is_rule_changed,
        silent=one.is_silent,
        count=one.events,
        history_id=one.history_id,
        handling=one.handling,
        handled_by=one.handled_by,
        handled_at=_iso(one.handled_at),
        comment=one.comment,
    )
    fill(message.event, one.event)
    return message


def handle_alerts(request: pb.HandleAlertsRequest, subject: str) -> HandleAlerts:
    """Decode what is to be said; subject: of the caller's token, if it has one."""
    by = subject or request.handled_by
    return raised.handling(request.alert_ids, request.handling, by, request.comment)


def handled(found: Handled) -> pb.HandleAlertsResponse:
    """Encode what became of the alerts."""
    refused = [
        pb.RefusedAlert(alert_id=one, why=str(AlertNotFoundError(one))) for one in found.missing
    ]
    return pb.HandleAlertsResponse(
        changed=found.changed, unchanged=found.unchanged, refused=refused
    )


def get_statistics(request: pb.GetAlertStatisticsRequest, now: float) -> GetStatistics:
    """Decode which days and alerts are asked for; now: Unix time."""
    camera_id = request.camera_id if request.HasField("camera_id") else None
    if camera_id is not None:
        check_characters("camera_id", camera_id)
    return GetStatistics(
        raised.days(request.first_day, request.last_day, now),
        valid_rule_id(request.rule_id) if request.HasField("rule_id") else None,
        camera_id,
    )


def statistics(found: Statistics) -> pb.GetAlertStatisticsResponse:
    """Encode the counts."""
    return pb.GetAlertStatisticsResponse(
        first_day=raised.day_text(found.days.first),
        last_day=raised.day_text(found.days.last),
        total=_counts(found.total),
        by_rule=[_counts(one, rule_id=int(one.of)) for one in found.by_rule],
        by_camera=[_counts(one, camera_id=one.of) for one in found.by_camera],
        by_day=[_counts(one, day=one.of) for one in found.by_day],
    )


def ids(alert_ids: Iterable[int]) -> str:
    """Return ids as the audit log names them."""
    return ",".join(map(str, alert_ids))


def _counts(
    one: Counts, rule_id: int | None = None, camera_id: str | None = None, day: str | None = None
) -> pb.AlertCounts:
    return pb.AlertCounts(
        rule_id=rule_id,
        camera_id=camera_id,
        day=day,
        raised=one.raised,
        acknowledged=one.acknowledged,
        confirmed=one.confirmed,
        false_positive=one.false_positive,
    )


def _iso(moment: float | None) -> str | None:
    return None if moment is None else iso(moment)
