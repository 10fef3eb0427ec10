"""Secrets in alert rules: who reads none, and what is written back; both contracts, either side."""

import json
from typing import Any

import grpc
import pytest
from camplane.alert.v1 import alert_rest_service_pb2 as rest_pb
from camplane.alert.v1 import alert_service_pb2 as pb
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.json_format import MessageToDict, ParseDict

SECRET = "hunter2-of-the-hook"
RULE: dict[str, Any] = {
    "name": f"Crowd (see https://wiki.example/{SECRET})",
    "camera_id": "gate",
    "rule_type": "violation_threshold",
    "conditions": {"threshold": 5, "window": {"minutes": 3}, "pin": 4711, "kennwort": SECRET},
    "notification_channels": [
        "email",
        {"type": "webhook", "url": f"https://h/{SECRET}", "on": True},
    ],
    "recipients": [f"smtp://user:{SECRET}@mail.example", {"password": SECRET, "port": 25}],
    "enabled": True,
    "priority": "high",
}
SHOWN = {
    **RULE,
    "name": "Crowd (see https://wiki.example/***",
    "conditions": {"threshold": 5, "window": {"minutes": 3}, "pin": "***", "kennwort": "***"},
    "notification_channels": ["email", {"type": "webhook", "url": "***", "on": True}],
    "recipients": ["***", {"password": "***", "port": "***"}],
}
JSON_FIELDS = ("conditions", "notification_channels", "recipients")
Metadata = tuple[tuple[str, str], ...]


def asking(roles: str) -> Metadata:
    return (("x-camplane-unmasked", "operator,admin"), ("camplane-roles", roles))


def fields(rule: dict[str, Any]) -> dict[str, Any]:
    return {name: rule[name] for name in RULE}


async def rest_reads(client: Any, rule_id: int, metadata: Metadata) -> list[dict[str, Any]]:
    listed = await client.rest.ListRules(
        rest_pb.AlertRestServiceListRulesRequest(), metadata=metadata
    )
    named = rest_pb.AlertRestServiceGetRuleRequest(rule_id=rule_id)
    one = await client.rest.GetRule(named, metadata=metadata)
    return [*map(fields, json.loads(listed.body.data)["items"]), fields(json.loads(one.body.data))]


async def typed_reads(client: Any, rule_id: int, metadata: Metadata) -> list[dict[str, Any]]:
    found = []
    for size in (0, 1):
        request = pb.ListRulesRequest(page_size=size)
        found += (await client.typed.ListRules(request, metadata=metadata)).items
    found.append(
        (await client.typed.GetRule(pb.GetRuleRequest(rule_id=rule_id), metadata=metadata)).rule
    )
    return [fields(MessageToDict(one, preserving_proto_field_name=True)) for one in found]


@pytest.mark.parametrize(
    ("roles", "seen"), [('["viewer"]', SHOWN), ('["releaser"]', SHOWN), ('["operator"]', RULE)]
)
async def test_who_is_no_operator_reads_no_secret_of_a_rule(
    client: Any, roles: str, seen: dict[str, Any]
) -> None:
    """Wherever it stands; what was read is written back, and nothing is lost by it."""
    rule_id = await client.create(RULE)
    read = await rest_reads(client, rule_id, asking(roles))
    read += await typed_reads(client, rule_id, asking(roles))
    assert read == [seen] * 5
    await client.update(rule_id, {**seen, "priority": "low"})
    assert fields(await client.rule(rule_id)) == {**RULE, "priority": "low"}
    back = ParseDict(seen, pb.Rule())
    request = pb.UpdateRuleRequest(
        rule_id=rule_id, rule=back, update_mask=FieldMask(paths=list(RULE))
    )
    assert (await client.call("UpdateRule", request)).ok
    assert fields(await client.rule(rule_id)) == RULE


@pytest.mark.parametrize(
    "changes",
    [
        {"recipients": ["***", "***"]},
        {"recipients": {"a": ["***"]}},
        {"conditions": {"threshold": "***"}},
        {"notification_channels": "***"},
        {"name": "Crowd ***"},
    ],
)
async def test_a_mask_that_stands_for_nothing_in_a_rule_is_refused(
    client: Any, refused: Any, changes: dict[str, Any]
) -> None:
    """By each way in; else it would be stored in the secret's place."""
    rule_id = await client.create({**RULE, "recipients": [SECRET]})
    typed = ParseDict(changes, pb.Rule())
    new = ParseDict({**RULE, **changes}, pb.Rule())
    mask = FieldMask(paths=list(changes))
    update = pb.UpdateRuleRequest(rule_id=rule_id, rule=typed, update_mask=mask)
    for write in (
        lambda: client.update(rule_id, changes),
        lambda: client.create({**RULE, **changes}),
        lambda: client.call("UpdateRule", update),
        lambda: client.call("CreateRule", pb.CreateRuleRequest(rule=new)),
    ):
        with pytest.raises(refused, match="which stands for a secret") as found:
            await write()
        assert found.value.code == grpc.StatusCode.INVALID_ARGUMENT
    assert fields(await client.rule(rule_id)) == {**RULE, "recipients": [SECRET]}
