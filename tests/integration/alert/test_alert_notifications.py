"""Who is to be told of an alert is told, by a real receiver's word, whatever dies or hangs."""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from camplane.alert.v1 import alert_rest_service_pb2 as rest_pb
from google.api import httpbody_pb2

from alert_service.adapters.database import notifications
from alert_service.adapters.database.notifications import NotificationOutbox
from alert_service.entrypoints.metrics import metrics
from alert_service.settings import Notifying
from alert_service.shared_state.channel_status import channel_status
from servicekit.database.connections import Database, parse_url
from servicekit.webhooks.rules import LOOPBACK, WebhookRules
from servicekit.webhooks.target import Target
from tests.integration.webhook_receiver import FAULT, HANG, Received, WebhookReceiver

SECONDS = 30
KEY = "CAMPLANE_WEBHOOK_PLANT"
HERE = WebhookRules.told_by({LOOPBACK: "true"})
OFFLINE = {"name": "Offline", "rule_type": "camera_offline", "conditions": {}}


async def ingest(client: Any, kind: str, *cameras: str) -> None:
    events = [
        {"event_id": os.urandom(8).hex(), "camera_id": one, "type": kind, "time": time.time()}
        for one in cameras
    ]
    body = httpbody_pb2.HttpBody(data=json.dumps({"events": events}).encode())
    answer = await client.rest.IngestEvents(rest_pb.AlertRestServiceIngestEventsRequest(body=body))
    assert answer.stored == len(cameras)


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(SECONDS):
        while not condition():
            await asyncio.sleep(0.02)


async def noted(client: Any, count: int) -> list[dict[str, Any]]:
    """Return the history, oldest first, when so many of its alerts were told."""
    async with asyncio.timeout(SECONDS):
        while True:
            found = (await client.history(limit=1000))["items"]
            if sum(one["notification_sent"] for one in found) >= count:
                return sorted(found, key=lambda one: one["id"])
            await asyncio.sleep(0.05)


def data(one: Received) -> dict[str, Any]:
    return json.loads(one.body)["data"]


def told(receiver: WebhookReceiver) -> list[tuple[str, str]]:
    """Return which camera each document is of, and what it says."""
    documents = [json.loads(one.body) for one in receiver.received]
    return [(one["data"]["camera_id"], one["type"]) for one in documents]


def failing(database: Database, channel: str) -> int:
    """Return how often what waits for a channel was tried in vain."""
    (family,) = [
        one
        for one in metrics(database, [channel])
        if one.name == "camplane_alert_notifications_failing"
    ]
    return {one.labels["channel"]: int(one.value) for one in family.samples}[channel]


async def test_a_channel_is_told_signed_and_the_history_says_so(
    serving: Any, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY, "hunter2-key")
    database = Database("alert", parse_url(database_url))
    async with WebhookReceiver() as receiver:
        channels = {"plant": Target(receiver.url(), KEY)}
        async with serving("domain", database, Notifying(channels, HERE)) as client:
            named = {"notification_channels": ["email", "plant"], "priority": "high"}
            rule = await client.create({**OFFLINE, **named})
            await client.create({**OFFLINE, "name": "Quiet", "notification_channels": ["email"]})
            await ingest(client, "source_failed", "gate")
            entries = await noted(client, 1)
            await ingest(client, "source_recovered", "gate")
            entries = await noted(client, 2)
    of_rule = [one for one in entries if one["rule_id"] == rule]
    assert told(receiver) == [("gate", "alert.firing"), ("gate", "alert.resolved")]
    assert [one["notification_channels_used"] for one in of_rule] == [["plant"]] * 2
    assert [one["notification_sent"] for one in entries] == [
        one["rule_id"] == rule for one in entries
    ]
    got = receiver.received[0]
    signed = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode() + got.body
    digest = hmac.new(b"hunter2-key", signed, hashlib.sha256).digest()
    assert got.headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()
    document = data(got)
    assert document.pop("event")["type"] == "source_failed"
    assert document == {
        "alert_id": of_rule[0]["details"]["alert_id"],
        "history_id": of_rule[0]["id"],
        "rule_id": rule,
        "rule_type": "camera_offline",
        "rule_name": "Offline",
        "priority": "high",
        "camera_id": "gate",
        "message": of_rule[0]["message"],
        "since": of_rule[0]["details"]["at"],
        "count": 1,
    }


async def test_what_a_channel_refuses_or_never_answers_holds_up_nothing_else(
    serving: Any, database_url: str
) -> None:
    """One rule's alert is refused at first, and another channel hangs all the time."""
    database = Database("alert", parse_url(database_url))
    async with (
        WebhookReceiver(answers=[FAULT]) as good,
        WebhookReceiver(answers=[HANG] * 99) as bad,
    ):
        channels = {"good": Target(good.url()), "bad": Target(bad.url())}
        async with serving("domain", database, Notifying(channels, HERE)) as client:
            both = {"notification_channels": ["bad", "good"]}
            for number in range(6):
                await client.create({**OFFLINE, **both, "camera_id": f"c{number}"})
            await ingest(client, "source_failed", "c0")
            await until(lambda: good.received and bad.received)
            await ingest(client, "source_failed", *(f"c{number}" for number in range(1, 6)))
            entries = await noted(client, 6)
            assert len(entries) == 6
            assert {tuple(one["notification_channels_used"]) for one in entries} == {("good",)}
            assert told(good)[-1] == told(good)[0] == ("c0", "alert.firing")
            assert len({one.headers["webhook-id"] for one in good.received}) == 6
            assert len(good.received) == 7 and len(bad.received) <= 4
            assert failing(database, "good") == 0
            bad.answers.clear()
    # Attempts that were cut short are made again by whoever comes next.
    async with WebhookReceiver() as repaired:
        channels = {"bad": Target(repaired.url())}
        database = Database("alert", parse_url(database_url))
        async with serving("domain", database, Notifying(channels, HERE)) as client:
            await until(lambda: len(repaired.received) == 6)
            async with asyncio.timeout(SECONDS):
                while not all(
                    one["notification_channels_used"] == ["good", "bad"]
                    for one in (await client.history())["items"]
                ):
                    await asyncio.sleep(0.05)


async def test_killed_again_and_again_every_alert_is_told_under_one_id(
    serving: Any, process: Any, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None is lost, none is twice in the history; what is told twice has the same id."""
    draw = random.Random(11)
    async with WebhookReceiver() as receiver:
        channels = {"plant": {"webhook": {"url": receiver.url()}}}
        monkeypatch.setenv("CAMPLANE_ALERT_CHANNELS", json.dumps(channels))
        async with serving("legacy", Database("alert", parse_url(database_url))) as client:
            named = {"notification_channels": ["plant"]}
            for _ in range(3):
                await client.create({**OFFLINE, **named})
            reported = 0
            for _ in range(4):
                async with process("domain", database_url) as running:
                    kill_at = draw.randrange(6)
                    for number in range(6):
                        if number == kill_at:
                            await asyncio.sleep(draw.random() / 5)
                            os.kill(running.pid, signal.SIGKILL)
                        reported += 1
                        kinds = ("source_recovered", "source_failed")
                        await ingest(client, kinds[reported % 2], "a", "b")
            async with process("domain", database_url):
                entries = await noted(client, reported * 6)
    assert len(entries) == reported * 6
    told = Counter((one["rule_id"], one["details"]["event"]["event_id"]) for one in entries)
    assert set(told.values()) == {1}
    ids = {(data(one)["history_id"], one.headers["webhook-id"]) for one in receiver.received}
    assert sorted(history_id for history_id, _ in ids) == [one["id"] for one in entries]
    assert len({message_id for _, message_id in ids}) == len(entries)


async def test_only_who_holds_the_lease_delivers_and_what_waits_is_bounded(
    serving: Any, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database("alert", parse_url(database_url))
    async with WebhookReceiver(answers=[HANG]) as receiver:
        channels = {"plant": Target(receiver.url())}
        async with serving("domain", database, Notifying(channels, HERE)) as client:
            await client.create({**OFFLINE, "notification_channels": ["plant"]})
            await ingest(client, "source_failed", "a", "b", "c")
            await until(lambda: receiver.received)
    again = Database("alert", parse_url(database_url))
    with contextlib.closing(again):
        assert NotificationOutbox(again, channels, lambda: 2).heads() == []
        outbox = NotificationOutbox(again, channels, lambda: 1)
        (first,) = outbox.heads()
        monkeypatch.setattr(notifications, "MAX_WAITING", 1)
        outbox.prune(time.time())
        (last,) = outbox.heads()
        assert last.number == first.number + 2
        with again.read() as connection:
            assert channel_status(connection) == [("plant", 1, 0, 2)]
        outbox.prune(time.time() + notifications.KEPT_SECONDS + 60)
        assert outbox.heads() == []
