"""The typed contract, on both implementations and both databases."""

import grpc
import pytest
from camplane.alert.v1 import alert_service_pb2 as pb
from google.protobuf import json_format

RULE = {
    "name": "n",
    "camera_id": "cam0",
    "rule_type": "violation_threshold",
    "conditions": {"threshold": 5, "ratio": 0.5, "tags": ["a", None, {}]},
    "notification_channels": ["email"],
    "recipients": [],
    "enabled": False,
    "priority": "high",
}


def typed(fields: dict) -> pb.Rule:
    return json_format.ParseDict(fields, pb.Rule())


async def test_a_typed_rule_is_the_same_rule_in_rest(client):
    """What one contract stores the other reads, whole numbers as integers."""
    reply = await client.call("CreateRule", pb.CreateRuleRequest(rule=typed(RULE)))
    assert reply.ok
    rule = await client.rule(reply.id)
    assert repr(rule["conditions"]["threshold"]) == "5"
    assert {key: rule[key] for key in RULE} == RULE

    found = (await client.call("GetRule", pb.GetRuleRequest(rule_id=reply.id))).rule
    assert found == typed(rule)
    listed = await client.call("ListRules", pb.ListRulesRequest(camera_id="cam0", enabled=False))
    assert (listed.count, list(listed.items)) == (1, [found])
    assert (await client.call("ListRules", pb.ListRulesRequest(enabled=True))).count == 0


async def test_the_mask_decides_what_an_update_sets(client):
    """Unset fields in the mask become null, fields outside of it stay."""
    rule_id = await client.create(RULE)
    request = pb.UpdateRuleRequest(rule_id=rule_id, rule=pb.Rule(name="new", priority="low"))
    request.update_mask.paths[:] = ["priority", "camera_id", "recipients"]
    assert (await client.call("UpdateRule", request)).ok
    expected = {**RULE, "priority": "low", "camera_id": None, "recipients": None}
    rule = await client.rule(rule_id)
    assert {key: rule[key] for key in RULE} == expected


async def test_a_wrong_mask_changes_nothing(client, refused):
    """Not even the fields that it names rightly."""
    rule_id = await client.create(RULE)
    before = await client.rule(rule_id)
    request = pb.UpdateRuleRequest(rule_id=rule_id, rule=pb.Rule(priority="low"))
    request.update_mask.paths[:] = ["priority", "colour"]
    with pytest.raises(refused, match="update_mask must name only fields") as error:
        await client.call("UpdateRule", request)
    assert error.value.code is grpc.StatusCode.INVALID_ARGUMENT
    assert await client.rule(rule_id) == before


async def test_a_deleted_rule_is_gone_and_its_history_and_id_are_not(client, refused, store):
    """A repeat is NOT_FOUND, and a new rule gets a new id."""
    rule_id = await client.create(RULE)
    store(history=[{"rule_id": rule_id, "alert_type": "t", "timestamp": "2026-01-01T00:00:01"}])
    assert (await client.call("DeleteRule", pb.DeleteRuleRequest(rule_id=rule_id))).ok
    for call in (
        client.call("DeleteRule", pb.DeleteRuleRequest(rule_id=rule_id)),
        client.call("GetRule", pb.GetRuleRequest(rule_id=rule_id)),
    ):
        with pytest.raises(refused) as error:
            await call
        assert error.value == refused(
            grpc.StatusCode.NOT_FOUND, "RULE_NOT_FOUND", f"告警规则不存在: {rule_id}"
        )
    assert (await client.history())["items"][0]["rule_id"] == rule_id
    assert await client.create(RULE) > rule_id


async def test_history_is_typed(client, store):
    """Nulls are unset, JSON is JSON."""
    store(
        history=[
            {
                "rule_id": 2,
                "camera_id": "cam0",
                "alert_type": "violation",
                "message": "msg 中文",
                "details": {"k": 1},
                "notification_sent": True,
                "notification_channels_used": ["email"],
                "timestamp": "2026-01-01T00:00:01.500000",
            },
            {"alert_type": "system", "timestamp": "2026-01-01T00:00:02"},
        ]
    )
    reply = await client.call("ListHistory", pb.ListHistoryRequest(limit=10))
    assert reply.count == 2
    newest, oldest = (
        json_format.MessageToDict(item, preserving_proto_field_name=True) for item in reply.items
    )
    assert newest == {
        "id": 2,
        "alert_type": "system",
        "timestamp": "2026-01-01T00:00:02",
        "details": None,
        "notification_channels_used": None,
    }
    assert oldest == {
        "id": 1,
        "rule_id": 2,
        "camera_id": "cam0",
        "alert_type": "violation",
        "message": "msg 中文",
        "details": {"k": 1},
        "notification_sent": True,
        "notification_channels_used": ["email"],
        "timestamp": "2026-01-01T00:00:01.500000",
    }


@pytest.mark.parametrize(
    ("method", "request_message"),
    [
        ("GetRule", pb.GetRuleRequest()),
        ("DeleteRule", pb.DeleteRuleRequest(rule_id=-1)),
        ("UpdateRule", pb.UpdateRuleRequest(rule=pb.Rule(name="n"))),
        ("CreateRule", pb.CreateRuleRequest()),
        ("ListHistory", pb.ListHistoryRequest(limit=0)),
        ("ListRules", pb.ListRulesRequest(camera_id="\0")),
    ],
)
async def test_bad_requests_are_refused(client, refused, method, request_message):
    """Every method says INVALID_ARGUMENT for what can never be right."""
    with pytest.raises(refused) as error:
        await client.call(method, request_message)
    assert error.value.code is grpc.StatusCode.INVALID_ARGUMENT
    assert error.value.reason == "INVALID_ARGUMENT"
