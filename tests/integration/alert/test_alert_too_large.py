"""A list that is larger than a message says so, and hides nothing."""

from datetime import datetime

import grpc
import pytest
from camplane.alert.v1 import alert_service_pb2 as pb
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.json_format import ParseDict
from sqlalchemy import insert

from alert_service.shared_state.tables import alert_rules
from servicekit.database.connections import Database, parse_url

# As a monolith may have stored them: we take none of this size.
LARGE = {"name": "n", "rule_type": "t", "conditions": {"note": "x" * 1_000_000}}


async def test_a_list_too_large_is_refused_in_words_and_each_of_it_can_be_had(
    serving, implementation, sqlite_url, refused
):
    """By both contracts; the rules in it are read one by one, or by pages, all the same."""
    async with serving(implementation, Database("alert", parse_url(sqlite_url))) as client:
        with Database("alert", parse_url(sqlite_url)).write() as connection:
            ids = list(range(1, 18))
            times = dict.fromkeys(("created_at", "updated_at"), datetime(2026, 11, 30))
            connection.execute(insert(alert_rules), [{"id": one, **LARGE, **times} for one in ids])
        for asked in (client.rules(), client.call("ListRules", pb.ListRulesRequest())):
            with pytest.raises(refused) as error:
                await asked
            said = error.value
            assert said.code is grpc.StatusCode.RESOURCE_EXHAUSTED
            assert said.reason == "ANSWER_TOO_LARGE"
            assert "a message holds 16,777,216" in said.message
        assert (await client.rule(ids[-1]))["conditions"] == LARGE["conditions"]
        told, token = [], ""
        while token or not told:
            request = pb.ListRulesRequest(page_size=1000, page_token=token)
            answer = await client.call("ListRules", request)
            told += [one.id for one in answer.items]
            token = answer.next_page_token
            assert answer.ByteSize() < 4 << 20
        assert told == ids


async def test_a_rule_beyond_what_lists_can_hold_is_taken_by_no_way_in(client, refused):
    """Some dozen of them would be in every list, and none could be read any more."""
    rule = {"name": "n", "rule_type": "t", "conditions": {}}
    rule_id = await client.create(rule)
    for value in ("x" * 70_000, [0] * 1001):
        typed = ParseDict({**rule, "recipients": value}, pb.Rule())
        mask = FieldMask(paths=["recipients"])
        update = pb.UpdateRuleRequest(rule_id=rule_id, rule=typed, update_mask=mask)
        for write in (
            client.create({**rule, "recipients": value}),
            client.update(rule_id, {"recipients": value}),
            client.call("CreateRule", pb.CreateRuleRequest(rule=typed)),
            client.call("UpdateRule", update),
        ):
            with pytest.raises(refused, match="recipients must hold at most") as error:
                await write
            assert error.value.code is grpc.StatusCode.INVALID_ARGUMENT
    assert [one["recipients"] for one in (await client.rules())["items"]] == [None]
