"""The alert contracts' messages to commands and back."""

from datetime import datetime
from typing import Any

import pytest
from camplane.alert.v1 import alert_service_pb2 as pb
from google.protobuf import struct_pb2
from hypothesis import given
from hypothesis import strategies as st

from alert_service.domain.errors import InvalidArgumentError, MissingFieldError
from alert_service.domain.json_value import MAX_DEPTH
from alert_service.domain.model import Alert, Rule, UpdateRule
from alert_service.entrypoints import decoding, encoding
from alert_service.entrypoints.struct_value import fill_value, from_value

RULE = Rule(
    id=7,
    name="",
    camera_id=None,
    rule_type="t",
    conditions=None,
    notification_channels="[]",
    recipients='{"a": [1, null]}',
    enabled=None,
    priority="",
    created_at=datetime(2026, 1, 1, 0, 0, 1),
    updated_at=datetime(2026, 1, 1, 0, 0, 3, 123456),
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: not x.is_integer())
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("abcé", max_size=3), inner),
    max_leaves=20,
)


def value_of(json: Any) -> struct_pb2.Value:
    value = struct_pb2.Value()
    fill_value(value, json)
    return value


@given(JSON)
def test_json_survives_the_typed_contract(json: object) -> None:
    """Any JSON whose integers a double holds comes back, of the same types."""
    wire = value_of(json).SerializeToString()
    back = from_value("conditions", struct_pb2.Value.FromString(wire))
    assert back == json
    assert _types(back) == _types(json)


def _types(json: object) -> object:
    if isinstance(json, list):
        return [_types(item) for item in json]
    if isinstance(json, dict):
        return {key: _types(item) for key, item in json.items()}
    return type(json)


def test_a_long_integer_becomes_the_nearest_double() -> None:
    """The typed contract has doubles only; REST keeps every digit."""
    assert value_of(2**64 + 1).number_value == 2.0**64
    assert from_value("conditions", value_of(2**64)) == 2.0**64


def test_the_deepest_rule_can_be_read_by_typed_clients() -> None:
    """MAX_DEPTH is what protobuf's own limit on nesting leaves to a list of rules."""
    deepest: object = 1
    for _ in range(MAX_DEPTH):
        deepest = {"k": deepest}
    reply = pb.ListRulesResponse(items=[pb.Rule(conditions=value_of(deepest))])
    read = pb.ListRulesResponse.FromString(reply.SerializeToString())
    assert from_value("conditions", read.items[0].conditions) == deepest


def test_a_value_without_a_kind_is_refused() -> None:
    """Protobuf calls it an error; null is null_value."""
    rule = pb.Rule(name="n", rule_type="t", conditions=struct_pb2.Value())
    with pytest.raises(InvalidArgumentError, match=r"^conditions holds a Value without a kind"):
        decoding.create_rule(pb.CreateRuleRequest(rule=rule))


@pytest.mark.parametrize(
    ("rule", "missing"),
    [
        (pb.Rule(), "name"),
        (pb.Rule(name="n", conditions=value_of(1)), "rule_type"),
        (pb.Rule(name="n", rule_type="t"), "conditions"),
    ],
)
def test_a_typed_rule_needs_the_same_fields(rule: pb.Rule, missing: str) -> None:
    """Unset is absent, and so is an empty name or rule_type."""
    with pytest.raises(MissingFieldError, match=f"^缺少必填字段: {missing}$"):
        decoding.create_rule(pb.CreateRuleRequest(rule=rule))


def test_a_typed_rule_gets_the_defaults_for_what_is_unset() -> None:
    """And only for that: an empty priority and a null are values."""
    rule = pb.Rule(name="n", rule_type="t", conditions=value_of(None), enabled=False)
    command = decoding.create_rule(pb.CreateRuleRequest(rule=rule))
    assert (command.conditions, command.enabled, command.priority) == (None, False, "medium")
    rule.priority = ""
    assert decoding.create_rule(pb.CreateRuleRequest(rule=rule)).priority == ""


def test_the_mask_says_what_is_set() -> None:
    """A field in the mask that is unset becomes null; one outside of it is not looked at."""
    request = pb.UpdateRuleRequest(
        rule_id=3, rule=pb.Rule(name="n", priority="low", enabled=False, camera_id="\0")
    )
    request.update_mask.paths[:] = ["priority", "recipients", "enabled", "conditions"]
    changes = {"priority": "low", "recipients": None, "enabled": False, "conditions": None}
    assert decoding.update_rule(request) == UpdateRule(3, changes)


def test_an_empty_mask_changes_nothing() -> None:
    """Whatever the rule holds."""
    request = pb.UpdateRuleRequest(rule_id=3, rule=pb.Rule(name="n"))
    assert decoding.update_rule(request) == UpdateRule(3, {})


@pytest.mark.parametrize("path", ["id", "created_at", "conditions.threshold", "", "*", "Name"])
def test_a_mask_names_fields_to_set_only(path: str) -> None:
    """Another path is refused by name: ignoring it would hide a mistake."""
    request = pb.UpdateRuleRequest(rule_id=3, update_mask={"paths": ["name", path]})
    request.rule.name = "n"
    with pytest.raises(InvalidArgumentError, match=r"^update_mask must name only fields to set"):
        decoding.update_rule(request)


@pytest.mark.parametrize("field", ["name", "rule_type"])
def test_a_mask_cannot_empty_name_or_type(field: str) -> None:
    """Unset becomes null, which neither takes."""
    request = pb.UpdateRuleRequest(rule_id=3, rule=pb.Rule(), update_mask={"paths": [field]})
    with pytest.raises(InvalidArgumentError, match=f"^{field} must be text"):
        decoding.update_rule(request)


def test_a_rule_is_printed_with_every_key_and_compact() -> None:
    """Null as null, times as isoformat() prints them, no space."""
    assert encoding.rule_json(RULE).data.decode() == (
        '{"id":7,"name":"","camera_id":null,"rule_type":"t","conditions":null,'
        '"notification_channels":[],"recipients":{"a":[1,null]},"enabled":null,"priority":"",'
        '"created_at":"2026-01-01T00:00:01","updated_at":"2026-01-01T00:00:03.123456"}'
    )
    assert encoding.rules_json([]).data == b'{"count":0,"items":[]}'
    assert encoding.history_json([]).data == b'{"count":0,"items":[]}'


def test_a_rule_is_typed_with_null_as_unset() -> None:
    """An empty text is set, a null is not; JSON null is a value."""
    message = encoding.rule_message(RULE)
    assert not message.HasField("camera_id")
    assert not message.HasField("enabled")
    assert message.HasField("priority")
    assert message.conditions.WhichOneof("kind") == "null_value"
    assert (message.created_at, message.updated_at) == (
        "2026-01-01T00:00:01",
        "2026-01-01T00:00:03.123456",
    )


def test_an_alert_is_typed_with_null_as_unset() -> None:
    """As a rule is; a time that is missing is printed as null or empty."""
    alert = Alert(3, None, None, "system", None, "{}", False, None, None)
    message = encoding.alert_message(alert)
    assert not message.HasField("rule_id")
    assert not message.HasField("message")
    assert message.HasField("notification_sent")
    assert message.timestamp == ""
    assert encoding.history_json([alert]).data == (
        b'{"count":1,"items":[{"id":3,"rule_id":null,"camera_id":null,"alert_type":"system",'
        b'"message":null,"details":{},"notification_sent":false,'
        b'"notification_channels_used":null,"timestamp":null}]}'
    )
