"""Channels that are no webhooks: a real Alertmanager and a real mail server are told."""

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator, Callable
from email import message_from_bytes, policy
from typing import Any

import grpc
import pytest
from aiosmtpd.smtp import SMTP
from camplane.alert.v1 import alert_service_pb2 as pb

from alert_service.application import alertmanager
from alert_service.settings import Notifying
from servicekit.database.connections import Database, parse_url
from servicekit.webhooks.rules import LOOPBACK, WebhookRules
from servicekit.webhooks.target import Kind, Target
from tests.alertmanager import Alertmanager
from tests.integration.alert.conftest import RefusedError
from tests.integration.alert.test_alert_notifications import OFFLINE, ingest
from tests.integration.webhook_receiver import FAULT, WebhookReceiver

SECONDS = 30
MAIL = "CAMPLANE_WEBHOOK_MAIL"
HERE = WebhookRules.told_by({LOOPBACK: "true"})


class Mailbox:
    """An SMTP server's handler. refuses: what it answers to the next letters instead of 250."""

    def __init__(self) -> None:
        self.letters: asyncio.Queue[Any] = asyncio.Queue()
        self.refuses: list[str] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.refuses:
            return self.refuses.pop(0)
        self.letters.put_nowait(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"


@contextlib.asynccontextmanager
async def mail_server() -> AsyncIterator[tuple[Mailbox, str]]:
    """Give a mailbox, and apprise's address of it."""
    box = Mailbox()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(box), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield box, f"mailto://127.0.0.1:{port}/?from=camplane@example.com&to=ops@example.com"
    finally:
        server.close()


async def until(condition: Callable[[], Any]) -> Any:
    async with asyncio.timeout(SECONDS):
        while not (found := await condition()):
            await asyncio.sleep(0.05)
    return found


@pytest.fixture
def database(database_url: str) -> Database:
    return Database("alert", parse_url(database_url))


async def test_an_alertmanager_has_what_fires_until_it_is_over(
    serving: Any, database: Database
) -> None:
    async with Alertmanager() as manager:
        channels = {"ops": Target(manager.url, "", Kind.ALERTMANAGER)}
        async with serving("domain", database, Notifying(channels, HERE)) as client:
            named = {"notification_channels": ["ops"], "priority": "high"}
            rule = await client.create({**OFFLINE, **named})
            await ingest(client, "source_failed", "gate", "hall")

            async def both() -> Any:
                return len(found := await manager.active()) == 2 and found

            found = await until(both)
            by_camera = {one["labels"]["camera_id"]: one for one in found}
            assert by_camera["gate"]["labels"] == {
                "alertname": "Offline",
                "rule_id": str(rule),
                "rule_type": "camera_offline",
                "camera_id": "gate",
                "severity": "high",
            }
            said = by_camera["gate"]["annotations"]["summary"]
            assert said == "Offline fires for camera gate (source_failed)"
            await ingest(client, "source_recovered", "gate")

            async def one_is_over() -> bool:
                left = [one["labels"]["camera_id"] for one in await manager.active()]
                return left == ["hall"]

            await until(one_is_over)


async def test_an_alertmanager_that_lost_all_is_told_again_of_what_fires_alone(
    serving: Any, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alertmanager, "AGAIN_SECONDS", 0.2)
    async with Alertmanager() as manager:
        channels = {"ops": Target(manager.url, "", Kind.ALERTMANAGER)}
        async with serving("domain", database, Notifying(channels, HERE)) as client:
            rule = {**OFFLINE, "notification_channels": ["ops"]}
            await client.create(rule)
            await client.create({**rule, "name": "Not enabled", "enabled": False})
            await client.create({**OFFLINE, "name": "Told nobody"})
            asleep = await client.create({**rule, "name": "Snoozed"})
            snooze = pb.SnoozeRuleRequest(rule_id=asleep, snoozed_by="alice")
            snooze.until.FromSeconds(int(time.time()) + 600)
            await client.call("SnoozeRule", snooze)
            await ingest(client, "source_failed", "gate", "hall")
            began = await until(manager.active)
            await manager.kill()
            await ingest(client, "source_recovered", "hall")
            await manager.start()

            async def again() -> Any:
                found = await manager.active()
                names = [(one["labels"]["alertname"], one["labels"]["camera_id"]) for one in found]
                return names == [("Offline", "gate")] and found

            (found,) = await until(again)
            known = {one["labels"]["camera_id"]: one["startsAt"] for one in began}
            assert found["startsAt"] == known.get("gate", found["startsAt"])


async def test_people_are_told_by_mail(
    serving: Any, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Again, when the server refuses at first."""
    async with mail_server() as (box, address):
        monkeypatch.setenv(MAIL, address)
        box.refuses.append("451 later")
        channels = {"mail": Target("", MAIL, Kind.APPRISE)}
        async with serving("domain", database, Notifying(channels, HERE)) as client:
            await client.create({**OFFLINE, "notification_channels": ["mail"], "priority": "high"})
            await ingest(client, "source_failed", "gate")
            async with asyncio.timeout(SECONDS):
                letter = await box.letters.get()
    assert letter["Subject"] == "Offline fires for camera gate (source_failed)"
    assert letter["To"] == "ops@example.com"
    text = letter.get_body(("plain", "html")).get_content()
    for line in ("camera: gate", "rule: Offline", "priority: high"):
        assert line in text


@pytest.mark.parametrize("implementation", ["legacy", "domain"])
async def test_a_channel_that_is_tried_says_whether_it_took_a_message(
    serving: Any,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    implementation: str,
) -> None:
    async with WebhookReceiver() as receiver, mail_server() as (box, address):
        monkeypatch.setenv(MAIL, address)
        monkeypatch.setenv("CAMPLANE_WEBHOOK_ODD", "hunter2://nothing")
        channels = {
            "plant": Target(receiver.url()),
            "mail": Target("", MAIL, Kind.APPRISE),
            "odd": Target("", "CAMPLANE_WEBHOOK_ODD", Kind.APPRISE),
            "unset": Target("", "CAMPLANE_WEBHOOK_UNSET", Kind.APPRISE),
            "path": Target("", "PATH", Kind.APPRISE),
            "gone": Target("http://127.0.0.1:9", "", Kind.ALERTMANAGER),
        }
        async with serving(implementation, database, Notifying(channels, HERE)) as client:

            async def tried(channel: str) -> tuple[bool, str]:
                answer = await client.call("TestChannel", pb.TestChannelRequest(channel=channel))
                return answer.delivered, answer.error

            assert await tried("plant") == (True, "")
            assert await tried("mail") == (True, "")
            receiver.answers.append(FAULT)
            assert await tried("plant") == (False, "answered 503")
            box.refuses.append("550 no")
            assert await tried("mail") == (False, "the other end did not take it, or there is none")
            assert await tried("odd") == (
                False,
                "CAMPLANE_WEBHOOK_ODD holds no address that apprise knows",
            )
            _, unset = await tried("unset")
            assert unset.startswith("CAMPLANE_WEBHOOK_UNSET is not set")
            _, not_listed = await tried("path")
            assert not_listed.startswith("urlEnv must be a variable that webhooks.secret_env")
            _, gone = await tried("gone")
            assert gone.startswith("no connection")
            with pytest.raises(RefusedError) as refused:
                await tried("nobody")
            assert (refused.value.code, refused.value.reason) == (
                grpc.StatusCode.NOT_FOUND,
                "CHANNEL_NOT_FOUND",
            )
            assert "there are gone, mail, odd" in refused.value.message
            monkeypatch.setitem(sys.modules, "apprise", None)
            _, missing = await tried("mail")
            assert missing == "apprise is not installed: pip install 'camplane[channels]'"
            listed = await client.call("ListChannels", pb.ListChannelsRequest())
            assert [(one.name, one.kind) for one in listed.items] == [
                ("gone", "alertmanager"),
                *((name, "apprise") for name in ("mail", "odd", "path")),
                ("plant", "webhook"),
                ("unset", "apprise"),
            ]
    letter = box.letters.get_nowait()
    assert letter["Subject"] == "This is how camplane tells channel mail of an alert"


async def test_a_mail_server_that_hangs_holds_up_its_own_channel_alone(
    serving: Any, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alert_service.adapters.apprise_sender.TIMEOUT_SECONDS", 0.5)
    silent = await asyncio.start_server(lambda reader, writer: reader.read(), "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    async with silent, WebhookReceiver() as receiver:
        monkeypatch.setenv(MAIL, f"json://127.0.0.1:{port}/?rto=3")
        channels = {"plant": Target(receiver.url()), "mail": Target("", MAIL, Kind.APPRISE)}
        async with serving("domain", database, Notifying(channels, HERE)) as client:
            await client.create({**OFFLINE, "notification_channels": ["mail", "plant"]})
            began = time.monotonic()
            answer = await client.call("TestChannel", pb.TestChannelRequest(channel="mail"))
            assert answer.error == "not done within 0.5 s"
            await ingest(client, "source_failed", "gate")

            async def is_told() -> bool:
                return bool(receiver.received)

            await until(is_told)
            assert time.monotonic() - began < SECONDS
