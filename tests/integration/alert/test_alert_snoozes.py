"""Rules that are silent until a time: what channels hear of them, on the real thing."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from camplane.alert.v1 import alert_service_pb2 as pb
from grpc import StatusCode

from alert_service.settings import Notifying
from servicekit.database.connections import Database, parse_url
from servicekit.webhooks.rules import LOOPBACK, WebhookRules
from servicekit.webhooks.target import Target
from tests.integration.alert.reporting import report
from tests.integration.webhook_receiver import WebhookReceiver

SECONDS = 20
OFFLINE = {"name": "Offline", "rule_type": "camera_offline", "conditions": {}}
VIEWER = (("x-camplane-unmasked", "operator,admin"), ("camplane-roles", '["viewer"]'))
HERE = WebhookRules.told_by({LOOPBACK: "true"})


@dataclass(frozen=True)
class Sides:
    """A client of each implementation, and who is told."""

    domain: Any
    legacy: Any
    receiver: WebhookReceiver

    def told(self) -> list[tuple[str, str]]:
        """Return which camera each document is of, and what it says."""
        documents = [json.loads(one.body) for one in self.receiver.received]
        return [(one["data"]["camera_id"], one["type"]) for one in documents]

    async def until_told(self, *expected: tuple[str, str]) -> None:
        async with asyncio.timeout(SECONDS):
            while len(self.told()) < len(expected):
                await asyncio.sleep(0.02)
        assert sorted(self.told()) == sorted(expected)


@pytest.fixture
async def sides(serving: Any, database_url: str) -> AsyncIterator[Sides]:
    url = parse_url(database_url)
    async with WebhookReceiver() as receiver:
        notifying = Notifying({"plant": Target(receiver.url())}, HERE)
        async with (
            serving("domain", Database("alert", url), notifying) as domain,
            serving("legacy", Database("alert", url)) as legacy,
        ):
            yield Sides(domain, legacy, receiver)


async def fires(client: Any, count: int) -> list[Any]:
    """Return the alerts that fire when there are so many."""
    request = pb.ListAlertsRequest(state="firing")
    async with asyncio.timeout(SECONDS):
        while len(found := (await client.typed.ListAlerts(request)).items) != count:
            await asyncio.sleep(0.02)
    return sorted(found, key=lambda one: one.camera_id)


def request(rule_id: int, seconds: float, **more: Any) -> pb.SnoozeRuleRequest:
    asked = pb.SnoozeRuleRequest(rule_id=rule_id, **{"snoozed_by": "alice", **more})
    asked.until.FromNanoseconds(int((time.time() + seconds) * 1e9))
    return asked


async def test_what_fires_while_its_rule_is_silent_is_kept_and_told_at_the_end(
    sides: Sides,
) -> None:
    """If it still fires then; another camera of the rule is heard all the time."""
    rule_id = await sides.legacy.create({**OFFLINE, "notification_channels": ["plant"]})
    for camera_id in ("a", "b"):
        await sides.legacy.call("SnoozeRule", request(rule_id, 600, camera_id=camera_id))
    await report(sides.domain, "source_failed", "a", "b", "c")
    assert [one.silent for one in await fires(sides.legacy, 3)] == [True, True, False]
    await sides.until_told(("c", "alert.firing"))
    await report(sides.domain, "source_recovered", "b", "c")
    await fires(sides.domain, 1)
    await sides.until_told(("c", "alert.firing"), ("c", "alert.resolved"))
    # Its time comes: here by a shorter one in its place.
    await sides.domain.call("SnoozeRule", request(rule_id, 0.3, camera_id="a"))
    before = (("c", "alert.firing"), ("c", "alert.resolved"))
    await sides.until_told(*before, ("a", "alert.firing"))
    (one,) = await fires(sides.domain, 1)
    told = json.loads(sides.receiver.received[-1].body)["data"]
    assert (told["alert_id"], told["history_id"]) == (one.id, one.history_id)
    assert (one.silent, told["count"], told["event"]["type"]) == (False, 1, "source_failed")
    await report(sides.domain, "source_recovered", "a")
    await sides.until_told(*before, ("a", "alert.firing"), ("a", "alert.resolved"))


async def test_the_end_of_what_was_told_before_is_told_while_the_rule_is_silent(
    sides: Sides,
) -> None:
    """Or whoever was called would wait for it; and a snooze that is ended early is over."""
    rule_id = await sides.domain.create({**OFFLINE, "notification_channels": ["plant"]})
    await report(sides.domain, "source_failed", "a")
    await sides.until_told(("a", "alert.firing"))
    await sides.domain.call("SnoozeRule", request(rule_id, 600))
    await report(sides.domain, "source_recovered", "a")
    await sides.until_told(("a", "alert.firing"), ("a", "alert.resolved"))
    await report(sides.domain, "crash_loop", "b")
    assert (await fires(sides.domain, 1))[0].silent
    await sides.legacy.call("EndSnooze", pb.EndSnoozeRequest(rule_id=rule_id))
    before = (("a", "alert.firing"), ("a", "alert.resolved"))
    await sides.until_told(*before, ("b", "alert.firing"))


async def test_snoozes_are_listed_replaced_and_ended_on_either_side(
    sides: Sides, refused: type[Exception]
) -> None:
    rule_id = await sides.domain.create(OFFLINE)
    of_one = await sides.domain.create({**OFFLINE, "camera_id": "hall-1"})
    await sides.legacy.call("SnoozeRule", request(rule_id, 600, reason="password: hunter2"))
    for _ in range(2):
        await sides.domain.call("SnoozeRule", request(of_one, 60, camera_id="hall-1"))
    await sides.domain.call("SnoozeRule", request(rule_id, 60, camera_id="yard-1"))
    mine = (("camplane-cameras", '["hall-*"]'),)
    for client in (sides.domain, sides.legacy):
        found = (await client.typed.ListSnoozes(pb.ListSnoozesRequest())).items
        assert [(one.rule_id, one.camera_id) for one in found] == [
            *((rule_id, ""), (rule_id, "yard-1"), (of_one, "hall-1")),
        ]
        assert (found[0].snoozed_by, found[0].reason) == ("alice", "password: hunter2")
        seen = (await client.typed.ListSnoozes(pb.ListSnoozesRequest(), metadata=VIEWER)).items
        assert "hunter2" not in str(seen)
        seen = (await client.typed.ListSnoozes(pb.ListSnoozesRequest(), metadata=mine)).items
        assert [one.camera_id for one in seen] == ["", "hall-1"]
    of_rule = pb.ListSnoozesRequest(rule_id=of_one)
    (found,) = (await sides.legacy.typed.ListSnoozes(of_rule)).items
    assert found.camera_id == "hall-1"
    end = pb.EndSnoozeRequest(rule_id=rule_id, camera_id="yard-1")
    assert (await sides.legacy.call("EndSnooze", end)).ok
    for asked, code in (
        (end, StatusCode.NOT_FOUND),
        (pb.EndSnoozeRequest(rule_id=999), StatusCode.NOT_FOUND),
        (request(999, 60), StatusCode.NOT_FOUND),
        (request(rule_id, -1), StatusCode.INVALID_ARGUMENT),
        (request(of_one, 60, camera_id="yard-1"), StatusCode.FAILED_PRECONDITION),
        (pb.ListSnoozesRequest(rule_id=0), StatusCode.INVALID_ARGUMENT),
        (request(rule_id, 60, snoozed_by=""), StatusCode.INVALID_ARGUMENT),
    ):
        method = type(asked).__name__.removesuffix("Request")
        with pytest.raises(refused) as error:
            await sides.domain.call(method, asked)
        assert error.value.code == code, asked


async def test_a_token_of_some_cameras_has_only_theirs_silent(sides: Sides) -> None:
    rule_id = await sides.domain.create(OFFLINE)
    mine = (("camplane-cameras", '["hall-*"]'),)
    theirs = request(rule_id, 60, camera_id="hall-1")
    assert (await sides.domain.typed.SnoozeRule(theirs, metadata=mine)).ok
    for asked in (request(rule_id, 60), request(rule_id, 60, camera_id="yard-1")):
        with pytest.raises(Exception, match="the token") as error:
            await sides.domain.typed.SnoozeRule(asked, metadata=mine)
        assert error.value.code() == StatusCode.PERMISSION_DENIED


async def test_a_snooze_that_is_sent_again_with_its_key_undoes_nothing(sides: Sides) -> None:
    rule_id = await sides.domain.create(OFFLINE)
    key = (("idempotency-key", "k1"),)
    first = request(rule_id, 60)
    await sides.domain.typed.SnoozeRule(first, metadata=key)
    end = pb.EndSnoozeRequest(rule_id=rule_id)
    for _ in range(2):
        assert (await sides.legacy.typed.EndSnooze(end, metadata=(("idempotency-key", "k2"),))).ok
        await sides.legacy.typed.SnoozeRule(first, metadata=key)
    assert not (await sides.domain.typed.ListSnoozes(pb.ListSnoozesRequest())).items
