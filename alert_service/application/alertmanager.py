"""What an Alertmanager is told: alerts of its API, version 2. Pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from alert_service.application.firing import Firing
from servicekit import json_body

PATH = "/api/v2/alerts"
# What fires is said again and again, for it keeps no alert over a restart; what is no longer
# said is over by itself, four times later. Both as Prometheus does it.
AGAIN_SECONDS = 60.0
EXPIRES_SECONDS = 4 * AGAIN_SECONDS

Alert = dict[str, Any]


def url_of(base: str) -> str:
    """Return where alerts are posted, from where an Alertmanager is."""
    return base.rstrip("/") + PATH


def of_document(body: bytes, now: float) -> list[Alert]:
    """Return what the document of a notification (application.notification) says."""
    document = json_body.loads(body)
    data = document["data"]
    over = document["type"] == "alert.resolved"
    # Without a beginning it merges with what it knows of the alert.
    moments = {"endsAt": document["timestamp"]} if over else _fires(document["timestamp"], now)
    return [{**moments, **_said(data, data.get("rule_name"), data.get("message"))}]


def of_firing(firing: Sequence[Firing], now: float) -> list[Alert]:
    """Return that these fire, still."""
    return [_of(one, now) for one in firing]


def _of(one: Firing, now: float) -> Alert:
    rule = one.rule
    data = {
        "rule_id": rule.rule_id,
        "rule_type": rule.rule_type,
        "camera_id": one.camera_id,
        "priority": rule.priority,
    }
    message = f"{rule.name} fires for camera {one.camera_id}"
    return {**_fires(_iso(one.since), now), **_said(data, rule.name, message)}


def _fires(since: str, now: float) -> dict[str, str]:
    return {"startsAt": since, "endsAt": _iso(now + EXPIRES_SECONDS)}


def _said(data: Mapping[str, Any], name: Any, message: Any) -> Alert:
    """Return labels, which are the alert's identity and so the same each time, and words."""
    labels = {
        "alertname": name,
        "rule_id": data.get("rule_id"),
        "rule_type": data.get("rule_type"),
        "camera_id": data.get("camera_id"),
        "severity": data.get("priority"),
    }
    return {
        "labels": {key: str(value) for key, value in labels.items() if value not in (None, "")},
        "annotations": {"summary": str(message or "")},
    }


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
