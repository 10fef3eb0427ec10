"""A list that is larger than a message says so, and hides nothing."""

import grpc
import pytest
from camplane.alert.v1 import alert_service_pb2 as pb

from servicekit.database import Database, parse_url

LARGE = {"name": "n", "rule_type": "t", "conditions": {"note": "x" * 1_000_000}}


async def test_a_list_too_large_is_refused_in_words_and_each_of_it_can_be_had(
    serving, implementation, sqlite_url, refused
):
    """By both contracts; the rules in it are read one by one, or by pages, all the same."""
    async with serving(implementation, Database("alert", parse_url(sqlite_url))) as client:
        ids = [await client.create(LARGE) for _ in range(17)]
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
