"""Events are taken in once each, by either implementation, and what is wrong with one is said."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import grpc
import pytest
from camplane.alert.v1 import alert_rest_service_pb2 as rest_pb
from camplane.alert.v1 import alert_service_pb2 as pb
from google.api import httpbody_pb2
from google.protobuf import timestamp_pb2

from alert_service.shared_state.events import EventLog
from servicekit.database.connections import Database, parse_url


def report(event_id: str, **more: Any) -> dict[str, Any]:
    known = {"event_id": event_id, "camera_id": "gate", "type": "no_hairnet"}
    return {**known, "time": time.time(), **more}


async def ingest(client: Any, *events: Any) -> tuple[int, int, list[tuple[int, str, str]]]:
    body = json.dumps({"events": events}).encode()
    request = rest_pb.AlertRestServiceIngestEventsRequest(body=httpbody_pb2.HttpBody(data=body))
    answer = await client.rest.IngestEvents(request)
    refused = [(one.index, one.event_id, one.why) for one in answer.refused]
    return answer.stored, answer.duplicates, refused


@pytest.fixture
def stored(database_url: str) -> Callable[[], list[Any]]:
    """Give `stored()`: the events that are there, in the order of their numbers."""

    def read() -> list[Any]:
        database = Database("alert", parse_url(database_url))
        found = [one.event for one in EventLog(database).after(0, 10_000)]
        database.close()
        return found

    return read


async def test_a_repeat_is_counted_and_stored_once(client: Any, stored: Any) -> None:
    """Within a call and in the next one; ids are unique for their camera alone."""
    first = [report("a"), report("b"), report("a"), report("a", camera_id="yard")]
    assert await ingest(client, *first) == (3, 1, [])
    assert await ingest(client, report("b"), report("c")) == (1, 1, [])
    assert [(one.camera_id, one.event_id) for one in stored()] == [
        *(("gate", "a"), ("gate", "b"), ("yard", "a"), ("gate", "c")),
    ]


async def test_both_contracts_store_the_same_event(client: Any, stored: Any) -> None:
    """All of its fields; its time as RFC 3339 in any zone, or Unix seconds."""
    now = int(time.time())
    facts = {"value": 2.5, "confidence": 0.75, "labels": {"zone": "3"}, "snapshot": "s/1.jpg"}
    moment = timestamp_pb2.Timestamp(seconds=now, nanos=500_000_000)
    typed = pb.Event(event_id="t", camera_id="gate", type="motion", time=moment, **facts)
    assert (await client.typed.IngestEvents(pb.IngestEventsRequest(events=[typed]))).stored == 1
    zoned = time.strftime("%Y-%m-%dT%H:%M:%S.5+02:00", time.gmtime(now + 7200))
    same = {"type": "motion", **facts}
    written = [report("r", time=zoned, **same), report("u", time=now + 0.5, **same)]
    assert await ingest(client, *written) == (2, 0, [])
    events = {
        (one.type, one.time, one.value, one.confidence, tuple(one.labels.items()), one.snapshot)
        for one in stored()
    }
    assert events == {("motion", now + 0.5, 2.5, 0.75, (("zone", "3"),), "s/1.jpg")}


@pytest.mark.parametrize("implementation", ["domain"])
async def test_what_is_wrong_with_an_event_is_said_and_the_others_are_stored(
    client: Any, stored: Any
) -> None:
    wrong = {
        "event_id is missing": {"event_id": ""},
        "event_id must be text of at most 100 characters": {"event_id": "x" * 101},
        "camera_id must be text of at most 50 characters": {"camera_id": 7},
        "type is missing": {"type": None},
        "type must be text of at most 50 characters": {"type": "x" * 51},
        "time is more than 60 s in the future": {"time": time.time() + 90},
        "time is longer ago than events are kept": {"time": 0},
        "time is missing, or neither RFC 3339 with a zone nor a number": {"time": "2026-11-30"},
        "value must be a number": {"value": "many"},
        "confidence must be between 0 and 1": {"confidence": 1.5},
        "labels must be an object of at most 32 texts": {"labels": {str(n): "" for n in range(33)}},
        "label zone must be text of at most 256 characters": {"labels": {"zone": 3}},
    }
    events = [{**report(f"w{n}"), **fields} for n, fields in enumerate(wrong.values())]
    stored_now, duplicates, refused = await ingest(client, report("a"), *events, 7, report("z"))
    assert (stored_now, duplicates) == (2, 0)
    assert [(index, why) for index, _, why in refused] == [
        *enumerate(wrong, 1),
        (len(wrong) + 1, "event_id is missing"),
    ]
    assert [one.event_id for one in stored()] == ["a", "z"]


@pytest.mark.parametrize("implementation", ["domain"])
async def test_a_typed_value_that_is_no_number_is_refused(client: Any) -> None:
    moment = timestamp_pb2.Timestamp(seconds=int(time.time()))
    event = pb.Event(event_id="n", camera_id="gate", type="fps", time=moment, value=float("nan"))
    answer = await client.typed.IngestEvents(pb.IngestEventsRequest(events=[event]))
    assert [one.why for one in answer.refused] == ["value must be a number"]


@pytest.mark.parametrize("implementation", ["domain"])
async def test_a_call_holds_from_one_to_a_thousand_events(client: Any, stored: Any) -> None:
    for events in ([], [report(str(n)) for n in range(1001)]):
        with pytest.raises(grpc.aio.AioRpcError, match="events must hold from 1 to 1000"):
            await ingest(client, *events)
    assert stored() == []
    assert await ingest(client, *(report(str(n)) for n in range(1000))) == (1000, 0, [])


@pytest.mark.parametrize("implementation", ["legacy"])
async def test_a_token_of_some_cameras_reports_of_these_alone(client: Any, stored: Any) -> None:
    """An event of another camera refuses the whole call."""
    body = json.dumps({"events": [report("a"), report("b", camera_id="yard")]}).encode()
    request = rest_pb.AlertRestServiceIngestEventsRequest(body=httpbody_pb2.HttpBody(data=body))
    scope = (("camplane-cameras", '["gate"]'),)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await client.rest.IngestEvents(request, metadata=scope)
    assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED
    assert stored() == []


@pytest.mark.parametrize("implementation", ["legacy"])
async def test_who_reads_on_misses_nothing_that_others_store_at_once(
    client: Any, database_url: str
) -> None:
    """A number becomes visible only when all lower ones are."""
    database = Database("alert", parse_url(database_url))
    log, seen = EventLog(database), []
    calls = [ingest(client, *(report(f"{call}-{n}") for n in range(100))) for call in range(20)]
    writing = asyncio.gather(*calls)
    is_over = False
    while not is_over:
        is_over = writing.done()
        seen += await asyncio.to_thread(log.after, seen[-1].number if seen else 0, 10_000)
    await writing
    database.close()
    assert len({one.event.event_id for one in seen}) == 2000


@pytest.mark.parametrize("implementation", ["legacy"])
async def test_events_are_forgotten_by_age_and_by_number(
    client: Any, stored: Any, database_url: str
) -> None:
    now = time.time()
    await ingest(client, *(report(str(n), time=now - 100 + n) for n in range(10)))
    database = Database("alert", parse_url(database_url))
    EventLog(database).prune(before=now - 97, most=5)
    database.close()
    assert [one.event_id for one in stored()] == ["5", "6", "7", "8", "9"]
