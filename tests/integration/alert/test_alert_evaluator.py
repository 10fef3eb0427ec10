"""What is reported makes rules fire, once, whatever happens to who evaluates."""

import asyncio
import json
import os
import random
import signal
import time
from typing import Any

from camplane.alert.v1 import alert_rest_service_pb2 as rest_pb
from camplane.alert.v1 import alert_service_pb2 as pb
from google.api import httpbody_pb2
from sqlalchemy import func, select

from alert_service.evaluation.evaluation import EvaluatedRule, Evaluation
from alert_service.evaluation.event import Event
from alert_service.shared_state.tables import alert_evaluation, alert_events
from servicekit.database.connections import Database, parse_url

SECONDS = 20
OFFLINE = {"name": "Offline", "rule_type": "camera_offline", "conditions": {}}
CROWD = {"name": "Crowd", "rule_type": "violation_threshold", "conditions": {"threshold": 3}}


def report(event_id: str, kind: str = "no_hairnet", **more: Any) -> dict[str, Any]:
    known = {"event_id": event_id, "camera_id": "gate", "type": kind}
    return {**known, "time": time.time(), **more}


async def ingest(client: Any, *events: dict[str, Any]) -> None:
    body = json.dumps({"events": events}).encode()
    request = rest_pb.AlertRestServiceIngestEventsRequest(body=httpbody_pb2.HttpBody(data=body))
    answer = await client.rest.IngestEvents(request)
    assert not answer.refused


async def history(client: Any, count: int) -> list[dict[str, Any]]:
    """Return the entries, oldest first, when there are so many."""
    async with asyncio.timeout(SECONDS):
        while (found := await client.history(limit=1000))["count"] < count:
            await asyncio.sleep(0.02)
    return sorted(found["items"], key=lambda one: one["id"])


async def read(database: Database) -> None:
    """Wait until all events are held against the rules."""
    newest = select(func.max(alert_events.c.number)).scalar_subquery()
    behind = select(newest != alert_evaluation.c.read_to)

    def is_behind() -> bool:
        with database.read() as connection:
            return bool(connection.execute(behind).scalar_one())

    async with asyncio.timeout(SECONDS):
        while await asyncio.to_thread(is_behind):
            await asyncio.sleep(0.02)


def states(entries: list[dict[str, Any]]) -> list[tuple[Any, str, str]]:
    return [
        (one["rule_id"], one["details"]["state"], one["details"].get("event", {}).get("event_id"))
        for one in entries
    ]


async def test_a_rule_fires_and_is_over_and_both_stand_in_the_history(
    serving: Any, database_url: str
) -> None:
    """Events come through legacy, the rule too; domain evaluates and answers nothing else."""
    domain = Database("alert", parse_url(database_url))
    legacy = Database("alert", parse_url(database_url))
    async with serving("domain", domain), serving("legacy", legacy) as client:
        crowd = await client.create({**CROWD, "notification_channels": ["webhook"]})
        offline = await client.create({**OFFLINE, "camera_id": "gate"})
        await client.create({**OFFLINE, "name": "Off", "enabled": False})
        await client.create({"name": "Old", "rule_type": "custom", "conditions": {"a": 1}})
        first = [report(f"n{number}", confidence=0.9) for number in range(3)]
        await ingest(client, *first, report("other", camera_id="yard"))
        await history(client, 1)
        await ingest(client, report("down", "source_failed"))
        await history(client, 2)
        await ingest(client, report("up", "source_recovered"))
        entries = await history(client, 3)
    assert states(entries) == [
        *((crowd, "firing", "n2"), (offline, "firing", "down"), (offline, "resolved", "up")),
    ]
    fired = entries[0]
    assert fired["camera_id"] == "gate"
    assert fired["alert_type"] == "violation_threshold"
    assert fired["message"] == "Crowd fires for camera gate (no_hairnet)"
    assert fired["notification_sent"] is False
    assert fired["details"]["event"]["confidence"] == 0.9
    assert [one["details"]["count"] for one in entries] == [3, 1, 1]
    assert fired["details"]["since"] == fired["details"]["at"]
    moment = time.gmtime(first[-1]["time"])
    assert fired["timestamp"].startswith(time.strftime("%Y-%m-%dT%H:%M:%S", moment))


async def test_time_alone_makes_rules_fire_and_end(serving: Any, database_url: str) -> None:
    """Silence for so long; and a count whose events are too old."""
    database = Database("alert", parse_url(database_url))
    async with serving("domain", database) as client:
        seconds = {"camera_id": "gate", "conditions": {"minutes": 0.02}}
        quiet = await client.create({"name": "Quiet", "rule_type": "no_detection", **seconds})
        conditions = {"threshold": 1, "duration_seconds": 0.5, "violation_type": "x"}
        brief = await client.create({**CROWD, "conditions": conditions})
        await ingest(client, report("x1", "x"))
        entries = await history(client, 3)
    assert states(entries) == [
        *((brief, "firing", "x1"), (brief, "resolved", None), (quiet, "firing", None)),
    ]


async def test_a_changed_rule_begins_anew_and_one_that_is_off_is_forgotten(
    serving: Any, database_url: str
) -> None:
    database = Database("alert", parse_url(database_url))
    async with serving("domain", database) as client:
        rule = await client.create(CROWD)
        await ingest(client, report("a"), report("b"))
        await read(database)
        await client.update(rule, {"conditions": {"threshold": 2}})
        await ingest(client, report("c"))  # one, as of the new conditions
        await read(database)
        await client.update(rule, {"name": "Queue"})  # is the same rule
        await ingest(client, report("d"))
        assert states(await history(client, 1)) == [(rule, "firing", "d")]
        await client.update(rule, {"enabled": False})
        await ingest(client, report("e"))
        await read(database)
        await client.update(rule, {"enabled": True})
        await ingest(client, report("f"))
        await ingest(client, report("g"))
        entries = await history(client, 2)
    assert states(entries) == [(rule, "firing", "d"), (rule, "firing", "g")]


async def test_killed_again_and_again_it_loses_nothing_and_tells_nothing_twice(
    serving: Any, process: Any, database_url: str
) -> None:
    """Against the same function over all events at once."""
    rules = [OFFLINE, {**OFFLINE, "camera_id": "c1"}, {**CROWD, "conditions": {"threshold": 40}}]
    begun, draw, reports = time.time(), random.Random(7), []
    kinds = ("source_failed", "source_recovered", "no_hairnet")

    async def some(client: Any) -> None:
        batch = [
            report(f"e{n}", kinds[n % 3], camera_id=f"c{n % 2}")
            for n in range(len(reports), len(reports) + 20)
        ]
        reports.extend(batch)
        await ingest(client, *batch)

    async with serving("legacy", Database("alert", parse_url(database_url))) as client:
        for rule in rules:
            await client.create(rule)
        for _ in range(4):
            async with process("domain", database_url) as running:
                kill_at = draw.randrange(8)
                for number in range(8):
                    if number == kill_at:
                        await asyncio.sleep(draw.random() / 20)
                        os.kill(running.pid, signal.SIGKILL)
                    await some(client)
        expected = _model(begun, rules, reports)
        async with process("domain", database_url):
            await history(client, len(expected))
            await asyncio.sleep(0.5)  # nothing more may come
            entries = await history(client, len(expected))
            alerts = (await client.typed.ListAlerts(pb.ListAlertsRequest())).items
    changes = {"firing": "fired", "resolved": "resolved"}
    found = [
        (rule_id, entry["camera_id"], changes[state], event_id)
        for entry, (rule_id, state, event_id) in zip(entries, states(entries), strict=True)
    ]
    assert len(expected) > 500
    assert sorted(found) == sorted(expected)
    _one_alert_each(entries, alerts)


def _one_alert_each(entries: list[dict[str, Any]], alerts: Any) -> None:
    """Each time that a rule fired is one alert, and is over if the history says so."""
    fired = {e["id"]: e["details"] for e in entries if e["details"]["state"] == "firing"}
    over = {
        e["details"]["alert_id"]: e["details"]["count"]
        for e in entries
        if e["details"]["state"] == "resolved"
    }
    assert len(alerts) == len(fired)
    for one in alerts:
        assert fired[one.history_id]["alert_id"] == one.id
        assert (one.state == "resolved") is (one.id in over)
        assert one.count == over.get(one.id, fired[one.history_id]["count"])


def _model(
    begun: float, rules: list[dict[str, Any]], reports: list[dict[str, Any]]
) -> list[tuple[int, str, str, str]]:
    """Return what one who never dies tells."""
    model = Evaluation(begun, {})
    model.take_rules(
        EvaluatedRule(n, r["name"], r.get("camera_id"), r["rule_type"], None, r["conditions"])
        for n, r in enumerate(rules, 1)
    )
    events = [Event(r["event_id"], r["camera_id"], r["type"], r["time"]) for r in reports]
    return [
        (told.rule.rule_id, told.camera_id, told.transition.change, told.transition.event_id)
        for told in model.step(events, events[-1].time).told
    ]
