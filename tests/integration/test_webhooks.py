"""Webhooks to a real receiver that fails, hangs, redirects and recovers."""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import shutil
import socket
import sqlite3
import ssl
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.rollout.decisions.store import RolloutStore
from gateway.rollout.notifications.outbox import MAX_GIVEN_UP, Outbox
from gateway.rollout.plan.model import Notification
from servicekit.database.connections import Database, parse_url
from servicekit.threads import Threads
from servicekit.webhooks import deliveries, post
from servicekit.webhooks.deliveries import Deliveries
from servicekit.webhooks.post import Post
from servicekit.webhooks.rules import DENY, LOOPBACK, SECRETS, WebhookRules
from tests.integration.webhook_receiver import (
    DRIP,
    DROP,
    ECHO,
    ENDLESS,
    FAULT,
    HANG,
    WebhookReceiver,
)

SECONDS = 60.0
KEY = "CAMPLANE_WEBHOOK_SECRET"
SECRET = "hunter2-key"
DAY = 24 * 3600.0
OURS = ("gateway", "httpx", "servicekit")


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_764_000_000.0

    def __call__(self) -> float:
        return self.now


class Gateway:
    """rollout.db and what delivers from it, as the control process has them."""

    def __init__(
        self,
        path: Path,
        clock: Clock,
        environment: dict[str, str],
        lock_seconds: float,
        rules: WebhookRules,
    ) -> None:
        self.database = Database(
            "rollout", parse_url(f"sqlite:///{path}"), lock_seconds=lock_seconds
        )
        self.outbox = Outbox(self.database)
        self.clock = clock
        self._threads = Threads(2, "test")
        self.sender = Post(environment, rules)
        self.deliveries = Deliveries(self.outbox, self._threads, self.sender, clock)

    def add(self, seq: int, *urls: str, secret_env: str = KEY) -> None:
        notifications = [Notification(url, secret_env) for url in urls]
        with self.database.write() as connection:
            self.outbox.add(connection, seq, notifications, {"seq": seq, "é": 1}, self.clock())
        self.deliveries.wake()

    def pass_time(self, seconds: float = 300.0) -> None:
        """Let so much time pass that what waits is due."""
        self.clock.now += seconds
        self.deliveries.wake()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.deliveries.run())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            await self.sender.close()

    def close(self) -> None:
        self._threads.close()
        self.database.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    store = RolloutStore(tmp_path / "rollout.db")
    store.prepare()
    store.close()
    return tmp_path / "rollout.db"


@pytest.fixture
def start(path: Path) -> Iterator[Callable[..., Gateway]]:
    """Starts a control process; the clock goes on over restarts."""
    clock, started = Clock(), []

    def start(key: str = SECRET, lock_seconds: float = 5.0, **rules: str) -> Gateway:
        environment = {KEY: key, "HOME_SECRET": SECRET}
        allowed = WebhookRules.told_by({LOOPBACK: "true", **rules})
        found = Gateway(path, clock, environment, lock_seconds, allowed)
        started.append(found)
        return found

    yield start
    for one in started:
        one.close()


@pytest.fixture(autouse=True)
def nothing_secret_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level("DEBUG")
    yield
    said = [record for record in caplog.records if record.name.split(".")[0] in OURS]
    assert not [record for record in said if "hunter2" in record.getMessage()]


@pytest.fixture
async def receiver() -> AsyncIterator[WebhookReceiver]:
    async with WebhookReceiver() as found:
        yield found


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(SECONDS):
        while not condition():
            await asyncio.sleep(0.01)


def rows(gateway: Gateway) -> list[tuple[int, int, int]]:
    """Return seq, failures and given_up of each row."""
    with contextlib.closing(sqlite3.connect(gateway.database.url.database or "")) as connection:
        return connection.execute(
            "SELECT seq, failures, given_up FROM webhook_deliveries ORDER BY seq"
        ).fetchall()


def numbers(receiver: WebhookReceiver) -> list[int]:
    return [int(one.headers["webhook-id"].split("_")[1]) for one in receiver.received]


async def test_a_document_arrives_signed_and_is_forgotten(start, receiver) -> None:
    gateway = start()
    async with gateway.running():
        gateway.add(7, receiver.url())
        await until(lambda: receiver.received and not rows(gateway))
    (got,) = receiver.received
    assert got.path == "/hook?token=hunter2"
    assert json.loads(got.body) == {"seq": 7, "é": 1}
    assert got.headers["content-type"] == "application/json"
    message_id, made = got.headers["webhook-id"], got.headers["webhook-timestamp"]
    assert message_id.startswith("decision_7_")
    text = f"{message_id}.{made}.".encode() + got.body
    digest = hmac.new(SECRET.encode(), text, hashlib.sha256).digest()
    assert got.headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()
    assert int(made) == gateway.clock.now


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (FAULT, "answered 503"),
        (FAULT.replace(b"503", b"404"), "answered 404"),
        (DROP, "no answer: it broke off, or is no HTTP"),
        (ECHO, "no answer: it broke off, or is no HTTP"),
        (HANG, "no answer within 1 s"),
        (DRIP, "no answer within 1 s"),
    ],
)
async def test_what_fails_is_sent_again_until_it_arrives(
    start, receiver, monkeypatch, answer: bytes | str, said: str
) -> None:
    if "within" in said:
        monkeypatch.setattr(post, "TIMEOUT_SECONDS", 1.0)
    receiver.answers = [answer, answer]
    gateway = start()
    async with gateway.running():
        gateway.add(1, receiver.url())
        await until(lambda: rows(gateway) == [(1, 1, 0)])
        (status,) = gateway.outbox.status()
        assert (status.waiting, status.failures, status.error) == (1, 1, said)
        assert status.origin == f"http://127.0.0.1:{receiver.port}"
        assert 1 <= status.next_at - gateway.clock.now <= 300
        gateway.pass_time()
        await until(lambda: rows(gateway) == [(1, 2, 0)])
        # A machine so busy that even the good answer comes late tries once more.
        await until(lambda: not rows(gateway) or gateway.pass_time(20))
    assert len(receiver.received) >= 3 and set(numbers(receiver)) == {1}
    assert len({(one.body, one.headers["webhook-id"]) for one in receiver.received}) == 1
    assert len({one.headers["webhook-signature"] for one in receiver.received}) >= 3


async def test_nothing_is_sent_before_the_time_of_the_next_try(start, receiver) -> None:
    receiver.answers = [FAULT]
    gateway = start()
    async with gateway.running():
        gateway.add(1, receiver.url())
        await until(lambda: rows(gateway) == [(1, 1, 0)])
        gateway.pass_time(0.5)
        gateway.add(2, receiver.url("/other"))  # it has looked again when this arrives
        await until(lambda: len(receiver.received) == 2)
        assert [one.path for one in receiver.received] == ["/hook?token=hunter2", "/other"]


async def test_each_url_hears_in_order_and_none_waits_for_another(start, receiver) -> None:
    async with WebhookReceiver(answers=[FAULT, FAULT]) as other:
        gateway = start()
        async with gateway.running():
            for seq in range(1, 21):
                gateway.add(seq, receiver.url(), other.url())
            await until(lambda: len(receiver.received) >= 20)
            await until(lambda: rows(gateway)[0] == (1, 1, 0))
            assert numbers(other) == [1]
            gateway.pass_time()
            await until(lambda: rows(gateway)[0] == (1, 2, 0))
            gateway.pass_time()
            await until(lambda: not rows(gateway))
        assert numbers(receiver) == list(range(1, 21))
        assert numbers(other) == [1, 1, *range(1, 21)]


async def test_what_arrives_while_the_outbox_is_read_is_not_sent_again(
    start, receiver, monkeypatch
) -> None:
    """What was read has it still, and nothing is made of that."""
    # An answer that is held back for longer would be an attempt that failed.
    monkeypatch.setattr(post, "TIMEOUT_SECONDS", SECONDS)
    gateway = start()
    heads, was_read = gateway.outbox.heads, threading.Event()

    def read() -> Any:
        found = heads()
        if receiver.received and not was_read.is_set():
            was_read.set()
            given_up = time.monotonic() + SECONDS
            # The first is gone; the next one may stand there by then, and waits for us.
            while 1 in [seq for seq, *_ in rows(gateway)] and time.monotonic() < given_up:
                time.sleep(0.005)
        return found

    monkeypatch.setattr(gateway.outbox, "heads", read)
    receiver.may_answer.clear()
    async with gateway.running():
        gateway.add(1, receiver.url())
        await until(lambda: receiver.received)
        gateway.deliveries.wake()
        await until(was_read.is_set)
        receiver.may_answer.set()
        await until(lambda: not rows(gateway))
        gateway.add(2, receiver.url())
        await until(lambda: not rows(gateway))
    assert numbers(receiver) == [1, 2]


async def test_a_redirect_is_not_followed(start, receiver) -> None:
    async with WebhookReceiver() as elsewhere:
        to = f"HTTP/1.1 307 Temporary Redirect\r\nLocation: {elsewhere.url()}\r\n"
        receiver.answers = [f"{to}Content-Length: 0\r\n\r\n".encode()]
        gateway = start()
        async with gateway.running():
            gateway.add(1, receiver.url())
            await until(lambda: rows(gateway) == [(1, 1, 0)])
            (status,) = gateway.outbox.status()
        assert status.error == "answered 307, a redirect, which is not followed"
        assert not elsewhere.received


@pytest.mark.parametrize("denied", ["literal", "by name"])
async def test_nothing_is_sent_to_a_denied_network(start, receiver, denied: str) -> None:
    """What the URL's name means is looked up once, checked, and that is what is connected to."""
    name = socket.gethostname()
    meant = {str(info[4][0]) for info in socket.getaddrinfo(name, None)} | {"127.0.0.0/8"}
    gateway = start(**{DENY: ",".join(meant)})
    host = name if denied == "by name" else "localhost"
    async with gateway.running():
        gateway.add(1, receiver.url().replace("127.0.0.1", host))
        await until(lambda: rows(gateway) == [(1, 1, 0)])
        (status,) = gateway.outbox.status()
    assert "is not to be connected to; webhooks.networks in camplane.yaml" in status.error
    assert not receiver.received


async def test_only_listed_variables_sign(start, receiver) -> None:
    """A plan cannot have signatures made with any secret of the environment."""
    gateway = start()
    async with gateway.running():
        gateway.add(1, receiver.url(), secret_env="HOME_SECRET")
        await until(lambda: rows(gateway) == [(1, 1, 0)])
        (status,) = gateway.outbox.status()
    assert "webhooks.secret_env in camplane.yaml names: CAMPLANE_WEBHOOK_*" in status.error
    assert not receiver.received
    listed = start(**{SECRETS: "HOME_*"})
    listed.pass_time()
    async with listed.running():
        await until(lambda: receiver.received)
    assert "webhook-signature" in receiver.received[0].headers


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
async def test_a_certificate_is_held_against_the_name_in_the_url(
    start, receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though the connection goes to an address that was looked up, the name must be right."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    make = ("openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt")
    curve = ("ec_paramgen_curve:prime256v1", "-subj", "/CN=localhost")
    names = ("-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate)
    subprocess.run([*make, *curve, *names], check=True, capture_output=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    async with WebhookReceiver(tls=context) as secure:
        good = secure.url().replace("http://127.0.0.1", "https://localhost")
        gateway = start()
        async with gateway.running():
            gateway.add(1, good)
            await until(lambda: secure.received and not rows(gateway))
            gateway.add(2, good.replace("localhost", "127.0.0.1"))
            await until(lambda: rows(gateway) == [(2, 1, 0)])
            (status,) = gateway.outbox.status()
    assert secure.received[0].headers["host"] == f"localhost:{secure.port}"
    assert "certificate" in status.error
    assert numbers(secure) == [1]


async def test_a_body_without_end_is_not_read(start, receiver) -> None:
    receiver.answers = [ENDLESS]
    gateway = start()
    async with gateway.running():
        gateway.add(1, receiver.url())
        await until(lambda: receiver.received and not rows(gateway))
        async with asyncio.timeout(SECONDS):
            await receiver.broken_off.wait()


async def test_what_waits_survives_a_restart_with_its_order_and_its_failures(
    start, receiver
) -> None:
    receiver.answers = [FAULT]
    before = start()
    async with before.running():
        before.add(1, receiver.url())
        await until(lambda: rows(before) == [(1, 1, 0)])
        before.add(2, receiver.url())
    after = start()
    after.pass_time()
    async with after.running():
        await until(lambda: not rows(after))
    assert numbers(receiver) == [1, 1, 2]


async def test_what_is_cut_short_by_a_stop_is_sent_again(start, receiver) -> None:
    receiver.answers = [HANG]
    before = start()
    async with before.running():
        before.add(1, receiver.url())
        await until(lambda: receiver.received)
    assert rows(before) == [(1, 0, 0)]
    after = start()
    async with after.running():
        await until(lambda: not rows(after))
    assert numbers(receiver) == [1, 1]


async def test_without_its_key_nothing_goes_out_and_it_is_said_once(
    start, receiver, caplog: pytest.LogCaptureFixture
) -> None:
    gateway = start(key="")
    async with gateway.running():
        gateway.add(1, receiver.url())
        for failures in (1, 2, 3):
            await until(lambda expected=[(1, failures, 0)]: rows(gateway) == expected)
            gateway.pass_time()
        (status,) = gateway.outbox.status()
        assert f"{KEY} is not set" in status.error
    assert not receiver.received
    assert len([r for r in caplog.records if f"{KEY} is not set" in r.getMessage()]) == 1
    with_key = start()
    async with with_key.running():
        await until(lambda: not rows(with_key) or with_key.pass_time(20))
    assert "webhook-signature" in receiver.received[0].headers


async def test_without_a_key_in_the_plan_it_goes_out_unsigned(start, receiver) -> None:
    gateway = start()
    async with gateway.running():
        gateway.add(1, receiver.url(), secret_env="")
        await until(lambda: receiver.received)
    assert "webhook-signature" not in receiver.received[0].headers


async def test_after_a_day_it_is_given_up_and_said_and_the_next_one_goes(
    start, receiver, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.answers = [FAULT, FAULT]
    gateway = start()
    async with gateway.running():
        gateway.add(1, receiver.url())
        await until(lambda: rows(gateway) == [(1, 1, 0)])
        gateway.clock.now += DAY  # as long as nothing ran, it is tried once more
        gateway.add(2, receiver.url())
        await until(lambda: rows(gateway) == [(1, 2, 1)])
        (status,) = gateway.outbox.status()
    assert numbers(receiver) == [1, 1, 2]
    assert (status.waiting, status.given_up, status.given_up_error) == (0, 1, "answered 503")
    assert "never got number 1, given up: answered 503" in caplog.text


async def test_a_receiver_that_is_not_there_is_tried_again(start) -> None:
    async with WebhookReceiver() as gone:
        url = gone.url()
    gateway = start()
    async with gateway.running():
        gateway.add(1, url)
        await until(lambda: rows(gateway) == [(1, 1, 0)])
        (status,) = gateway.outbox.status()
    assert status.error.startswith("no connection")


async def test_what_arrived_but_cannot_be_noted_is_sent_again(
    start, receiver, monkeypatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(deliveries, "DATABASE_PAUSE_SECONDS", 0.05)
    gateway = start(lock_seconds=0.2)
    gateway.add(1, receiver.url())
    other = sqlite3.connect(str(gateway.database.url.database), isolation_level=None)
    with contextlib.closing(other):
        other.execute("BEGIN IMMEDIATE")  # holds the one place for a writer
        async with gateway.running():
            await until(lambda: "will be sent again: the rollout database" in caplog.text)
            other.execute("ROLLBACK")
            await until(lambda: not rows(gateway))
    assert len(receiver.received) > 1
    assert set(numbers(receiver)) == {1}


def test_what_is_rolled_back_is_never_told_and_what_is_added_twice_once(start) -> None:
    gateway = start()
    one = [Notification("http://h/1", ""), Notification("http://h/1", KEY)]
    with pytest.raises(RuntimeError), gateway.database.write() as connection:
        gateway.outbox.add(connection, 1, one, {}, 0.0)
        raise RuntimeError
    assert rows(gateway) == []
    for _ in range(2):
        with gateway.database.write() as connection:
            gateway.outbox.add(connection, 2, one, {}, 0.0)
            gateway.outbox.add(connection, 3, [], {}, 0.0)
    assert rows(gateway) == [(2, 0, 0)]
    assert gateway.outbox.heads()[0].queue == "http://h/1"


def test_what_was_given_up_is_kept_within_bounds(start) -> None:
    gateway = start()
    assert list(gateway.outbox.status()) == []
    with gateway.database.write() as connection:
        for seq in range(MAX_GIVEN_UP + 20):
            gateway.outbox.add(connection, seq, [Notification("http://h/", "")], {}, 0.0)
    for _ in range(MAX_GIVEN_UP + 20):
        gateway.outbox.give_up(gateway.outbox.heads()[0], "answered 500")
    (status,) = gateway.outbox.status()
    assert (status.waiting, status.given_up) == (0, MAX_GIVEN_UP)
    assert rows(gateway)[0][0] == 20
