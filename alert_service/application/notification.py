"""What a channel is told of an alert. Pure."""

from datetime import UTC
from typing import Any

from alert_service.application.alerts import NewAlert
from servicekit import json_body


def body(alert: NewAlert, history_id: int | None) -> bytes:
    """Return the document of docs/alert-rules.md.

    history_id: of its entry in the history, None where the history did not take it.
    """
    details = {name: value for name, value in alert.details.items() if name not in ("state", "at")}
    told: dict[str, Any] = {
        "type": f"alert.{alert.details['state']}",
        "timestamp": alert.timestamp.replace(tzinfo=UTC).isoformat(),
        "data": {
            "alert_id": None,
            "history_id": history_id,
            "rule_id": alert.rule_id,
            "rule_type": alert.alert_type,
            "camera_id": alert.camera_id,
            "message": alert.message,
            **details,
        },
    }
    return json_body.dumps(told)
