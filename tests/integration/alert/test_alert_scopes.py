"""A token of some cameras, as the gateway tells of it: whose rules and history it shows."""

import json
from typing import Any

import grpc
import pytest
from camplane.alert.v1 import alert_rest_service_pb2 as rest_pb
from camplane.alert.v1 import alert_service_pb2 as pb
from google.api import httpbody_pb2
from google.protobuf.field_mask_pb2 import FieldMask

from alert_service.application import scoped

HALLS = (("camplane-cameras", '["hall-*"]'),)
MINE, OTHERS = "hall-1", "yard-1"


def rule(camera_id: str | None) -> dict[str, Any]:
    return {"name": str(camera_id), "rule_type": "x", "conditions": {}, "camera_id": camera_id}


def body(value: Any) -> httpbody_pb2.HttpBody:
    return httpbody_pb2.HttpBody(content_type="application/json", data=json.dumps(value).encode())


async def told(
    method: Any, request: Any, metadata: tuple[tuple[str, str], ...] = HALLS
) -> tuple[str, str]:
    """Return the code and the text of a call of the halls' token."""
    try:
        await method(request, metadata=metadata)
        return "OK", ""
    except grpc.aio.AioRpcError as error:
        return error.code().name, error.details() or ""


@pytest.fixture
async def ids(client: Any) -> dict[str | None, int]:
    """Give the rules of a hall, of a yard and of all cameras, by camera."""
    return {one: await client.create(rule(one)) for one in (MINE, OTHERS, None)}


async def test_rules_of_other_cameras_are_as_if_they_were_not_there(
    client: Any, ids: dict[str | None, int]
) -> None:
    """Neither listed nor shown nor changed; those of all cameras are shown, and not changed."""
    typed = await client.typed.ListRules(pb.ListRulesRequest(), metadata=HALLS)
    assert sorted(one.id for one in typed.items) == sorted([ids[MINE], ids[None]])
    request = rest_pb.AlertRestServiceListRulesRequest()
    listed = json.loads((await client.rest.ListRules(request, metadata=HALLS)).body.data)
    assert {one["camera_id"] for one in listed["items"]} == {MINE, None}
    for camera_id in (OTHERS, "yard-none"):
        code, _ = await told(client.typed.ListRules, pb.ListRulesRequest(camera_id=camera_id))
        assert code == "PERMISSION_DENIED"
    mask, change = FieldMask(paths=["name"]), pb.Rule(name="changed")
    for rule_id, read, written in (
        (ids[OTHERS], "NOT_FOUND", "NOT_FOUND"),
        (9999, "NOT_FOUND", "NOT_FOUND"),
        (ids[None], "OK", "PERMISSION_DENIED"),
        (ids[MINE], "OK", "OK"),
    ):
        get = rest_pb.AlertRestServiceGetRuleRequest(rule_id=rule_id)
        assert (await told(client.typed.GetRule, pb.GetRuleRequest(rule_id=rule_id)))[0] == read
        assert (await told(client.rest.GetRule, get))[0] == read
        update = pb.UpdateRuleRequest(rule_id=rule_id, rule=change, update_mask=mask)
        assert (await told(client.typed.UpdateRule, update))[0] == written
        put = rest_pb.AlertRestServiceUpdateRuleRequest(rule_id=rule_id, body=body({"name": "z"}))
        assert (await told(client.rest.UpdateRule, put))[0] == written
        remove = pb.DeleteRuleRequest(rule_id=rule_id)
        assert (await told(client.typed.DeleteRule, remove))[0] == written
    left = (await client.rules())["items"]
    assert {one["camera_id"]: one["name"] for one in left} == {OTHERS: OTHERS, None: "None"}


async def test_a_rule_is_made_for_and_moved_to_the_tokens_cameras_alone(
    client: Any, ids: dict[str | None, int]
) -> None:
    """Not for all cameras either."""
    for camera_id, expected in (
        (OTHERS, "PERMISSION_DENIED"),
        (None, "PERMISSION_DENIED"),
        ("hall-2", "OK"),
    ):
        made = rest_pb.AlertRestServiceCreateRuleRequest(body=body(rule(camera_id)))
        assert (await told(client.rest.CreateRule, made))[0] == expected
        moved = rest_pb.AlertRestServiceUpdateRuleRequest(
            rule_id=ids[MINE], body=body({"camera_id": camera_id})
        )
        assert (await told(client.rest.UpdateRule, moved))[0] == expected
    kept = {one["id"]: one["camera_id"] for one in (await client.rules())["items"]}
    assert (len(kept), kept[ids[MINE]]) == (4, "hall-2")


async def test_a_repeated_delete_is_answered_as_the_first(
    client: Any, ids: dict[str | None, int]
) -> None:
    """Though the rule by which it was allowed is gone; with another key there is none."""
    remove = pb.DeleteRuleRequest(rule_id=ids[MINE])
    keyed = (*HALLS, ("idempotency-key", "a"))
    assert [(await told(client.typed.DeleteRule, remove, keyed))[0] for _ in range(2)] == ["OK"] * 2
    again = (*HALLS, ("idempotency-key", "b"))
    assert (await told(client.typed.DeleteRule, remove, again))[0] == "NOT_FOUND"


async def test_the_history_is_that_of_the_tokens_cameras(
    client: Any, store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many as are asked for, however many of others lie between, and none of no camera."""
    monkeypatch.setattr(scoped, "MAX_LOOKED_AT", 300)
    others = [(OTHERS, n) for n in range(50)] + [(None, n) for n in range(50)]
    mine = [(MINE, 51), (MINE, 52), (MINE, 0)]
    store(
        history=[
            {"camera_id": one, "alert_type": "t", "message": f"{one}", "timestamp": moment(n)}
            for one, n in (*others, *mine)
        ]
    )
    for asked, expected in ((1, 1), (2, 2), (3, 3), (5, 3)):
        typed = await client.typed.ListHistory(pb.ListHistoryRequest(limit=asked), metadata=HALLS)
        assert [one.camera_id for one in typed.items] == [MINE] * expected
        rest = rest_pb.AlertRestServiceListHistoryRequest(limit=asked)
        shown = json.loads((await client.rest.ListHistory(rest, metadata=HALLS)).body.data)
        assert [one["camera_id"] for one in shown["items"]] == [MINE] * expected
    code, _ = await told(client.typed.ListHistory, pb.ListHistoryRequest(camera_id=OTHERS))
    assert code == "PERMISSION_DENIED"


def moment(minute: int) -> str:
    return f"2026-01-01T{minute // 60:02}:{minute % 60:02}:00"
