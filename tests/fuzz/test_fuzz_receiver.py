"""The receiver of spans on anything at all: no fault, no growth, nothing lost or counted twice."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from gateway.proxy.attempt_record import ATTRIBUTES, ENDED, TRACE_PARENT
from gateway.proxy.request_tag import FIELDS, TAG, joined
from gateway.telemetry.receiver import Receiver

NOW = 1_800_000_000.0
RPCS = {"CameraRestService/ListCameras": "camera", "AlertService/DeleteRule": "alert"}
GATEWAY = "camplane-gateway"

TEXT = st.text(max_size=12)
NUMBERS = st.integers(-(2**63), 2**63 - 1)
VALUES = st.one_of(
    TEXT,
    st.sampled_from(["-", "0", "200", "503", "9" * 30, "x" * 70_000, "DC", "UF,URX", "legacy"]),
    NUMBERS,
    st.booleans(),
    st.floats(),
    st.binary(max_size=4),
)
KEYS = st.one_of(
    TEXT,
    st.sampled_from(
        [
            *("app.impl", "camplane.kept", "http.url", "error"),
            *("response_flags", "rpc.grpc.status_code", TRACE_PARENT, ENDED),
        ]
    ),
)
CHOICES = ("drawn", "sticky", "forced", "pinned", "")
ROUTES = st.sampled_from(
    [f"{label} {choice}" for label in RPCS for choice in CHOICES]
    + ["No/Such drawn", "-", "", " ", "/"]
)
CLUSTERS = st.sampled_from(["camera_domain", "alert_legacy", "old_http", "control", "-", ""])
TRACE_IDS = st.sampled_from([bytes([n]) * 16 for n in range(4)]) | st.binary(max_size=20)
SPAN_IDS = st.sampled_from([bytes([n]) * 8 for n in range(6)]) | st.binary(max_size=10)
TIMES = st.integers(0, 2**64 - 1) | st.integers(-200, 20).map(lambda s: int((NOW + s) * 1e9))


@st.composite
def spans(draw: st.DrawFn) -> Span:
    span = Span(
        trace_id=draw(TRACE_IDS),
        span_id=draw(SPAN_IDS),
        parent_span_id=draw(SPAN_IDS),
        name=draw(TEXT),
        kind=draw(st.sampled_from([0, 1, 2, 2, 3, 5])),
        start_time_unix_nano=draw(TIMES),
        end_time_unix_nano=draw(TIMES),
    )
    for key, value in draw(st.dictionaries(KEYS, VALUES, max_size=4)).items():
        _set(span, key, value)
    if draw(st.booleans()):
        _set(span, TAG, draw(TAGS))
    return span


FIELD_VALUES = {name: st.sampled_from(["", "-", "0", "1", "2", "200", "503"]) for name in FIELDS}
FIELD_VALUES |= {
    "route": ROUTES,
    "cluster": CLUSTERS,
    "implementation": st.sampled_from(["legacy", "domain", "", "x"]),
    "before_us": st.sampled_from(["", "0", "17", "9" * 30]),
    "attempt_us": st.sampled_from(["", "0", "17", "9" * 30]),
    "flags": st.sampled_from(["-", "DC", "UF,URX", ""]),
    "details": st.sampled_from(["via_upstream", "a|b", ""]) | TEXT,
}
TAGS = st.one_of(st.fixed_dictionaries(FIELD_VALUES).map(joined), TEXT, st.just("1|2"))

BATCHES = st.lists(
    st.tuples(
        st.sampled_from([GATEWAY, GATEWAY, "camplane-camera", ""]), st.lists(spans(), max_size=6)
    ),
    max_size=4,
)


def _set(holder: Span | LogRecord, key: str, value: object) -> None:
    kinds = {str: "string", bool: "bool", int: "int", float: "double", bytes: "bytes"}
    setattr(holder.attributes.add(key=key).value, f"{kinds[type(value)]}_value", value)


def _batch(service: str, found: Sequence[Span]) -> bytes:
    batch = ExportTraceServiceRequest()
    resource = batch.resource_spans.add()
    resource.resource.attributes.add(key="service.name").value.string_value = service
    resource.scope_spans.add().spans.extend(found)
    return batch.SerializeToString()


@contextmanager
def _reading(**options: int) -> Iterator[Receiver]:
    """Give a receiver that has read all it was given when the block ends."""
    receiver = Receiver(RPCS, clock=lambda: NOW, **options)
    receiver.start()
    try:
        yield receiver
    finally:
        receiver.close()


def _counted(receiver: Receiver) -> int:
    return sum(cell.count for cell in receiver.metrics(1440).requests.values())


def _expected(sent: Sequence[tuple[str, Sequence[Span]]]) -> tuple[int, Counter[str]]:
    """Say how many requests must be counted, and what must be dropped for which reason."""
    counted, dropped = 0, Counter[str]()
    seen = set()
    for service, found in sent:
        for span in found:
            tags = {one.key: one.value.string_value for one in span.attributes}
            if len(span.trace_id) != 16 or len(span.span_id) != 8 or not any(span.trace_id):
                dropped["malformed"] += 1
            elif service == GATEWAY and span.kind == Span.SPAN_KIND_SERVER:
                if span.span_id in seen:
                    dropped["duplicate"] += 1
                    continue
                seen.add(span.span_id)
                tag = tags.get(TAG, "").split("|", len(FIELDS) - 1)
                if tag == [""]:
                    continue
                if len(tag) < len(FIELDS):
                    dropped["malformed"] += 1
                    continue
                said = dict(zip(FIELDS, tag, strict=True))
                label, cluster = said["route"].partition(" ")[0], said["cluster"].strip("-")
                if label not in RPCS and cluster and "/" in label:
                    dropped["unknown_rpc"] += 1
                else:
                    counted += 1
    return counted, dropped


@given(BATCHES)
def test_every_request_is_counted_once_or_dropped_with_a_reason(
    sent: list[tuple[str, list[Span]]],
) -> None:
    """Whatever spans say; and what is sent again changes nothing."""
    with _reading() as receiver:
        for service, found in (*sent, *sent):
            assert receiver.take(_batch(service, found)) == 0
    counted, dropped = _expected((*sent, *sent))
    assert _counted(receiver) == counted == _expected(sent)[0]
    assert Counter(receiver.counts().dropped) == dropped
    assert receiver.counts().spans == 2 * sum(len(found) for _, found in sent)


@given(BATCHES, st.data())
def test_damaged_batches_are_read_or_refused(
    sent: list[tuple[str, list[Span]]], data: st.DataObject
) -> None:
    """A byte changed, a piece cut out, or noise alone: ValueError, or spans that add up."""
    whole = b"".join(_batch(service, found) for service, found in sent)
    at = data.draw(st.integers(0, len(whole)))
    damaged = whole[:at] + data.draw(st.binary(max_size=8)) + whole[at + data.draw(NEAR) :]
    readable = True
    with _reading() as receiver:
        try:
            assert receiver.take(damaged) == 0
        except ValueError:
            readable = False
    counts = receiver.counts()
    if readable:
        parsed = ExportTraceServiceRequest.FromString(damaged)
        assert counts.spans == sum(
            len(scope.spans) for one in parsed.resource_spans for scope in one.scope_spans
        )
        assert _counted(receiver) <= counts.spans
    else:
        assert counts.spans == _counted(receiver) == 0
        assert counts.dropped == {"malformed": 1}


NEAR = st.integers(0, 8)


@st.composite
def records(draw: st.DrawFn) -> LogRecord:
    record = LogRecord(time_unix_nano=draw(TIMES))
    ids = st.sampled_from(["00-" + "ab" * 16 + "-" + "cd" * 8 + "-01", "-", "00--", "00-zz-1-"])
    said = draw(st.dictionaries(st.sampled_from([*ATTRIBUTES, "other"]), VALUES, max_size=4))
    for key, value in {TRACE_PARENT: draw(ids | TEXT), **said}.items():
        _set(record, key, value)
    return record


@given(st.lists(records(), max_size=6), st.binary(max_size=60))
def test_records_of_attempts_are_read_or_refused_and_count_no_request(
    sent: list[LogRecord], noise: bytes
) -> None:
    batch = ExportLogsServiceRequest()
    batch.resource_logs.add().scope_logs.add().log_records.extend(sent)
    with _reading() as receiver:
        receiver.take_attempts(batch.SerializeToString())
        with suppress(ValueError):
            receiver.take_attempts(noise)
    assert receiver.counts().spans >= len(sent)
    assert _counted(receiver) == 0


@pytest.mark.parametrize(
    "field", ["status", "cluster", "implementation", "grpc_status", "refusal", "details", "flags"]
)
@pytest.mark.parametrize("route", ["AlertService/DeleteRule drawn", "-"])
def test_no_field_makes_ever_more_keys(field: str, route: str) -> None:
    """What is different in each span is not kept apart in each."""
    usual = {**dict.fromkeys(FIELDS, ""), "route": route, "status": "200", "grpc_status": "0"}
    usual["details"] = "via_upstream"
    found = []
    for number in range(2000):
        span = Span(
            trace_id=(number + 1).to_bytes(16, "big"),
            span_id=(number + 1).to_bytes(8, "big"),
            kind=Span.SPAN_KIND_SERVER,
            start_time_unix_nano=int(NOW * 1e9) - 1000,
            end_time_unix_nano=int(NOW * 1e9),
        )
        _set(span, TAG, joined({**usual, field: str(number)}))
        found.append(span)
    with _reading() as receiver:
        receiver.take(_batch(GATEWAY, found))
    assert _counted(receiver) == 2000
    few = {"status": 600, "grpc_status": 25, "refusal": 25}.get(field, 10)  # as many as there are
    assert len(receiver.metrics(1440).requests) < few
    assert len(receiver.ended_until(int(NOW) + 10)) < few


def test_a_full_queue_refuses_whole_batches_and_counts_their_spans() -> None:
    """Memory stays bounded: what there is no room for is told to the sender, and counted."""
    batch = _batch(GATEWAY, [Span(trace_id=b"t" * 16, span_id=b"s" * 8) for _ in range(10)])
    with _reading(queue_bytes=len(batch) - 1) as receiver:
        assert receiver.take(batch) == 10
    assert receiver.counts().dropped == {"queue_full": 10}
    assert receiver.counts().spans == 0
