"""The receiver with its thread, its store, and OTLP/gRPC over a real connection."""

import asyncio
import random
import sqlite3
import time
import zlib
from collections.abc import Iterator
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any

import grpc
import orjson
import pytest
from alembic import command
from alembic.config import Config
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import TraceServiceStub
from sqlalchemy import create_engine

from gateway.telemetry import otlp
from gateway.telemetry.kept import KeptSpan, KeptTrace
from gateway.telemetry.otlp import Forwarder
from gateway.telemetry.receiver import Receiver
from gateway.telemetry.store import MIGRATIONS, TraceQuery, TraceStore
from gateway.telemetry.traffic_metrics import RequestCell, RequestKey
from gateway.telemetry.writer import Writer
from tests.unit.traces.otlp_batches import (
    CONTEXTS,
    INTERNAL,
    LIST_RULES,
    SERVER,
    Batch,
    attempt_record,
)

SECONDS = 15.0


def until(condition: Any) -> Any:
    deadline = time.monotonic() + SECONDS
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return found


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that keeps nothing."""
    found = Receiver(CONTEXTS)
    found.start()
    yield found
    found.close()


def with_store(path: Path) -> Receiver:
    found = Receiver(CONTEXTS, Writer(TraceStore(path)))
    found.start()
    return found


def requests(receiver: Receiver) -> dict[RequestKey, RequestCell]:
    return receiver.metrics(1440).requests


def counted(receiver: Receiver) -> int:
    return sum(cell.count for cell in requests(receiver).values())


def test_every_request_is_counted_and_none_of_its_parts(receiver) -> None:
    batch = Batch()
    for _ in range(100):
        request = batch.request(time.time() - 0.1)
        receiver.take_attempts(attempt_record(request, time.time() - 0.1, 0.01))
    assert receiver.take(batch.data()) == 0
    until(lambda: receiver.counts().spans == 200)
    assert counted(receiver) == 100


def test_a_batch_that_is_sent_again_counts_once(receiver) -> None:
    batch = Batch()
    batch.request(time.time())
    for _ in range(3):
        receiver.take(batch.data())
    until(lambda: receiver.counts().spans == 3)
    assert counted(receiver) == 1
    assert receiver.counts().dropped == {"duplicate": 2}


def test_percentiles_are_within_one_percent_of_exact(receiver) -> None:
    rng = random.Random(7)
    seconds = [rng.lognormvariate(-5, 0.8) for _ in range(5000)]
    for first in range(0, 5000, 500):
        batch = Batch()
        for one in seconds[first : first + 500]:
            batch.request(time.time() - one, one)
        receiver.take(batch.data())
    until(lambda: receiver.counts().spans == 5000)
    (cell,) = requests(receiver).values()
    exact = sorted(seconds)
    for q in (0.5, 0.9, 0.95, 0.99, 0.999):
        # Doubles of Unix time hold no better than 0.3 us.
        assert cell.total.quantile(q) == pytest.approx(
            exact[int(5000 * q) - 1] * 1e6, rel=0.01, abs=1
        )


@pytest.mark.parametrize("record_first", [True, False])
def test_a_rescued_request_has_the_reason_of_its_first_attempt(receiver, record_first) -> None:
    """Envoy tells of the attempt apart from the request, a moment earlier or later."""
    batch = Batch()
    now = time.time()
    rescued = batch.request(now, cluster="alert_domain", attempts="2")
    record = attempt_record(rescued, now, 0.001, response_flags="UF")
    pieces = [lambda: receiver.take(batch.data()), lambda: receiver.take_attempts(record)]
    for take in reversed(pieces) if record_first else pieces:
        take()
    until(lambda: counted(receiver))
    ((key, _),) = requests(receiver).items()
    assert (key.fallback, key.failed) == ("connection_refused", True)


def test_a_rescued_request_that_nobody_explains_is_counted_all_the_same(receiver) -> None:
    batch = Batch()
    batch.request(time.time(), cluster="alert_domain", attempts="2")
    receiver.take(batch.data())
    until(lambda: counted(receiver))
    ((key, _),) = requests(receiver).items()
    assert (key.fallback, key.failed) == ("unknown", True)


def test_a_sampled_request_tells_where_its_time_went(receiver) -> None:
    now = time.time()
    batch = Batch()
    request = batch.request(now, 0.010, before_us="1000", attempt_us="8000")
    ids = {"trace_id": request.trace_id}
    service = batch.span(
        "camplane-alert",
        SERVER,
        now + 0.002,
        0.006,
        {"camplane.kept": "share", "app.impl": "legacy"},
        parent_span_id=request.span_id,
        **ids,
    )
    for start in (0.003, 0.005):
        batch.span(
            "camplane-alert",
            INTERNAL,
            now + start,
            0.001,
            {},
            name="alert.db read",
            parent_span_id=service.span_id,
            **ids,
        )
    receiver.take(batch.data())
    spans = until(lambda: receiver.metrics(2).spans)
    told = {key.name: (cell.calls, round(cell.self_us, -2)) for key, cell in spans.items()}
    assert told == {
        "": (1, 0),
        "gateway": (1, 2000),
        "to the service": (1, 2000),
        "service": (1, 4000),
        "alert.db read": (2, 2000),
    }


def test_what_there_is_no_room_for_is_refused_and_counted() -> None:
    """It is not begun, so nothing is taken out of the queue."""
    idle = Receiver(CONTEXTS, queue_bytes=2000)
    batch = Batch()
    batch.request(time.time())
    data = batch.data()
    fitting = 2000 // len(data)
    assert [idle.take(data) for _ in range(fitting)] == [0] * fitting
    assert idle.take(data) == 1
    assert idle.counts().dropped == {"queue_full": 1}
    assert idle.counts().queue_bytes <= 2000


def test_a_restart_keeps_figures_and_traces(tmp_path) -> None:
    first = with_store(tmp_path / "gateway.db")
    batch = Batch()
    fault = batch.request(time.time(), grpc_status="13")
    batch.request(time.time())
    first.take(batch.data())
    first.close()
    second = with_store(tmp_path / "gateway.db")
    assert counted(second) == 2
    another = Batch()
    another.request(time.time())
    second.take(another.data())
    until(lambda: counted(second) == 3)
    second.close()
    store = TraceStore(tmp_path / "gateway.db")
    (summary,) = store.list(TraceQuery(kind="failed")).traces
    assert (summary.trace_id, summary.pinned) == (fault.trace_id.hex(), True)
    trace = store.get(summary.trace_id)
    assert trace is not None
    assert trace.spans[0].attributes["camplane.route"] == f"{LIST_RULES} drawn"
    store.close()


def test_pages_of_traces_hold_each_once_the_newest_first(tmp_path) -> None:
    receiver = with_store(tmp_path / "gateway.db")
    batch = Batch()
    now = time.time()
    for number in range(25):
        batch.request(now - number, grpc_status="13")
    receiver.take(batch.data())
    receiver.close()
    store = TraceStore(tmp_path / "gateway.db")
    found, after = [], ""
    while True:
        page = store.list(TraceQuery(limit=10, after=after))
        found += [one.started for one in page.traces]
        if not (after := page.next):
            break
    assert len(found) == 25
    assert found == sorted(found, reverse=True)
    with pytest.raises(ValueError):
        store.list(TraceQuery(after="nonsense"))
    store.close()


def test_a_trace_lists_all_its_requests_and_shows_any_of_them(tmp_path) -> None:
    receiver = with_store(tmp_path / "gateway.db")
    batch = Batch()
    now = time.time()
    # The third came first, and the first took longest.
    spans = [batch.request(now - start, 1 / (start + 1), grpc_status="13") for start in (1, 2, 3)]
    for span in spans:
        span.trace_id = b"t" * 16
    receiver.take(batch.data())
    receiver.close()
    store = TraceStore(tmp_path / "gateway.db")
    trace_id, ids = (b"t" * 16).hex(), [span.span_id.hex() for span in spans]
    assert [one.span_id for one in store.requests(trace_id, 10)] == ids[::-1]
    assert [one.span_id for one in store.requests(trace_id, 1)] == ids[2:]
    for span_id, start in zip(ids, (1, 2, 3), strict=True):
        found = store.get(trace_id, span_id)
        assert found is not None
        assert found.summary.duration_ms == pytest.approx(1000 / (start + 1), rel=0.01)
        assert [span.span_id for span in found.spans if span.kind == "server"] == [span_id]
    longest = store.get(trace_id)
    assert longest is not None and longest.summary.span_id == ids[0]
    assert store.get(trace_id, "0" * 16) is None
    first = store.list(TraceQuery(limit=1))
    rest = store.list(TraceQuery(limit=5, after=first.next))
    assert [one.span_id for one in (*first.traces, *rest.traces)] == ids
    store.close()


def test_traces_that_were_kept_one_to_a_trace_are_read_and_more_come_beside_them(tmp_path) -> None:
    path = tmp_path / "gateway.db"
    trace_id = (b"t" * 16).hex()
    before = KeptSpan("ab" * 8, "", "ingress", "camplane-gateway", "server", 1, 2, "legacy", False)
    summary = (1.0, "alert", LIST_RULES, "legacy", "legacy", "INTERNAL", "", 5.0, "failed", 1, 1)
    with sqlite3.connect(path) as old:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        with create_engine(f"sqlite:///{path}").begin() as connection:
            config.attributes["connection"] = connection
            config.attributes["version_table"] = "gateway_schema_version"
            command.upgrade(config, "0001")
        document = zlib.compress(orjson.dumps([astuple(before)]))
        row = (trace_id, *summary, document)
        old.execute(f"INSERT INTO traces VALUES ({', '.join('?' * len(row))})", row)
        old.execute("INSERT INTO minutes VALUES (1, x'00')")
    store = TraceStore(path)
    store.prepare()
    kept = store.get(trace_id)
    assert kept is not None
    assert (kept.summary.span_id, kept.summary.code, kept.spans) == ("", "INTERNAL", (before,))
    another = replace(kept.summary, span_id="cd" * 8, started=2.0)
    store.write([KeptTrace(another, (before,))] * 2, ())
    assert [one.span_id for one in store.requests(trace_id, 10)] == ["", "cd" * 8]
    # A page that was begun before the release goes on.
    (earlier,) = store.list(TraceQuery(after=f"{(2.0).hex()}-{trace_id}")).traces
    assert earlier == kept.summary
    assert store.counts() == (2, 2)
    store.close()


def test_a_database_that_cannot_be_written_costs_no_figure(tmp_path) -> None:
    path = tmp_path / "gateway.db"
    receiver = with_store(path)
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("ALTER TABLE minutes RENAME TO away")
    batch = Batch()
    batch.request(time.time())
    receiver.take(batch.data())
    until(lambda: counted(receiver) == 1)
    time.sleep(1.2)  # a write is tried once a second, and fails
    assert counted(receiver) == 1
    blocker.execute("ALTER TABLE away RENAME TO minutes")
    until(lambda: blocker.execute("SELECT count(*) FROM minutes").fetchone()[0])
    blocker.close()
    receiver.close()


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_hostile_spans_are_counted_or_dropped_and_never_harm(receiver, data) -> None:
    """Ids, names, times and tags that no proxy would send."""
    before = receiver.counts()
    batch = Batch()
    spans = data.draw(st.integers(1, 5))
    for _ in range(spans):
        span = batch.request(time.time())
        span.trace_id = data.draw(st.binary(max_size=20))
        span.span_id = data.draw(st.binary(max_size=12))
        span.name = data.draw(st.text(max_size=300))
        span.start_time_unix_nano = data.draw(st.integers(0, 2**64 - 1))
        span.end_time_unix_nano = data.draw(st.integers(0, 2**64 - 1))
        for one in span.attributes:
            if data.draw(st.booleans()):
                one.value.string_value = data.draw(st.text(max_size=300))
    receiver.take(batch.data())
    after = until(
        lambda: receiver.counts() if receiver.counts().spans >= before.spans + spans else None
    )
    assert after.spans == before.spans + spans
    assert len(requests(receiver)) < 500


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=400))
def test_bytes_that_are_no_request_are_refused(receiver, data) -> None:
    try:
        receiver.take(data)
    except ValueError:
        assert receiver.counts().dropped["malformed"]


async def test_over_grpc_a_sender_is_told_what_was_not_taken_and_all_is_sent_on() -> None:
    taken: list[bytes] = []

    async def upstream_export(data: bytes, context: Any) -> bytes:
        taken.append(data)
        return b""

    upstream, server = grpc.aio.server(), grpc.aio.server()
    handler = {"Export": grpc.unary_unary_rpc_method_handler(upstream_export)}
    upstream.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler(otlp.SERVICE, handler),)
    )
    upstream_port = upstream.add_insecure_port("127.0.0.1:0")
    await upstream.start()
    batch = Batch()
    batch.request(time.time())
    data = batch.data()
    receiver = Receiver(CONTEXTS, queue_bytes=len(data))  # not begun: one batch fills it
    forwarder = Forwarder(f"http://127.0.0.1:{upstream_port}")
    otlp.register(server, receiver, forwarder)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    sending = asyncio.create_task(forwarder.run())
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = TraceServiceStub(channel)
        assert not (await stub.Export(batch.message)).HasField("partial_success")
        assert (await stub.Export(batch.message)).partial_success.rejected_spans == 1
        raw = channel.unary_unary(f"/{otlp.SERVICE}/Export")
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await raw(b"\xff\xff\xff")
        assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    async with asyncio.timeout(SECONDS):
        while forwarder.forwarded + forwarder.failed < 2:
            await asyncio.sleep(0.01)
    # What this receiver had no room for, the next one may have.
    assert taken == [data, data]
    assert (forwarder.forwarded, forwarder.failed) == (2, 0)
    sending.cancel()
    await forwarder.close()
    await server.stop(None)
    await upstream.stop(None)
