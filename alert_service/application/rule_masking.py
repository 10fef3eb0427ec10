"""Rules and alerts without their secrets, for who may read none; and what is written back.

Conditions, channels and recipients are JSON of a client's own: webhooks with tokens in them,
accounts of mail servers, keys of any name. What is not known to be harmless is hidden.
"""

from collections.abc import Callable
from typing import Any

from alert_service.application.evaluated import json_value
from alert_service.domain.model import (
    UPDATABLE_FIELDS,
    Alert,
    CreateRule,
    JsonText,
    Rule,
    UpdateRule,
)
from alert_service.domain.raised import RaisedAlert
from alert_service.domain.snooze import Snooze
from alert_service.evaluation.conditions import NAMES
from servicekit import json_body
from servicekit.harmless import harmless_json, harmless_text, hidden
from servicekit.masking import HIDDEN, is_secret_key
from servicekit.written_back import refuse_masks, unmasked

# What conditions are made of: what is evaluated, and how much of what, how long, when and where
# rules of other types say.
_CONDITIONS = NAMES | {
    *("min", "max", "min_count", "max_count", "count", "ratio", "percent"),
    *("confidence", "level", "severity", "score", "value", "unit"),
    *("seconds", "hours", "days", "duration"),
    *("interval", "window", "window_seconds", "window_minutes", "period"),
    *("cooldown", "delay", "time_range", "schedule"),
    *("start", "end", "start_time", "end_time", "weekdays", "timezone", "from", "to"),
    *("operator", "op", "comparison", "type", "violation_types"),
    *("event", "events", "class", "classes", "label", "labels", "object", "objects"),
    *("region", "region_id", "regions", "zone", "zones", "enabled", "and", "or", "not", "all"),
    *("any", "conditions"),
}
_CHANNELS = frozenset(
    {
        *(
            "email",
            "mail",
            "smtp",
            "sms",
            "phone",
            "call",
            "webhook",
            "http",
            "https",
            "web",
            "app",
        ),
        *("push", "in_app", "popup", "sound", "log", "console", "mqtt", "redis", "kafka"),
        *("dingtalk", "wechat", "wecom", "wework", "feishu", "lark", "slack", "teams", "telegram"),
        *("discord", "pagerduty", "邮件", "短信", "电话", "钉钉", "微信", "企业微信", "飞书"),
    }
)
# Fields of answers whose texts are masked, not hidden.
_TEXTS = frozenset(
    {
        *("id", "name", "camera_id", "rule_type", "priority", "rule_id", "alert_type", "message"),
        *("created_at", "updated_at", "timestamp", "count", "next_page_token", "body"),
    }
)
_JSON_FIELDS = ("conditions", "notification_channels", "recipients")


def harmless_rule(rule: Rule) -> Rule:
    """Return a rule for who may read no secret."""
    return rule._replace(
        name=harmless_text(rule.name),
        rule_type=harmless_text(rule.rule_type),
        priority=None if rule.priority is None else harmless_text(rule.priority),
        conditions=_shown(_conditions, rule.conditions),
        notification_channels=_shown(_channels, rule.notification_channels),
        recipients=_shown(_recipients, rule.recipients),
    )


def harmless_alert(alert: Alert) -> Alert:
    """Return an alert likewise; its message and details are a detector's, not a client's."""
    return alert._replace(
        message=None if alert.message is None else harmless_text(alert.message),
        details=_shown(_details, alert.details),
        notification_channels_used=_shown(_channels, alert.notification_channels_used),
    )


def harmless_raised(alert: RaisedAlert) -> RaisedAlert:
    """Return a raised alert likewise; what people said of it is masked as texts are."""
    return alert._replace(
        rule_name=harmless_text(alert.rule_name),
        rule_type=harmless_text(alert.rule_type),
        priority=None if alert.priority is None else harmless_text(alert.priority),
        message=harmless_text(alert.message),
        event=_shown(_details, alert.event),
        comment=None if alert.comment is None else harmless_text(alert.comment),
    )


def harmless_snooze(snooze: Snooze) -> Snooze:
    """Return a snooze likewise."""
    return snooze._replace(reason=harmless_text(snooze.reason))


def conceal(field: str, text: str) -> str:
    """Mask the text that stands in a field of a reply, for spans."""
    if field in ("notification_channels", "notification_channels_used"):
        return str(_channels(text))
    return harmless_text(text) if field in _TEXTS | _CONDITIONS else HIDDEN


def refuse_masks_in(rule: CreateRule) -> None:
    """Raise MaskRefusedError for a new rule that holds a mask, which can stand for nothing."""
    refuse_masks({name: getattr(rule, name) for name in UPDATABLE_FIELDS})


def with_secrets_of(rule: Rule, command: UpdateRule) -> UpdateRule:
    """Return a command with what is stored for each mask; MaskRefusedError for any other mask."""
    stored, shown = _values(rule), _values(harmless_rule(rule))
    return UpdateRule(command.rule_id, unmasked(command.changes, stored, shown))


def _values(rule: Rule) -> dict[str, Any]:
    """Return a rule's fields as a client reads them."""
    return {
        name: json_value(value) if name in _JSON_FIELDS else value
        for name, value in rule._asdict().items()
    }


def _shown(show: Callable[[Any], Any], text: JsonText | None) -> JsonText | None:
    return None if text is None else json_body.dumps(show(json_value(text))).decode()


def _conditions(value: Any) -> Any:
    if isinstance(value, list):
        return [_conditions(one) for one in value]
    return harmless_json(value, _CONDITIONS) if isinstance(value, dict) else hidden(value)


def _channels(value: Any) -> Any:
    return (
        value if isinstance(value, str) and value.lower() in _CHANNELS else _each(_channels, value)
    )


def _recipients(value: Any) -> Any:
    return _each(_recipients, value)


def _details(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            harmless_text(name): hidden(one) if is_secret_key(name) else _details(one)
            for name, one in value.items()
        }
    if isinstance(value, list):
        return [_details(one) for one in value]
    return harmless_text(value) if isinstance(value, str) else value


def _each(show: Callable[[Any], Any], value: Any) -> Any:
    """Show what lists and mappings hold, and hide what is no such."""
    if isinstance(value, dict):
        return {harmless_text(name): show(one) for name, one in value.items()}
    return [show(one) for one in value] if isinstance(value, list) else hidden(value)
