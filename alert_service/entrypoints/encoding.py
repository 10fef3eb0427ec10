"""Records to both contracts' replies."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from camplane.alert.v1 import alert_service_pb2 as pb
from google.api import httpbody_pb2
from google.protobuf import struct_pb2

from alert_service.domain.model import Alert, JsonText, Rule
from alert_service.entrypoints.struct_value import fill_value
from servicekit import json_body


def rule_json(rule: Rule) -> httpbody_pb2.HttpBody:
    """Encode one rule for REST."""
    return json_body.write(_rule_object(rule))


def rules_json(rules: Sequence[Rule]) -> httpbody_pb2.HttpBody:
    """Encode a list of rules for REST."""
    return json_body.write({"count": len(rules), "items": [_rule_object(rule) for rule in rules]})


def history_json(alerts: Sequence[Alert]) -> httpbody_pb2.HttpBody:
    """Encode the history for REST."""
    return json_body.write({"count": len(alerts), "items": [_alert_object(a) for a in alerts]})


def rule_message(rule: Rule) -> pb.Rule:
    """Encode one rule for gRPC."""
    message = pb.Rule(
        id=rule.id,
        name=rule.name,
        camera_id=rule.camera_id,
        rule_type=rule.rule_type,
        enabled=rule.enabled,
        priority=rule.priority,
        created_at=_iso(rule.created_at) or "",
        updated_at=_iso(rule.updated_at) or "",
    )
    fill(message.conditions, rule.conditions)
    fill(message.notification_channels, rule.notification_channels)
    fill(message.recipients, rule.recipients)
    return message


def alert_message(alert: Alert) -> pb.Alert:
    """Encode one entry of the history for gRPC."""
    message = pb.Alert(
        id=alert.id,
        rule_id=alert.rule_id,
        camera_id=alert.camera_id,
        alert_type=alert.alert_type,
        message=alert.message,
        notification_sent=alert.notification_sent,
        timestamp=_iso(alert.timestamp) or "",
    )
    fill(message.details, alert.details)
    fill(message.notification_channels_used, alert.notification_channels_used)
    return message


def _rule_object(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": rule.name,
        "camera_id": rule.camera_id,
        "rule_type": rule.rule_type,
        "conditions": _json(rule.conditions),
        "notification_channels": _json(rule.notification_channels),
        "recipients": _json(rule.recipients),
        "enabled": rule.enabled,
        "priority": rule.priority,
        "created_at": rule.created_at,
        "updated_at": rule.updated_at,
    }


def _alert_object(alert: Alert) -> dict[str, Any]:
    return {
        "id": alert.id,
        "rule_id": alert.rule_id,
        "camera_id": alert.camera_id,
        "alert_type": alert.alert_type,
        "message": alert.message,
        "details": _json(alert.details),
        "notification_sent": alert.notification_sent,
        "notification_channels_used": _json(alert.notification_channels_used),
        "timestamp": alert.timestamp,
    }


def _json(text: JsonText | None) -> Any:
    """Return what to put in the JSON's place; a monolith's text that is none is a string."""
    try:
        return json_body.embedded(text)
    except ValueError:
        return text


def fill(value: struct_pb2.Value, text: JsonText | None) -> None:
    """Set a value to JSON text; a monolith's that is none is a string."""
    try:
        fill_value(value, None if text is None else json_body.loads(text))
    except ValueError:
        value.string_value = text or ""


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
