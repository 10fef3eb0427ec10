"""Requests of both contracts to commands: whatever passes here, both implementations take."""

from typing import Any

from camplane.alert.v1 import alert_rest_service_pb2 as rest_pb
from camplane.alert.v1 import alert_service_pb2 as pb
from google.api import httpbody_pb2

from alert_service.domain import rules
from alert_service.domain.errors import InvalidArgumentError
from alert_service.domain.model import (
    UPDATABLE_FIELDS,
    CreateRule,
    ListHistory,
    ListRules,
    UpdateRule,
)
from alert_service.entrypoints.struct_value import from_value
from servicekit import json_body

_JSON_FIELDS = ("conditions", "notification_channels", "recipients")
# proto3 cannot tell an empty one from an unset one.
_PLAIN_FIELDS = ("name", "rule_type")


def list_rules(
    request: pb.ListRulesRequest | rest_pb.AlertRestServiceListRulesRequest,
) -> ListRules:
    """Decode either contract's ListRules."""
    return rules.rules_query(_optional(request, "camera_id"), _optional(request, "enabled"))


def list_history(
    request: pb.ListHistoryRequest | rest_pb.AlertRestServiceListHistoryRequest,
) -> ListHistory:
    """Decode either contract's ListHistory."""
    limit = _optional(request, "limit")
    if limit is not None and isinstance(request, pb.ListHistoryRequest) and _is_paged(request):
        raise InvalidArgumentError("limit and pages exclude each other: leave limit out")
    return rules.history_query(
        limit,
        _optional(request, "camera_id"),
        _optional(request, "alert_type"),
    )


def rule_id(
    request: pb.GetRuleRequest | pb.DeleteRuleRequest | rest_pb.AlertRestServiceGetRuleRequest,
) -> int:
    """Decode the id of the rule that is asked for."""
    return rules.valid_rule_id(request.rule_id)


def create_rule(request: pb.CreateRuleRequest) -> CreateRule:
    """Decode a typed rule; what is unset is absent, an empty name or rule_type too."""
    return rules.new_rule(
        {
            field: _field(request.rule, field)
            for field in UPDATABLE_FIELDS
            if _has(request.rule, field)
        }
    )


def update_rule(request: pb.UpdateRuleRequest) -> UpdateRule:
    """Decode the fields that the mask names; what is unset becomes null."""
    fields = {}
    for path in request.update_mask.paths:
        if path not in UPDATABLE_FIELDS:
            raise InvalidArgumentError(
                f"update_mask must name only fields to set, not {path!r}: "
                + ", ".join(UPDATABLE_FIELDS)
            )
        fields[path] = _field(request.rule, path) if _has(request.rule, path) else None
    return rules.rule_update(request.rule_id, fields)


def create_rule_from_json(request: rest_pb.AlertRestServiceCreateRuleRequest) -> CreateRule:
    """Decode a rule as JSON."""
    return rules.new_rule(_object(request.body))


def update_rule_from_json(request: rest_pb.AlertRestServiceUpdateRuleRequest) -> UpdateRule:
    """Decode some fields as JSON."""
    return rules.rule_update(request.rule_id, _object(request.body))


def _object(body: httpbody_pb2.HttpBody) -> dict[str, Any]:
    value = json_body.read_object(body)
    if value is None:
        raise InvalidArgumentError("the body must be a JSON object")
    return value


def _optional(request: Any, field: str) -> Any:
    return getattr(request, field) if request.HasField(field) else None


def _is_paged(request: pb.ListHistoryRequest) -> bool:
    return bool(request.page_size or request.page_token)


def _has(rule: pb.Rule, field: str) -> bool:
    return getattr(rule, field) != "" if field in _PLAIN_FIELDS else rule.HasField(field)  # type: ignore[arg-type]


def _field(rule: pb.Rule, field: str) -> Any:
    value = getattr(rule, field)
    return from_value(field, value) if field in _JSON_FIELDS else value
