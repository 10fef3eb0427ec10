"""How rules stand, and what they would have fired for, told by either implementation."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from camplane.alert.v1 import alert_service_pb2 as pb
from google.protobuf import json_format
from grpc import StatusCode

from alert_service.settings import Notifying
from servicekit.database.connections import Database, parse_url
from servicekit.webhooks.target import Target

OFFLINE = {"name": "Offline", "rule_type": "camera_offline", "conditions": {}}
SECONDS = 20


@pytest.fixture
async def both(serving: Any, database_url: str) -> AsyncIterator[tuple[Any, Any]]:
    """Give a client of domain and one of legacy, on one database."""
    url, notifying = parse_url(database_url), Notifying({"plant": Target("http://127.0.0.1:9/")})
    async with (
        serving("domain", Database("alert", url), notifying) as domain,
        serving("legacy", Database("alert", url), notifying) as legacy,
    ):
        yield domain, legacy


async def report(client: Any, kind: str, *cameras: str, ago: float = 0.0) -> None:
    now = time.time() - ago
    request = pb.IngestEventsRequest()
    for one in cameras:
        event = request.events.add(event_id=f"{kind}-{now}", camera_id=one, type=kind)
        event.time.FromNanoseconds(int(now * 1e9))
    assert (await client.typed.IngestEvents(request)).stored == len(cameras)


async def states(client: Any, page_size: int = 0, **more: Any) -> list[dict[str, Any]]:
    found, token = [], ""
    while True:
        request = pb.ListRuleStatesRequest(page_size=page_size, page_token=token)
        answer = await client.typed.ListRuleStates(request, **more)
        assert not page_size or len(answer.items) <= page_size
        found += [json_format.MessageToDict(one) for one in answer.items]
        token = answer.next_page_token
        if not token:
            return found


async def test_each_rule_says_how_it_stands_or_why_it_does_not(both: tuple[Any, Any]) -> None:
    domain, legacy = both
    of_all = await domain.create({**OFFLINE, "notification_channels": ["plant", "email"]})
    waits = await domain.create({**OFFLINE, "conditions": {"for_seconds": 600}, "camera_id": "a"})
    odd = await legacy.create({**OFFLINE, "rule_type": "custom"})
    off = await legacy.create({**OFFLINE, "enabled": False})
    await report(domain, "source_failed", "b", "Z", "a")
    await report(domain, "source_recovered", "b")
    async with asyncio.timeout(SECONDS):
        while len(found := await states(domain)) < 6 or found[2].get("phase") != "inactive":
            await asyncio.sleep(0.05)
    told = [
        (one["ruleId"], one.get("cameraId"), one.get("phase"), one.get("notEvaluated"))
        for one in found
    ]
    assert told == [
        (of_all, "Z", "firing", None),
        (of_all, "a", "firing", None),
        (of_all, "b", "inactive", None),
        (waits, "a", "pending", None),
        (odd, None, None, "no rule of type custom is evaluated"),
        (off, None, None, "the rule is not enabled"),
    ]
    assert [one.get("unknownChannels") for one in found] == [1, 1, 1, None, None, None]
    assert found[0]["since"] == found[0]["firedAt"] and "firedAt" not in found[3]
    for client in both:
        for page_size in (1, 2, 5, 1000):
            assert await states(client, page_size) == found
    mine = [("camplane-cameras", json.dumps(["a"]))]
    seen = await states(legacy, metadata=mine)
    assert [(one["ruleId"], one.get("cameraId")) for one in seen] == [
        *((of_all, "a"), (waits, "a"), (odd, None), (off, None)),
    ]


async def test_a_rule_is_tried_on_what_was_reported_before(
    both: tuple[Any, Any], refused: type[Exception]
) -> None:
    """On what came before the rule was there, beside other conditions, and to no effect."""
    domain, legacy = both
    for ago in (300, 290, 100):
        await report(domain, "no_hairnet", "a", "b", ago=ago)
    conditions = {"threshold": 2, "duration_seconds": 60}
    rule = {"name": "Two", "rule_type": "violation_threshold", "conditions": conditions}
    rule_id = await domain.create({**rule, "camera_id": "a"})
    request = pb.TestRuleRequest(rule_id=rule_id)
    json_format.ParseDict({"threshold": 1, "duration_seconds": 60}, request.conditions)
    for client in both:
        answer = await client.typed.TestRule(request)
        assert (answer.events, answer.stored.count, answer.given.count) == (3, 1, 2)
        (one,) = answer.stored.firings
        assert one.camera_id == "a" and one.resolved_at > one.fired_at
        assert one.event_id.startswith("no_hairnet-")
    nothing = await legacy.call("TestRule", pb.TestRuleRequest(rule_id=rule_id))
    assert not nothing.HasField("given")
    assert (await domain.history())["count"] == 0
    with pytest.raises(refused) as error:
        await legacy.call("TestRule", pb.TestRuleRequest(rule_id=rule_id + 1))
    assert error.value.code == StatusCode.NOT_FOUND
    late = pb.TestRuleRequest(rule_id=rule_id)
    late.end_time.FromSeconds(int(time.time()) + 3600)
    with pytest.raises(refused) as error:
        await domain.call("TestRule", late)
    assert error.value.code == StatusCode.INVALID_ARGUMENT
