"""The two paths compared by the spans of every request, on the running system."""

import json
import os
import signal
import sqlite3
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from gateway.telemetry.packed import Packed, unpacked
from tests.e2e.command_line import Up, ending, lives, until

RULES = "/api/v1/alerts/rules"
LIST_RULES = "AlertRestService/ListRules"


@pytest.fixture(scope="module")
def split(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A camplane, half of whose alert rules are domain's, and all of its cameras."""
    with ending(tmp_path_factory.mktemp("traffic")) as start:
        yield start(
            USE_DOMAIN_SERVICE="true", ROLLOUT_PERCENT_ALERT="50", ROLLOUT_PERCENT_CAMERA="100"
        )


def comparison(camplane: Up, **query: Any) -> dict[str, Any]:
    return camplane.ask("GET", "/api/v1/monitoring/comparison", params=query)


def rpc_of(found: dict[str, Any], label: str) -> dict[str, Any] | None:
    rpcs = [one for context in found["contexts"] for one in context["rpcs"]]
    return next((one for one in rpcs if one["rpc"] == label), None)


def requests_of(camplane: Up, label: str) -> tuple[int, int]:
    """Return how many requests of an RPC were assigned to legacy and to domain."""
    found = rpc_of(comparison(camplane), label)
    return (found["legacy"]["requests"], found["domain"]["requests"]) if found else (0, 0)


def test_every_request_is_counted_for_the_path_that_the_client_was_told(split) -> None:
    before = requests_of(split, LIST_RULES)
    told = Counter(split.http.get(RULES).headers["x-camplane-path"] for _ in range(60))
    expected = (before[0] + told["legacy"], before[1] + told["domain"])
    until(lambda: sum(requests_of(split, LIST_RULES)) >= sum(expected))
    assert requests_of(split, LIST_RULES) == expected
    # What is drawn anew each time tells of the split; a forced request does not.
    (alert,) = comparison(split, context="alert")["contexts"]
    assert alert["weight"] == 50
    assert not alert["sample_ratio"]["alarm"]
    drawn = alert["sample_ratio"]["requests"]
    for _ in range(10):
        split.http.get(RULES, params={"force_domain": "true"})
    split.camplane("rules", "list")

    def apart() -> bool:
        (alert,) = comparison(split, context="alert")["contexts"]
        return (alert["forced"], alert["tools"]) == (10, 1)

    until(apart)
    assert requests_of(split, LIST_RULES) == expected
    (alert,) = comparison(split, context="alert")["contexts"]
    assert alert["sample_ratio"]["requests"] == drawn
    said = split.camplane("traffic")
    assert "besides 10 forced by force_domain and 1 of camplane's own tools" in " ".join(
        said.split()
    )


def test_an_error_has_the_status_of_its_service_not_that_of_rest(split) -> None:
    """Two gRPC statuses become 400 over REST; the figures keep them apart."""
    assert split.http.post("/api/v1/cameras/nobody/start").status_code == 400
    split.http.get(f"{RULES}/987654")

    def codes(label: str) -> set[str]:
        found = rpc_of(comparison(split), label)
        return {one["code"] for one in found["codes"]} if found else set()

    until(lambda: codes("CameraService/StartCamera") == {"FAILED_PRECONDITION"})
    until(lambda: codes("AlertRestService/GetRule") == {"NOT_FOUND"})


def test_the_spans_agree_with_what_envoy_counted(split) -> None:
    """Within half a minute of traffic both checks hold, and say on how many requests."""

    def holds() -> bool:
        split.http.get(RULES)
        truth = comparison(split)["truth"]
        return bool(truth["sufficient"]) and truth["agreement"]["expected"] > 20

    until(holds, 40)


def test_a_kept_trace_goes_from_the_gateway_down_to_the_database(split) -> None:
    rule = {"name": "A", "rule_type": "x", "conditions": {"threshold": 1}}
    query = {"rpc": "AlertRestService/CreateRule", "kind": "typical"}

    def whole() -> Any:
        # Of what comes close upon each other a service keeps one.
        split.ask("POST", RULES, json=rule)
        found = split.ask("GET", "/api/v1/monitoring/traces", params=query)["traces"]
        return found and found[0]

    summary = until(whole)
    trace = split.ask("GET", f"/api/v1/monitoring/traces/{summary['trace_id']}")
    assert trace["summary"] == summary
    spans = {span["span_id"]: span for span in trace["spans"]}
    (write,) = (span for span in spans.values() if span["name"] == "alert.db write")
    services = []
    span = write
    while span["parent_id"]:
        span = spans[span["parent_id"]]
        services.append((span["service"], span["kind"]))
    assert services == [
        ("camplane-alert", "server"),
        ("camplane-gateway", "client"),
        ("camplane-gateway", "server"),
    ]
    assert all(0 <= one["self_ms"] <= one["duration_ms"] for one in spans.values())
    assert split.http.get(f"/api/v1/monitoring/traces/{'0' * 32}").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "comparison?minutes=1441",
        "comparison?context=gateway",
        "comparison?rpc=Nothing/Here",
        "traces?kind=odd",
        "traces?limit=1001",
        "traces?after=nowhere",
        "traces/not-an-id",
    ],
)
def test_what_means_nothing_is_refused_with_what_does(split, path) -> None:
    answer = split.http.get(f"/api/v1/monitoring/{path}")
    assert answer.status_code == 400, answer.text
    assert answer.json()["detail"]


def test_live_figures_come_at_once_and_then_every_second(split) -> None:
    split.http.get(RULES)
    with split.http.stream("GET", "/api/v1/monitoring/stream") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = (line for line in answer.iter_lines() if line.startswith("data: "))
        figures = [json.loads(next(lines).removeprefix("data: ")) for _ in range(3)]
    assert [one["context"] for one in figures[0]["contexts"]] == ["camera", "alert"]
    assert len({one["timestamp"][:19] for one in figures}) >= 2


def test_a_killed_control_process_keeps_the_figures_and_counts_nothing_twice(split) -> None:
    split.http.get(RULES)
    before = sum(until(lambda: requests_of(split, LIST_RULES)))
    split.http.get(RULES)
    until(lambda: sum(requests_of(split, LIST_RULES)) > before)
    until(lambda: stored(split) == sum(requests_of(split, LIST_RULES)))
    pid, counted = split.pids["control"], requests_of(split, LIST_RULES)
    os.kill(pid, signal.SIGKILL)
    until(lambda: split.pids.get("control") not in (None, pid))
    until(lambda: split.http.get("/api/v1/monitoring/comparison").status_code == 200)
    assert requests_of(split, LIST_RULES) == counted


def stored(camplane: Up) -> int:
    """Return how many requests of clients the figures tell of that are written down."""
    with sqlite3.connect(f"file:{camplane.data / 'gateway.db'}?mode=ro", uri=True) as database:
        rows = database.execute("SELECT figures FROM minutes").fetchall()
    figures = unpacked(Packed.from_bytes(row) for (row,) in rows)
    clients = {key: cell for key, cell in figures.requests.items() if not key.is_apart}
    return sum(cell.count for key, cell in clients.items() if key.rpc == LIST_RULES)


def test_requests_that_legacy_rescued_are_failures_of_domain_with_a_reason(split) -> None:
    """The last of this module: it kills camera/domain."""
    pid = split.pids["camera/domain"]
    os.kill(pid, signal.SIGKILL)
    until(lambda: not lives(pid))
    answers = [split.http.get("/api/v1/cameras").headers for _ in range(20)]
    rescued = sum(1 for one in answers if one.get("x-camplane-fallback") == "true")
    assert rescued

    def told() -> Any:
        found = rpc_of(comparison(split), "CameraRestService/ListCameras")
        return found and sum(one["count"] for one in found["fallbacks"]) >= rescued and found

    found = until(told)
    assert found["domain"]["failures"] == rescued
    assert found["domain"]["answered_elsewhere"] == rescued
    reasons = {one["reason"] for one in found["fallbacks"]}
    assert reasons <= {"connection_refused", "connection_reset", "unhealthy", "unavailable"}
    kept = until(
        lambda: split.ask("GET", "/api/v1/monitoring/traces", params={"kind": "fallback"})["traces"]
    )
    assert {one["assigned"] for one in kept} == {"domain"}
    assert {one["answered"] for one in kept} == {"legacy"}
