"""Alerts from when they fire until they are over, and what people say of them, on either side."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from camplane.alert.v1 import alert_service_pb2 as pb
from google.protobuf import json_format
from grpc import StatusCode
from sqlalchemy import insert

from alert_service.domain.raised import day_of
from alert_service.shared_state.tables import raised_alerts
from servicekit.database.connections import Database, parse_url
from tests.integration.alert.reporting import report

SECONDS = 20
OFFLINE = {"name": "Offline", "rule_type": "camera_offline", "conditions": {}, "priority": "high"}
ALICE = (("camplane-subject", "alice"),)
MINE = (("camplane-cameras", json.dumps(["hall-*"])),)
VIEWER = (("x-camplane-unmasked", "operator,admin"), ("camplane-roles", '["viewer"]'))


@dataclass(frozen=True)
class Sides:
    """A client of each implementation, on one database."""

    domain: Any
    legacy: Any
    database: Database

    @property
    def both(self) -> tuple[Any, Any]:
        return self.domain, self.legacy


@pytest.fixture
async def sides(serving: Any, database_url: str) -> AsyncIterator[Sides]:
    url = parse_url(database_url)
    database = Database("alert", url)
    async with (
        serving("domain", Database("alert", url)) as domain,
        serving("legacy", Database("alert", url)) as legacy,
    ):
        yield Sides(domain, legacy, database)
    database.close()


async def alerts(client: Any, metadata: Any = (), **asked: Any) -> list[Any]:
    """Return all pages."""
    found, token = [], ""
    while True:
        request = pb.ListAlertsRequest(page_token=token, **asked)
        answer = await client.typed.ListAlerts(request, metadata=metadata)
        assert len(answer.items) <= (asked.get("page_size") or 1000)
        found += answer.items
        token = answer.next_page_token
        if not token:
            return found


async def alerts_when(client: Any, count: int, **asked: Any) -> list[Any]:
    """Return the alerts asked for when there are so many."""
    async with asyncio.timeout(SECONDS):
        while len(found := await alerts(client, **asked)) != count:
            await asyncio.sleep(0.05)
    return found


async def handle(client: Any, *ids: int, metadata: Any = ALICE, **said: Any) -> Any:
    request = pb.HandleAlertsRequest(alert_ids=ids, **{"handling": "acknowledged", **said})
    return await client.typed.HandleAlerts(request, metadata=metadata)


def store(database: Database, *alerts: dict[str, Any]) -> None:
    """Keep alerts past the services, from the first id on."""
    known = {"rule_name": "R", "rule_type": "t", "message": "m", "events": 1}
    rows = [
        {
            **known,
            "fired_at": 0.0,
            "resolved_at": None,
            "handling": None,
            "is_rule_changed": False,
            "is_silent": False,
            **one,
        }
        for one in alerts
    ]
    with database.write() as connection:
        for row in rows:
            connection.execute(
                insert(raised_alerts).values({**row, "day": day_of(row["fired_at"])})
            )


async def test_an_alert_is_one_thing_from_when_it_fires_until_it_is_over(sides: Sides) -> None:
    """It says what the history's two entries say, and these name it."""
    rule_id = await sides.legacy.create(OFFLINE)
    await report(sides.domain, "source_failed", "hall-1")
    (fires,) = await alerts_when(sides.legacy, 1)
    assert (fires.rule_id, fires.camera_id, fires.state) == (rule_id, "hall-1", "firing")
    assert (fires.rule_name, fires.rule_type, fires.priority) == (
        "Offline",
        "camera_offline",
        "high",
    )
    assert (fires.since, fires.count) == (fires.fired_at, 1)
    assert json_format.MessageToDict(fires.event)["type"] == "source_failed"
    assert not any(map(fires.HasField, ("resolved_at", "handling", "handled_by", "comment")))
    await report(sides.domain, "source_recovered", "hall-1")
    (over,) = await alerts_when(sides.domain, 1, state="resolved")
    assert (over.id, over.fired_at, over.rule_changed) == (fires.id, fires.fired_at, False)
    assert over.resolved_at > over.fired_at
    entries = (await sides.legacy.history())["items"]
    assert [one["details"]["state"] for one in entries] == ["resolved", "firing"]
    assert [one["details"]["alert_id"] for one in entries] == [fires.id] * 2
    assert entries[1]["id"] == over.history_id
    for client in sides.both:
        assert (await client.call("GetAlert", pb.GetAlertRequest(alert_id=over.id))).alert == over


async def test_an_alert_of_a_rule_that_is_changed_or_gone_ends_and_says_so(sides: Sides) -> None:
    """And the rule as it is now fires anew."""
    changed, gone = [await sides.domain.create(OFFLINE) for _ in range(2)]
    await report(sides.domain, "source_failed", "hall-1")
    await alerts_when(sides.domain, 2)
    await sides.domain.call("DeleteRule", pb.DeleteRuleRequest(rule_id=gone))
    await sides.domain.update(changed, {"conditions": {"keep_firing_seconds": 1}})
    ended = await alerts_when(sides.domain, 2, state="resolved")
    assert [one.rule_changed for one in ended] == [True, True]
    await report(sides.domain, "crash_loop", "hall-1")
    (again,) = await alerts_when(sides.domain, 1, state="firing")
    assert (again.rule_id, again.id > ended[0].id) == (changed, True)


async def test_what_people_say_stands_beside_the_state_and_the_same_again_changes_nothing(
    sides: Sides,
) -> None:
    await sides.domain.create(OFFLINE)
    await report(sides.domain, "source_failed", "hall-1", "yard-1")
    first, second = await alerts_when(sides.domain, 2)
    said = await handle(sides.legacy, first.id, second.id, 999, comment="on my way")
    assert (said.changed, said.unchanged) == (2, 0)
    assert [one.alert_id for one in said.refused] == [999]
    seen = await alerts(sides.domain, handled="acknowledged")
    assert [(one.handled_by, one.comment) for one in seen] == [("alice", "on my way")] * 2
    bob = (("camplane-subject", "bob"),)
    again = await handle(sides.domain, first.id, first.id, metadata=bob, comment="on my way")
    assert (again.changed, again.unchanged) == (0, 1)
    assert await alerts(sides.legacy) == seen
    said = await handle(
        sides.domain, second.id, metadata=(), handled_by="carl", handling="confirmed"
    )
    assert said.changed == 1
    (last,) = await alerts(sides.legacy, handled="confirmed")
    assert (last.id, last.handled_by, last.HasField("comment")) == (second.id, "carl", False)
    await report(sides.domain, "source_recovered", "yard-1")
    (over,) = await alerts_when(sides.legacy, 1, state="resolved")
    assert over.handling in ("confirmed", "acknowledged")


async def test_a_write_that_is_sent_again_with_its_key_happens_once(sides: Sides) -> None:
    """Also when somebody else has said something since, and whoever is asked."""
    store(sides.database, {"rule_id": 1, "camera_id": "hall-1"})
    key = (("idempotency-key", "k1"), *ALICE)
    assert (await handle(sides.domain, 1, metadata=key)).changed == 1
    assert (await handle(sides.legacy, 1, handling="false_positive")).changed == 1
    for client in sides.both:
        assert (await handle(client, 1, metadata=key)).changed == 1
    (one,) = await alerts(sides.domain)
    assert one.handling == "false_positive"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"handling": "seen"}, "handling must be one of acknowledged, confirmed, false_positive"),
        ({"alert_ids": []}, "from 1 to 100 ids"),
        ({"alert_ids": range(1, 102)}, "from 1 to 100 ids"),
        ({"handled_by": " "}, "handled_by is missing"),
        ({"handled_by": "x" * 201}, "handled_by must have at most 200"),
        ({"comment": "x" * 1001}, "comment must have at most 1000"),
        ({"comment": "a\0"}, "NUL"),
    ],
)
async def test_what_cannot_be_said_is_refused_in_words(
    client: Any, refused: type[Exception], said: dict[str, Any], why: str
) -> None:
    known = {"alert_ids": [1], "handling": "confirmed", "handled_by": "alice"}
    with pytest.raises(refused, match=why) as error:
        await client.call("HandleAlerts", pb.HandleAlertsRequest(**{**known, **said}))
    assert error.value.code == StatusCode.INVALID_ARGUMENT


async def test_alerts_are_listed_by_pages_and_filtered(sides: Sides) -> None:
    """In every combination, as the list of all filtered by hand has them."""
    kinds = (None, "acknowledged", "confirmed", "false_positive")
    rows = [
        {
            "rule_id": number % 3 + 1,
            "camera_id": f"hall-{number % 5}",
            "fired_at": 100.0 + number,
            # A rule fires once at a time for a camera.
            "resolved_at": None if number >= 45 else 200.0 + number,
            "handling": kinds[number % 4],
        }
        for number in range(60)
    ]
    store(sides.database, *rows)
    every = await alerts(sides.domain)
    assert [one.id for one in every] == list(range(60, 0, -1))

    def is_handled(one: Any, handled: str) -> bool:
        found = one.handling
        return bool(found) if handled == "any" else found == ("" if handled == "none" else handled)

    for rule_id in (None, 2, 99):
        for camera_id in (None, "hall-3"):
            for state in (None, "firing", "resolved"):
                for handled in (None, "none", "any", *kinds[1:]):
                    asked = {
                        "rule_id": rule_id,
                        "camera_id": camera_id,
                        "state": state,
                        "handled": handled,
                    }
                    expected = [
                        one
                        for one in every
                        if (rule_id is None or one.rule_id == rule_id)
                        and (camera_id is None or one.camera_id == camera_id)
                        and (state is None or one.state == state)
                        and (handled is None or is_handled(one, handled))
                    ]
                    client = sides.legacy if rule_id else sides.domain
                    assert await alerts(client, page_size=7, **asked) == expected, asked


async def test_a_token_of_some_cameras_reads_handles_and_counts_theirs(
    sides: Sides, refused: type[Exception]
) -> None:
    now = time.time()
    store(
        sides.database,
        *({"rule_id": 1, "camera_id": one, "fired_at": now} for one in ("hall-1", "yard-1")),
    )
    for client in sides.both:
        assert [one.camera_id for one in await alerts(client, metadata=MINE)] == ["hall-1"]
        answer = await client.typed.GetAlertStatistics(
            pb.GetAlertStatisticsRequest(), metadata=MINE
        )
        assert answer.total.raised == 1
        assert [one.camera_id for one in answer.by_camera] == ["hall-1"]
    answer = await handle(sides.domain, 1, 2, metadata=MINE, handled_by="alice")
    assert (answer.changed, [one.alert_id for one in answer.refused]) == (1, [2])
    (other,) = await alerts(sides.domain, camera_id="yard-1")
    assert not other.HasField("handling")
    with pytest.raises(refused) as error:
        await sides.domain.call("GetAlert", pb.GetAlertRequest(alert_id=3))
    assert (error.value.code, error.value.reason) == (StatusCode.NOT_FOUND, "ALERT_NOT_FOUND")


async def test_who_reads_no_secrets_reads_none_in_alerts(sides: Sides) -> None:
    store(
        sides.database,
        {
            "rule_id": 1,
            "camera_id": "hall-1",
            "message": "see rtsp://a:hunter2@h/live",
            "event": '{"snapshot": "https://h/hunter2/1.jpg", "api_token": "hunter2"}',
            "handling": "confirmed",
            "handled_by": "alice",
            "comment": "password: hunter2",
        },
    )
    (seen,) = await alerts(sides.legacy, metadata=VIEWER)
    assert "hunter2" not in str(seen) and seen.handled_by == "alice"
    assert "hunter2" in str(await alerts(sides.legacy))


async def test_alerts_are_counted_by_rule_camera_and_day(
    sides: Sides, refused: type[Exception]
) -> None:
    day = 86_400.0
    start = 20_000 * day  # 2024-10-04
    rows = [
        *((1, "hall-1", 0.0, "confirmed"), (1, "hall-1", day - 1, "false_positive")),
        *(
            (1, "hall-2", day, None),
            (2, "hall-1", 2 * day, "acknowledged"),
            (2, "a", 9 * day, None),
        ),
    ]
    store(
        sides.database,
        *(
            {
                "rule_id": rule,
                "camera_id": camera,
                "fired_at": start + at,
                "resolved_at": start + at,
                "handling": handling,
            }
            for rule, camera, at, handling in rows
        ),
    )

    async def counted(client: Any, **more: Any) -> dict[str, Any]:
        asked = {"first_day": "2024-10-04", "last_day": "2024-10-06", **more}
        answer = await client.call("GetAlertStatistics", pb.GetAlertStatisticsRequest(**asked))
        return json_format.MessageToDict(answer, preserving_proto_field_name=True)

    for client in sides.both:
        assert await counted(client) == {
            "first_day": "2024-10-04",
            "last_day": "2024-10-06",
            "total": {"raised": 4, "acknowledged": 1, "confirmed": 1, "false_positive": 1},
            "by_rule": [
                {"rule_id": 1, "raised": 3, "confirmed": 1, "false_positive": 1},
                {"rule_id": 2, "raised": 1, "acknowledged": 1},
            ],
            "by_camera": [
                {
                    "camera_id": "hall-1",
                    "raised": 3,
                    "acknowledged": 1,
                    "confirmed": 1,
                    "false_positive": 1,
                },
                {"camera_id": "hall-2", "raised": 1},
            ],
            "by_day": [
                {"day": "2024-10-04", "raised": 2, "confirmed": 1, "false_positive": 1},
                {"day": "2024-10-05", "raised": 1},
                {"day": "2024-10-06", "raised": 1, "acknowledged": 1},
            ],
        }
        one = await counted(client, rule_id=1, camera_id="hall-2")
        assert (one["total"], [day["day"] for day in one["by_day"]]) == (
            {"raised": 1},
            ["2024-10-05"],
        )
        assert "by_rule" not in await counted(client, rule_id=99)
        week = await counted(client, last_day="2024-10-13", first_day="")
        assert (week["first_day"], week["total"]["raised"]) == ("2024-10-07", 1)
    for first, last in (("2024-10-05", "2024-10-04"), ("2024-01-01", "2024-10-04"), ("x", "")):
        with pytest.raises(refused) as error:
            await counted(sides.domain, first_day=first, last_day=last)
        assert error.value.code == StatusCode.INVALID_ARGUMENT
