"""Alert rules and the history of alerts."""

import time
from collections.abc import Iterator
from typing import Any

from camplane_tools.compare.model import Case, Request
from camplane_tools.compare.suite.cameras import MALFORMED
from camplane_tools.compare.suite.writing import ask, case, shown
from camplane_tools.harness.operations import (
    CHANNELS,
    EVENTS,
    HISTORY,
    RAISED,
    RULES,
    SNOOZES,
    STATES,
)
from servicekit.moments import iso

RULE: dict[str, Any] = {
    "name": "测试规则",
    "rule_type": "violation",
    "conditions": {"threshold": 5},
}
FULL = {
    **RULE,
    "camera_id": "cam0",
    "notification_channels": ["email"],
    "recipients": ["a@b.c"],
    "enabled": True,
    "priority": "high",
}
# Values that each field takes, or does not.
VALUES: dict[str, tuple[Any, ...]] = {
    "name": ("", "cam0 rule", "名" * 100, "名" * 101, None, 5, True, [], {}, "a'; DROP TABLE x"),
    "camera_id": (None, "", "ghost", "c" * 50, "c" * 51, 5, False, []),
    "rule_type": ("", "no such type", "t" * 50, "t" * 51, None, 5, {}),
    "conditions": (None, [1, 2], False, 0, "text", {}, {"z": 1, "a": [0.5, None]}, 1e100, -0.0),
    "notification_channels": (None, [], "email", 5, {"a": 1}, ["webhook", "email"]),
    "recipients": (None, [], "a@b.c", ["a@b.c", "c@d.e"], [[]]),
    "enabled": (None, True, False, 1, 0, "true", "yes", []),
    "priority": (None, "", "urgent", "x" * 20, "x" * 21, 5, True),
}
RULE_IDS = (
    "0",
    "-1",
    "abc",
    "99999",
    "1.5",
    "2147483647",
    "2147483648",
    "9223372036854775808",
    "99999999999999999999",
    "1%2F2",
    "%00",
    "1%20",
)


def cases() -> Iterator[Case]:
    yield from _list()
    yield from _create()
    yield from _update()
    yield from _read_and_delete()
    yield from _history()
    yield from _events()
    yield from _states_and_trials()
    yield from _raised()
    yield from _snoozes()


def _rule(rule_id: str | int) -> str:
    return f"{RULES}/{rule_id}"


def _list() -> Iterator[Case]:
    yield case("list rules", ask("GET", RULES))
    for query in (
        *("camera_id=", "camera_id=cam0", "camera_id=ghost", "camera_id=a%00b", "camera_id=%ff"),
        *("enabled=1", "enabled=0", "enabled=true", "enabled=false", "enabled=abc", "enabled="),
        *("limit=1", "camera_id=cam0&enabled=false", "camera_id='%20OR%201=1%20--"),
        *("camera_id=cam0&camera_id=vid1", "camera_id=%E9%97%A8", "camera_id=a+b"),
    ):
        yield case(f"list rules ?{query}", ask("GET", f"{RULES}?{query}"))


def _create() -> Iterator[Case]:
    def create(name: str, request: Request) -> Case:
        return case(f"create rule {name}", request, ask("GET", RULES))

    yield create("full", ask("POST", RULES, FULL))
    yield create("as short as can be", ask("POST", RULES, RULE))
    for field in RULE:
        body = {key: value for key, value in RULE.items() if key != field}
        yield create(f"without {field}", ask("POST", RULES, body))
    yield create("from {}", ask("POST", RULES, {}))
    for field, values in VALUES.items():
        for value in values:
            body = {**RULE, field: value}
            yield create(f"{field}={shown(value)}", ask("POST", RULES, body))
    for name, text in MALFORMED.items():
        yield case(f"create rule from {name}", ask("POST", RULES, raw=text))
    yield case("create rule from an array of one", ask("POST", RULES, [RULE]))
    unknown = {**RULE, "id": 77, "created_at": "2020-01-01T00:00:00", "foo": 1}
    yield create("with keys that are none of its own", ask("POST", RULES, unknown))
    yield case(
        "create rule, three times",
        *(ask("POST", RULES, {**RULE, "name": str(number)}) for number in range(3)),
        ask("GET", RULES),
    )
    big = '{"name":"n","rule_type":"t","conditions":{"n":12345678901234567890,"z":null,"a":[0.5]}}'
    yield create("keeps numbers and order", ask("POST", RULES, raw=big))


def _update() -> Iterator[Case]:
    def update(name: str, rule_id: str | int, body: Any) -> Case:
        read = (ask("GET", _rule(rule_id)), ask("GET", RULES))
        return case(f"update rule {name}", ask("PUT", _rule(rule_id), body), *read)

    yield update("ok", 2, {"enabled": False})
    changes = {**FULL, "name": "n2", "camera_id": "vid1", "rule_type": "t2", "conditions": {"x": 1}}
    yield update("all fields", 2, {**changes, "enabled": False, "priority": "low"})
    yield update("nothing", 2, {})
    yield update("unknown + known", 2, {"foo": 1, "name": "x"})
    yield update("unknown only", 2, {"foo": 1})
    yield update("SQL in key", 2, {"name = 'x' --": 1})
    yield update("then list order", 3, {"priority": "low"})
    yield update("the id itself", 2, {"id": 9, "name": "x"})
    for field, values in VALUES.items():
        for value in values:
            yield update(f"{field}={shown(value)}", 2, {field: value})
    for rule_id in RULE_IDS:
        request = ask("PUT", _rule(rule_id), {"enabled": False})
        yield case(f"update rule id {rule_id}", request)
    for name, text in MALFORMED.items():
        yield case(f"update rule from {name}", ask("PUT", _rule(2), raw=text), ask("GET", _rule(2)))
    yield case("update rule, bad id and bad body", ask("PUT", _rule(0), raw="{bad"))
    yield case("update rule, unknown id and nothing", ask("PUT", _rule(9), {}))


def _read_and_delete() -> Iterator[Case]:
    for rule_id in ("1", "2", "3", "4", *RULE_IDS):
        yield case(f"get rule {rule_id}", ask("GET", _rule(rule_id)))
        deleted = ask("DELETE", _rule(rule_id))
        yield case(f"delete rule {rule_id}", deleted, ask("GET", RULES), ask("GET", HISTORY))
    yield case("delete a rule twice", ask("DELETE", _rule(2)), ask("DELETE", _rule(2)))


def _history() -> Iterator[Case]:
    yield case("history", ask("GET", HISTORY))
    for query in (
        *("limit=1", "limit=2", "limit=1000", "limit=0", "limit=-1", "limit=1001", "limit=abc"),
        *("limit=", "limit=1.5", "limit=2147483648", "alert_type=system", "alert_type=ghost"),
        *("alert_type=", "camera_id=cam0", "camera_id=ghost", "camera_id=", "camera_id=a%00b"),
        *("camera_id=cam0&alert_type=violation&limit=1", "alert_type=a%00b", "foo=1"),
    ):
        yield case(f"history ?{query}", ask("GET", f"{HISTORY}?{query}"))


def _events() -> Iterator[Case]:
    # Events have to be new; no rule of the fixture is about this type.
    event = {"event_id": "1", "camera_id": "cam0", "type": "worker_restarted", "time": time.time()}

    def events(name: str, *found: Any) -> Case:
        return case(f"events {name}", *(ask("POST", EVENTS, {"events": one}) for one in found))

    yield events("once and again", [event], [event, {**event, "event_id": "2"}])
    yield events("wrong among right", [{**event, "type": ""}, event, 5, {**event, "time": 1}])
    yield events("none", [])
    yield case("events that are no list", ask("POST", EVENTS, {"events": event}))
    for name, text in MALFORMED.items():
        yield case(f"events from {name}", ask("POST", EVENTS, raw=text))


def _states_and_trials() -> Iterator[Case]:
    # States come from who evaluates, whenever that is: here those alone that are refused.
    for query in ("page_size=-1", "page_token=none", "page_size=abc"):
        yield case(f"states ?{query}", ask("GET", f"{STATES}?{query}"))
    day = {"start_time": "2026-01-01T00:00:00Z", "end_time": "2026-01-02T00:00:00Z"}
    for name, body in {
        "stored": day,
        "given": {**day, "conditions": {"threshold": 2}},
        "given that are none": {**day, "conditions": "x"},
        "backwards": {"start_time": day["end_time"], "end_time": day["start_time"]},
        "too long": {**day, "start_time": "2020-01-01T00:00:00Z"},
        "no time": {**day, "start_time": "yesterday"},
        "to come": {**day, "end_time": "2226-01-01T00:00:00Z"},
    }.items():
        yield case(f"test rule, {name}", ask("POST", f"{_rule(1)}/trial", body))
    yield case("test rule, unknown", ask("POST", f"{_rule(99)}/trial", day))
    yield case("channels", ask("GET", CHANNELS))
    yield case("test channel, unknown", ask("POST", f"{CHANNELS}/nobody/test"))


def _raised() -> Iterator[Case]:
    # Alerts come from who evaluates, too: no rule of the fixture fires here.
    for query in (
        *("", "?state=firing&handled=none", "?handled=confirmed&rule_id=1", "?camera_id=cam0"),
        *("?state=pending", "?handled=seen", "?rule_id=0", "?camera_id=a%00b", "?page_size=-1"),
        *("?page_token=none", "/99", "/0", "/abc"),
    ):
        yield case(f"alerts {query}", ask("GET", f"{RAISED}{query}"))
    said = {"alert_ids": [99, 98, 99], "handling": "confirmed", "handled_by": "ops"}
    for name, body in {
        "unknown": said,
        "none": {**said, "alert_ids": []},
        "too many": {**said, "alert_ids": [*range(1, 102)]},
        "in another way": {**said, "handling": "seen"},
        "by nobody": {**said, "handled_by": ""},
        "with a long comment": {**said, "comment": "x" * 1001},
        "by text": {**said, "alert_ids": "x"},
    }.items():
        yield case(f"handle alerts, {name}", ask("POST", f"{RAISED}/handle", body))
    days = "first_day=2026-01-01&last_day=2026-01-31"
    for query in (
        *(days, f"{days}&rule_id=1&camera_id=cam0", f"{days}&rule_id=0"),
        *("first_day=2026-02-01&last_day=2026-01-01", "first_day=2020-01-01&last_day=2026-01-01"),
        "last_day=yesterday",
    ):
        yield case(f"alerts counted ?{query}", ask("GET", f"{RAISED}/statistics?{query}"))


def _snoozes() -> Iterator[Case]:
    address = f"{_rule(1)}/snooze"
    # Both sides are asked within the day, and what is listed says when.
    day = time.time() + 86_400
    said = {"until": f"{iso(day)}Z", "snoozed_by": "ops", "reason": "cleaning"}
    for name, body in {
        "without a time": {**said, "until": None},
        "until yesterday": {**said, "until": "2020-01-01T00:00:00Z"},
        "for years": {**said, "until": "2226-01-01T00:00:00Z"},
        "by nobody": {**said, "snoozed_by": ""},
        "for a reason too long": {**said, "reason": "x" * 1001},
    }.items():
        yield case(f"snooze rule {name}", ask("PUT", address, body))
    yield case("snooze, unknown rule", ask("PUT", f"{_rule(99)}/snooze", said))
    yield case("snooze, end twice", ask("PUT", address, said), *[ask("DELETE", address)] * 2)
    yield case("snoozes", ask("GET", SNOOZES))
