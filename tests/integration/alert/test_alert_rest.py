"""The REST shapes, on both implementations and both databases."""

import asyncio
from datetime import UTC, datetime, timedelta

import grpc
import pytest

NEW = {"name": "测试规则", "rule_type": "violation", "conditions": {"threshold": 5}}
RULES = [
    {
        "name": "全局",
        "camera_id": None,
        "rule_type": "violation_threshold",
        "conditions": {"threshold": 5, "duration_minutes": 10},
        "notification_channels": ["websocket"],
        "recipients": None,
        "enabled": True,
        "priority": "medium",
        "created_at": "2026-01-01T00:00:01",
        "updated_at": "2026-01-01T00:00:09",
    },
    {
        "name": "cam0 rule",
        "camera_id": "cam0",
        "rule_type": "no_detection",
        "conditions": {"minutes": 3},
        "notification_channels": ["email", "webhook"],
        "recipients": ["a@example.com"],
        "enabled": False,
        "priority": "high",
        "created_at": "2026-01-01T00:00:02.123456",
        "updated_at": "2026-01-01T00:00:05.500000",
    },
    {
        "name": "",
        "camera_id": "",
        "rule_type": "",
        "conditions": [],
        "notification_channels": None,
        "recipients": {},
        "enabled": None,
        "priority": None,
        "created_at": "2026-01-01T00:00:03",
        "updated_at": "2026-01-01T00:00:09",
    },
]
HISTORY = [
    {
        "rule_id": 1,
        "camera_id": "cam0",
        "alert_type": "violation",
        "message": "msg 中文",
        "details": {"k": 1},
        "notification_sent": True,
        "notification_channels_used": ["email"],
        "timestamp": "2026-01-01T00:00:01",
    },
    {
        "rule_id": None,
        "camera_id": "vid1",
        "alert_type": "system",
        "message": None,
        "details": {},
        "notification_sent": False,
        "notification_channels_used": None,
        "timestamp": "2026-01-01T00:00:03.500000",
    },
    {
        "rule_id": 2,
        "camera_id": "cam0",
        "alert_type": "violation",
        "message": "m3",
        "details": [],
        "notification_sent": None,
        "notification_channels_used": [],
        "timestamp": "2026-01-01T00:00:03.500000",
    },
]


async def test_rules_are_listed_as_stored_newest_update_first(client, store):
    """Every column comes back as it is, null included; ties go to the higher id."""
    store(rules=RULES)
    expected = [{"id": number, **RULES[number - 1]} for number in (3, 1, 2)]
    listed = await client.rules()
    assert listed == {"count": 3, "items": expected}
    assert [list(rule) for rule in listed["items"]] == [list(rule) for rule in expected]


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ({}, [3, 1, 2]),
        ({"camera_id": "cam0"}, [2]),
        ({"camera_id": ""}, [3]),
        ({"camera_id": "ghost"}, []),
        ({"camera_id": "' OR 1=1 --"}, []),
        ({"enabled": True}, [1]),
        ({"enabled": False}, [2]),
        ({"enabled": False, "camera_id": "cam0"}, [2]),
        ({"enabled": True, "camera_id": "cam0"}, []),
    ],
)
async def test_filters_match_exactly(client, store, filters, ids):
    """A filter keeps the rows with exactly its value; a null matches no filter."""
    store(rules=RULES)
    assert [rule["id"] for rule in (await client.rules(**filters))["items"]] == ids


async def test_a_created_rule_gets_the_defaults_and_one_time(client):
    """Absent keys take their defaults, unknown ones are ignored, the time is now in UTC."""
    before = datetime.now(UTC).replace(tzinfo=None)
    rule_id = await client.create({**NEW, "created_by": "bob"})
    rule = await client.rule(rule_id)
    created, updated = rule.pop("created_at"), rule.pop("updated_at")
    assert rule == {
        "id": rule_id,
        **NEW,
        "camera_id": None,
        "notification_channels": None,
        "recipients": None,
        "enabled": True,
        "priority": "medium",
    }
    assert created == updated
    assert before <= datetime.fromisoformat(created) <= before + timedelta(seconds=30)


async def test_nulls_given_are_stored_as_null(client):
    """A default stands in for an absent key only, never for a null."""
    nulls = dict.fromkeys(
        ("camera_id", "conditions", "notification_channels", "recipients", "enabled", "priority")
    )
    rule = await client.rule(await client.create({**NEW, **nulls}))
    assert {key: rule[key] for key in nulls} == nulls


@pytest.mark.parametrize(
    "value",
    [
        False,
        0,
        "",
        [],
        {},
        "text with 'quotes', %(percent)s and :colons",
        {"z": 1, "a": [1.5, None, True, {"é": "中文 😀"}], "": ""},
        123456789012345678901234567890,
        {"big": 123456789012345678901234567890, "small": -(2**63), "float": 1e-7},
    ],
)
async def test_json_is_kept_exactly(client, value):
    """Any JSON comes back the same: the order of keys, long integers, every letter."""
    rule_id = await client.create({**NEW, "conditions": value})
    await client.update(rule_id, {"recipients": value})
    rule = await client.rule(rule_id)
    for stored in (rule["conditions"], rule["recipients"]):
        assert repr(stored) == repr(value)


async def test_an_update_sets_only_what_it_names(client, store):
    """The named fields and updated_at change, nothing else does."""
    store(rules=RULES)
    before = await client.rule(2)
    await client.update(2, {"priority": "low", "recipients": None, "foo": 1, "id": 77})
    after = await client.rule(2)
    assert after.pop("updated_at") > before.pop("updated_at")
    assert after == {**before, "priority": "low", "recipients": None}
    assert (await client.rules())["items"][0]["id"] == 2


@pytest.mark.parametrize("body", [{}, {"foo": 1}, {"name = 'x' --": 1}, {"id": 5}])
async def test_an_update_of_no_field_changes_nothing(client, store, body):
    """Without a field of a rule, not even updated_at changes."""
    store(rules=RULES)
    before = await client.rules()
    await client.update(2, body)
    assert await client.rules() == before


async def test_every_field_can_be_updated(client, store):
    """An update of all fields at once stores them all."""
    store(rules=RULES)
    fields = {
        "name": "n2",
        "camera_id": "vid1",
        "rule_type": "t2",
        "conditions": None,
        "notification_channels": ["a"],
        "recipients": "r",
        "enabled": None,
        "priority": None,
    }
    await client.update(1, fields)
    rule = await client.rule(1)
    assert {key: rule[key] for key in fields} == fields


@pytest.mark.parametrize("body", [{"enabled": False}, {}])
async def test_updating_an_unknown_rule(client, refused, implementation, body):
    """Domain says that there is none; legacy says ok, as the monolith did."""
    if implementation == "legacy":
        await client.update(2147483647, body)
        return
    with pytest.raises(refused) as error:
        await client.update(2147483647, body)
    assert error.value == refused(
        grpc.StatusCode.NOT_FOUND, "RULE_NOT_FOUND", "告警规则不存在: 2147483647"
    )


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"rule_type": "t"}, "缺少必填字段: name"),
        ({"name": "n", "conditions": {}}, "缺少必填字段: rule_type"),
        ({"name": "n", "rule_type": "t"}, "缺少必填字段: conditions"),
        ({**NEW, "name": None}, "name must be text of at most 100 characters"),
        (b"null", "the body must be a JSON object"),
        (b"", "the body must be a JSON object"),
        (b"[]", "the body must be a JSON object"),
    ],
)
async def test_bad_rules_are_refused_in_words(client, refused, body, message):
    """Both implementations refuse alike, and store nothing."""
    with pytest.raises(refused) as error:
        await client.create(body)
    assert error.value == refused(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_ARGUMENT", message)
    assert (await client.rules())["count"] == 0


@pytest.mark.parametrize("body", [b"{bad", b'{"name":"x",}', b'{"name": "\\ud800"}', b"\xff"])
async def test_malformed_json_is_refused(client, refused, body):
    """What is no JSON is the caller's fault."""
    for call in (client.create(body), client.update(1, body)):
        with pytest.raises(refused) as error:
            await call
        assert error.value.code is grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize("rule_id", [0, -1, -(2**31)])
async def test_impossible_ids_are_refused(client, refused, rule_id):
    """An id below 1 names no rule that could ever be."""
    for call in (client.rule(rule_id), client.update(rule_id, {})):
        with pytest.raises(refused) as error:
            await call
        assert error.value.message == "rule_id must be a number from 1 to 2147483647"


async def test_an_unknown_rule_is_not_found(client, refused):
    """Asking for a rule that is not there is answered with its id."""
    with pytest.raises(refused) as error:
        await client.rule(9)
    assert error.value == refused(grpc.StatusCode.NOT_FOUND, "RULE_NOT_FOUND", "告警规则不存在: 9")


async def test_history_is_listed_as_stored_newest_first(client, store):
    """Every column comes back as it is, null included; ties go to the higher id."""
    store(history=HISTORY)
    expected = [{"id": number, **HISTORY[number - 1]} for number in (3, 2, 1)]
    listed = await client.history()
    assert listed == {"count": 3, "items": expected}
    assert [list(alert) for alert in listed["items"]] == [list(alert) for alert in expected]


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ({"limit": 1}, [3]),
        ({"limit": 1000}, [3, 2, 1]),
        ({"camera_id": "cam0"}, [3, 1]),
        ({"camera_id": ""}, []),
        ({"alert_type": "system"}, [2]),
        ({"alert_type": "violation", "camera_id": "cam0", "limit": 1}, [3]),
        ({"alert_type": "system", "camera_id": "cam0"}, []),
    ],
)
async def test_history_filters(client, store, filters, ids):
    """Filters match exactly, and the limit counts what matches."""
    store(history=HISTORY)
    assert [alert["id"] for alert in (await client.history(**filters))["items"]] == ids


async def test_history_gives_100_unless_asked(client, store):
    """Without a limit the newest hundred come."""
    store(history=[{**HISTORY[0], "message": str(number)} for number in range(101)])
    messages = [alert["message"] for alert in (await client.history())["items"]]
    assert messages == [str(number) for number in range(100, 0, -1)]


@pytest.mark.parametrize(
    "filters",
    [{"limit": 0}, {"limit": -1}, {"limit": 1001}, {"camera_id": "a\0b"}, {"alert_type": "\0"}],
)
async def test_bad_questions_about_history_are_refused(client, refused, filters):
    """A limit out of 1 to 1000 and a NUL are the caller's fault."""
    with pytest.raises(refused) as error:
        await client.history(**filters)
    assert error.value.code is grpc.StatusCode.INVALID_ARGUMENT


async def test_a_nul_in_a_filter_of_rules_is_refused(client, refused):
    """PostgreSQL could not even be asked."""
    with pytest.raises(refused) as error:
        await client.rules(camera_id="a\0b")
    assert error.value.message == "camera_id must not contain NUL characters"


async def test_concurrent_creates_are_all_stored(client):
    """Forty creates at once get forty ids."""
    ids = await asyncio.gather(*(client.create({**NEW, "name": str(n)}) for n in range(40)))
    stored = {rule["id"]: rule["name"] for rule in (await client.rules())["items"]}
    assert stored == {rule_id: str(number) for number, rule_id in enumerate(ids)}
