"""What a rule and a question about rules may be: limits, defaults, required fields."""

from collections.abc import Callable, Mapping
from typing import Any

from alert_service.domain.errors import InvalidArgumentError, MissingFieldError
from alert_service.domain.json_value import check_characters, check_json
from alert_service.domain.model import (
    UPDATABLE_FIELDS,
    CreateRule,
    ListHistory,
    ListRules,
    UpdateRule,
)

MAX_RULE_ID = 2**31 - 1
MAX_HISTORY_LIMIT = 1000
DEFAULT_HISTORY_LIMIT = 100

REQUIRED_FIELDS = ("name", "rule_type", "conditions")
DEFAULTS: Mapping[str, Any] = {
    "camera_id": None,
    "notification_channels": None,
    "recipients": None,
    "enabled": True,
    "priority": "medium",
}


def new_rule(fields: Mapping[str, Any]) -> CreateRule:
    """Return the command for a rule with these fields; keys of no field are ignored.

    Raises MissingFieldError for the first required field that is absent,
    InvalidArgumentError for the first value that a field does not take.
    """
    for field in REQUIRED_FIELDS:
        if field not in fields:
            raise MissingFieldError(field)
    return CreateRule(**{**DEFAULTS, **_checked(fields)})


def rule_update(rule_id: int, fields: Mapping[str, Any]) -> UpdateRule:
    """Return the command that sets these fields; keys of no field are ignored.

    Raises InvalidArgumentError for the id, then for the first value that a
    field does not take.
    """
    return UpdateRule(valid_rule_id(rule_id), _checked(fields))


def valid_rule_id(rule_id: int) -> int:
    """Return the id of a rule that may exist; raises InvalidArgumentError."""
    if not 1 <= rule_id <= MAX_RULE_ID:
        raise InvalidArgumentError(f"rule_id must be a number from 1 to {MAX_RULE_ID}")
    return rule_id


def rules_query(camera_id: str | None, enabled: bool | None) -> ListRules:
    """Return the command that lists rules; raises InvalidArgumentError."""
    _check_filter("camera_id", camera_id)
    return ListRules(camera_id, enabled)


def history_query(limit: int | None, camera_id: str | None, alert_type: str | None) -> ListHistory:
    """Return the command that lists alerts; raises InvalidArgumentError."""
    if limit is None:
        limit = DEFAULT_HISTORY_LIMIT
    if not 1 <= limit <= MAX_HISTORY_LIMIT:
        raise InvalidArgumentError(f"limit must be a number from 1 to {MAX_HISTORY_LIMIT}")
    _check_filter("camera_id", camera_id)
    _check_filter("alert_type", alert_type)
    return ListHistory(limit, camera_id, alert_type)


def _checked(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a rule among `fields`, every one valid."""
    known = {field: fields[field] for field in UPDATABLE_FIELDS if field in fields}
    for field, value in known.items():
        _CHECKS[field](field, value)
    return known


def _check_filter(field: str, value: str | None) -> None:
    if value is not None:
        check_characters(field, value)


def _text(limit: int, nullable: bool) -> Callable[[str, Any], None]:
    takes = f"text of at most {limit} characters" + (" or null" if nullable else "")

    def check(field: str, value: Any) -> None:
        if value is None and nullable:
            return
        if not isinstance(value, str) or len(value) > limit:
            raise InvalidArgumentError(f"{field} must be {takes}")
        check_characters(field, value)

    return check


def _truth(field: str, value: Any) -> None:
    if value is not None and not isinstance(value, bool):
        raise InvalidArgumentError(f"{field} must be true, false or null")


_CHECKS: Mapping[str, Callable[[str, Any], None]] = {
    "name": _text(100, nullable=False),
    "camera_id": _text(50, nullable=True),
    "rule_type": _text(50, nullable=False),
    "conditions": check_json,
    "notification_channels": check_json,
    "recipients": check_json,
    "enabled": _truth,
    "priority": _text(20, nullable=True),
}
