"""A stored rule as it is evaluated. Pure."""

from collections.abc import Container
from typing import Any

from alert_service.application.channels import named_channels
from alert_service.domain.model import JsonText, Rule
from alert_service.evaluation.evaluation import EvaluatedRule
from servicekit import json_body


def evaluated_rule(rule: Rule, channels: Container[str] = ()) -> EvaluatedRule:
    """Return what the evaluation has of a rule; channels: names of those that can be told."""
    return EvaluatedRule(
        rule.id,
        rule.name,
        rule.camera_id or None,
        rule.rule_type,
        rule.priority,
        json_value(rule.conditions),
        named_channels(json_value(rule.notification_channels), channels).known,
    )


def json_value(text: JsonText | None) -> Any:
    """Return what a rule's JSON holds; a monolith's text that is none is a text."""
    try:
        return None if text is None else json_body.loads(text)
    except ValueError:
        return text
