"""Every documented operation is answered with its documented success, on both implementations."""

import json
import time
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
import requests

from gateway.vocabulary.route_table import bindings
from servicekit import moments
from tests.contract.openapi_document import (
    ask,
    closed,
    described,
    document,
    operations,
    sides,
    streams,
)
from tests.stack import VIDEO, Stack

CAMERA = {"camera_id": "walk"}
RULE = {"rule_id": 1}
ALERT = {"context": "alert"}
WHO = {"author": "a reader", "reason": "to see the document hold"}
ENTRY = {"id": "walk", "name": "Walk", "source": str(VIDEO), "resolution": "160x120", "more": [1]}
EVENTS = {"events": [{"event_id": "1", "camera_id": "walk", "type": "motion", "time": time.time()}]}
NEW_RULE = {"name": "Crowd", "rule_type": "violation_threshold", "conditions": {"threshold": 5}}

# Operation, parameters of the path, of the query, body: in an order in which each succeeds.
WALK: list[tuple[str, dict[str, Any], dict[str, Any], Any]] = [
    ("CreateCamera", {}, {}, ENTRY),
    ("ListCameras", {}, {"active_only": "true"}, None),
    ("GetCamera", CAMERA, {}, None),
    ("UpdateCamera", CAMERA, {}, {"name": "Walked"}),
    ("ActivateCamera", CAMERA, {}, None),
    ("SetAutoStart", CAMERA, {"auto_start": "true"}, None),
    ("StartCamera", CAMERA, {}, None),
    ("GetCameraStatus", CAMERA, {}, None),
    ("BatchGetCameraStatus", {}, {}, {"camera_ids": ["walk", "nobody"]}),
    ("GetCameraStats", CAMERA, {}, None),
    ("RestartCamera", CAMERA, {}, None),
    ("GetCameraLogs", CAMERA, {"lines": 5}, None),
    ("TailCameraLogs", CAMERA, {"lines": 5}, None),
    ("GetCameraPreview", CAMERA, {}, None),
    ("StopCamera", CAMERA, {}, None),
    ("DeactivateCamera", CAMERA, {}, None),
    ("RefreshCameras", {}, {}, None),
    ("DeleteCamera", CAMERA, {}, None),
    ("CreateRule", {}, {}, NEW_RULE),
    ("ListRules", {}, {"enabled": "true"}, None),
    ("GetRule", RULE, {}, None),
    ("UpdateRule", RULE, {}, {"priority": None}),
    ("IngestEvents", {}, {}, EVENTS),
    ("ListHistory", {}, {"limit": 2}, None),
    ("ListRuleStates", {}, {"page_size": 2}, None),
    ("TestRule", RULE, {}, {"conditions": {"threshold": 1}}),
    ("ListChannels", {}, {}, None),
    ("TestChannel", {"channel": "nobody"}, {}, None),
    ("ListAlerts", {}, {"handled": "none", "page_size": 2}, None),
    ("HandleAlerts", {}, {}, {"alert_ids": [1], "handling": "confirmed", "handled_by": "me"}),
    ("GetAlertStatistics", {}, {"rule_id": 1}, None),
    # Computed when the tests are collected, maybe long before they run.
    (
        "SnoozeRule",
        RULE,
        {},
        {"until": moments.iso(time.time() + 86_400) + "Z", "snoozed_by": "me"},
    ),
    ("ListSnoozes", {}, {}, None),
    ("EndSnooze", RULE, {}, None),
    ("DeleteRule", RULE, {}, None),
    ("Ping", {}, {}, None),
    ("GetHealth", {}, {}, None),
    ("GetHealth2", {}, {}, None),
    ("GetMetrics", {}, {}, None),
    ("GetConsistency", {}, {}, None),
    ("RepairConsistency", {}, {}, {"dry_run": True}),
    ("GetComparison", {}, {"context": "camera", "minutes": 5}, None),
    ("WatchTraffic", {}, {}, None),
    ("ListTraces", {}, {"limit": 3}, None),
    ("MirrorReads", ALERT, {}, {"percent": 20, **WHO}),
    ("GetShadow", {}, {}, None),
    ("MirrorReads", ALERT, {}, {"percent": 0, **WHO}),
    ("ListRollouts", {}, {}, None),
    ("WatchRollouts", {}, {}, None),
    ("ForecastRollout", ALERT, {}, {}),
    ("StartRollout", ALERT, {}, WHO),
    ("PauseRollout", ALERT, {}, WHO),
    ("ResumeRollout", ALERT, {}, WHO),
    ("PromoteRollout", ALERT, {}, {"force": True, **WHO}),
    ("GetRollout", ALERT, {}, None),
    ("AbortRollout", ALERT, {}, WHO),
    ("SetWeight", ALERT, {}, {"weight": 50, **WHO}),
    ("PinCamera", CAMERA, {}, {"path": "domain", **WHO}),
    ("ExplainCamera", CAMERA, {}, None),
    ("UnpinCamera", CAMERA, WHO, None),
    ("ListDecisions", {}, {"full": "true"}, None),
]
# They need the id of a trace that is kept, and of an alert that was raised.
ASKED_LAST = {"GetTrace", "GetAlert"}
# It needs a repair that changed something: tests/integration/consistency.
NOT_ASKED = "UndoRepair"


def test_the_document_has_every_binding_of_the_route_table_and_no_other() -> None:
    written = {
        (method.upper(), template, operation["x-rpc"])
        for template, path in document()["paths"].items()
        for method, operation in path.items()
    }
    assert written == {
        (one.http_method, one.template, one.rpc.path.removeprefix("/")) for one in bindings()
    }


def test_every_query_parameter_of_the_route_table_is_documented_and_no_other() -> None:
    for binding in bindings():
        raw = document()["paths"][binding.template][binding.http_method.lower()]
        parameters = raw.get("parameters", ())
        named = {one["name"] for one in parameters if one.get("in") == "query"}
        assert named == set(binding.query_parameters), binding.template


def test_every_operation_succeeds_as_documented(stack: Stack, implementation: str) -> None:
    """What is not for one implementation is asked in both walks."""
    with requests.Session() as session:
        session.trust_env = False
        for name, path, query, body in WALK:
            chosen = implementation if sides(name) != [None] else None
            if name in streams():
                check_first_event(stack, name, path, query, chosen)
            else:
                succeed(stack, session, name, path, query, body, chosen)
        trace = {"trace_id": a_kept_trace(stack)}
        succeed(stack, session, "GetTrace", trace, {}, None, None)
        alert = {"alert_id": a_raised_alert(stack)}
        succeed(stack, session, "GetAlert", alert, {}, None, implementation)
    assert {name for name, *_ in WALK} | ASKED_LAST | {NOT_ASKED} == described().keys()


def succeed(
    stack: Stack,
    session: requests.Session,
    name: str,
    path: dict[str, Any],
    query: dict[str, Any],
    body: Any,
    implementation: str | None,
) -> None:
    given = {} if body is None else {"body": body, "media_type": "application/json"}
    case = operations()[name].Case(path_parameters=dict(path), query=dict(query), **given)
    answer = ask(stack, session, case, implementation)
    assert answer.status_code == 200, (name, answer.text[:500])


def check_first_event(
    stack: Stack,
    name: str,
    path: dict[str, Any],
    query: dict[str, Any],
    implementation: str | None,
) -> None:
    """Read a stream as far as its first event; the event must be as documented."""
    template = operations()[name].path
    if implementation:
        query = {**query, "force_domain": "true" if implementation == "domain" else "false"}
    with stack.client.stream("GET", template.format(**path), params=query) as answer:
        assert answer.status_code == 200
        [(media_type, content)] = described()[name]["responses"]["200"]["content"].items()
        assert answer.headers["content-type"] == media_type
        data = first_data(answer.iter_lines())
    schema = {**content["x-event"], "components": closed(document()["components"])}
    is_text = name == "TailCameraLogs"
    jsonschema_rs.validate(schema, data if is_text else json.loads(data))


def first_data(lines: Iterator[str]) -> str:
    for line in lines:
        if line.startswith("data: "):
            return line.removeprefix("data: ")
    raise AssertionError("the stream ended without an event")


def a_kept_trace(stack: Stack) -> str:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        traces = stack.client.get("/api/v1/monitoring/traces").json()["traces"]
        if traces:
            return str(traces[0]["trace_id"])
        time.sleep(0.1)
    raise AssertionError("no trace is kept")


def a_raised_alert(stack: Stack) -> int:
    rule = {"name": "Offline", "rule_type": "camera_offline", "conditions": {}}
    stack.ask("POST", "/api/v1/alerts/rules", "domain", json={**rule, "camera_id": "raised"})
    event = {"event_id": str(time.time()), "camera_id": "raised", "type": "source_failed"}
    body = {"events": [{**event, "time": time.time()}]}
    stack.ask("POST", "/api/v1/alerts/events", "domain", json=body)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if items := stack.client.get("/api/v1/alerts/raised").json()["items"]:
            return int(items[0]["id"])
        time.sleep(0.1)
    raise AssertionError("no alert was raised")


@pytest.mark.parametrize("after", ["x", "0x1p99999-x", "-1"])
def test_a_page_that_no_page_named_is_refused(stack: Stack, after: str) -> None:
    answer = stack.client.get("/api/v1/monitoring/traces", params={"after": after})
    assert answer.status_code == 400, answer.text


def test_headers_that_grpc_cannot_carry_are_ignored(stack: Stack, implementation: str) -> None:
    """HTTP allows them, so they are no fault of anybody."""
    hostile = {"a+b": "1", "x|y": "2", "~^!": "3", "%s&": "4", "fine.name_1-x": "5"}
    for method, path in (("GET", "/api/v1/cameras"), ("POST", "/api/v1/cameras/cam0/stop")):
        answer = stack.ask(method, path, implementation, headers=hostile)
        assert answer.status_code == 200, answer.text
    assert stack.client.get("/api/ping", headers=hostile).status_code == 200


def test_headers_are_taken_up_to_the_gateways_limit(stack: Stack, implementation: str) -> None:
    """A service does not refuse what the gateway lets pass."""
    for size, status in ((12_000, 200), (55_000, 200), (70_000, 431)):
        headers = {"x-long": "y" * size}
        answer = stack.ask("GET", "/api/v1/cameras", implementation, headers=headers)
        assert answer.status_code == status, answer.text[:300]
    answer = stack.client.delete("/api/v1/rollouts/pins/x", params={"reason": "\U0001f600" * 1000})
    assert answer.status_code == 200, answer.text[:300]
