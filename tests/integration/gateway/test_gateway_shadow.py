"""Mirrored reads, from the command that turns them on to what is said of them."""

import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from camplane.alert.v1 import alert_rest_service_pb2
from camplane.camera.v1 import camera_service_pb2
from google.api import httpbody_pb2

from gateway.proxy.files import read_routing
from gateway.vocabulary.split import Split
from tests.integration.gateway.rig import Gateway, running, until
from tests.integration.gateway.upstream import MissingError

STATUS = "CameraService/GetCameraStatus"
RULES = "AlertRestService/ListRules"
# A span that is late on a busy machine finds its trace closed: no pair is made of it.
MOST = 0.9
SHADOW = "/api/v1/monitoring/shadow"
COMPARISON = "/api/v1/monitoring/comparison"


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    """A gateway that gives half to each path, mirrors all reads and takes in every span."""
    with running(Split(50, 50), otlp="control") as gateway:
        for context in ("camera", "alert"):
            asked = {"percent": 100, "author": "test", "reason": "to compare"}
            path = f"/api/v1/rollouts/{context}/shadow"

            def is_set(path: str = path, body: str = json.dumps(asked)) -> bool:
                return gateway.rest("PUT", path, body).status == 200  # once a controller leads

            until(is_set)
        until(lambda: read_routing(gateway.directory).mirrored == {"camera": 100, "alert": 100})
        # Spans are held against Envoy's counters from the first look on. One that falls into
        # a burst of requests is off by some of them, against all that come later.
        until(lambda: gateway.rest("GET", COMPARISON).json["truth"]["sufficient"], 30)
        yield gateway


@pytest.fixture(autouse=True)
def plainly(gateway: Gateway) -> Iterator[None]:
    yield
    for upstream in gateway.upstreams.values():
        upstream.behave = None


def told(gateway: Gateway, rpc: str, enough: Callable[[Any], bool]) -> Any:
    """Wait until enough is known of an RPC; return what is told of it."""

    def found() -> Any:
        answer = gateway.rest("GET", SHADOW).json
        of_all = {one["rpc"]: one for context in answer["contexts"] for one in context["rpcs"]}
        return of_all[rpc] if rpc in of_all and enough(of_all[rpc]) else None

    return until(found, 15)


def test_what_is_mirrored_is_in_the_log_and_the_rollouts_state(gateway: Gateway) -> None:
    (camera,) = (
        one
        for one in gateway.rest("GET", "/api/v1/rollouts").json["rollouts"]
        if one["context"] == "camera"
    )
    assert (camera["mirrored"], camera["author"], camera["reason"]) == (100, "test", "to compare")
    decisions = gateway.rest("GET", "/api/v1/rollouts/history").json["decisions"]
    assert "mirror" in [one["action"] for one in decisions]
    refused = gateway.rest("PUT", "/api/v1/rollouts/camera/shadow", '{"percent": 101}')
    assert (refused.status, "0 to 100" in refused.json["detail"]) == (400, True)


def test_a_planted_difference_is_found_by_rpc_and_field_and_shown(gateway: Gateway) -> None:
    def status(log: str) -> Callable[[str, Any], Any]:
        answer = camera_service_pb2.GetCameraStatusResponse(ok=True, pid=7, log=log)
        return lambda rpc, request: answer if rpc == STATUS else None

    gateway.upstreams["camera/domain"].behave = status("/new/log")
    gateway.upstreams["camera/legacy"].behave = status("/old/log")
    for number in range(120):
        assert gateway.rest("GET", f"/api/v1/cameras/c{number}/status").status == 200
    found = told(gateway, STATUS, lambda one: one["pairs"] >= MOST * 120)
    assert (found["verdict"], found["differing"]) == ("differs", found["pairs"])
    assert found["noise_pairs"] >= 10 and found["noise_differing"] == 0
    assert [one["field"] for one in found["fields"]] == ["log"]
    assert f"{STATUS}: log differs in 100 % of replies" in found["reasons"][0]

    def shown() -> Any:
        return told(gateway, STATUS, lambda one: one["exemplars"])["exemplars"]

    trace = gateway.rest("GET", f"/api/v1/monitoring/traces/{until(shown)[0]}").json
    assert trace["summary"]["kind"] == "difference"
    replies = {
        span["attributes"]["app.impl"]: span["attributes"]["camplane.reply"]
        for span in trace["spans"]
        if "camplane.reply" in span["attributes"]
    }
    assert "new/log" in replies["domain"] and "old/log" in replies["legacy"]


def test_a_field_that_moves_by_itself_is_not_blamed_on_either_path(gateway: Gateway) -> None:
    count = itertools.count()

    def counting(rpc: str, request: Any) -> Any:
        if rpc != RULES:
            return None
        data = json.dumps({"rules": [], "asked": next(count)}).encode()
        body = httpbody_pb2.HttpBody(content_type="application/json", data=data)
        return alert_rest_service_pb2.AlertRestServiceListRulesResponse(body=body)

    for side in ("domain", "legacy"):
        gateway.upstreams[f"alert/{side}"].behave = counting
    for _ in range(200):
        assert gateway.rest("GET", "/api/v1/alerts/rules").status == 200
    found = told(gateway, RULES, lambda one: one["pairs"] >= MOST * 200)
    assert found["verdict"] == "unknown"
    assert found["differing"] == found["pairs"]
    assert found["noise_differing"] == found["noise_pairs"] > 20
    assert [one["field"] for one in found["fields"]] == ["asked"]


def test_an_error_of_one_path_alone_is_a_difference_of_the_code(gateway: Gateway) -> None:
    def missing(rpc: str, request: Any) -> None:
        raise MissingError("no such camera")

    rpc = "CameraRestService/GetCamera"
    gateway.upstreams["camera/domain"].behave = missing
    for number in range(60):
        gateway.rest("GET", f"/api/v1/cameras/c{number}")
    found = told(gateway, rpc, lambda one: one["pairs"] >= MOST * 60)
    assert "(code)" in [one["field"] for one in found["fields"]]
    assert found["differing"] == found["pairs"]


def test_figures_truth_and_breakdown_know_of_no_copy(gateway: Gateway) -> None:
    rpc = "AlertService/GetRule"
    with gateway.channel() as channel:
        call = channel.unary_unary(f"/camplane.alert.v1.{rpc}")
        for _ in range(100):
            call(b"", timeout=5)
    told(gateway, rpc, lambda one: one["pairs"] >= MOST * 100)
    query = f"{COMPARISON}?context=alert&rpc={rpc}"

    def counted() -> Any:
        (context,) = gateway.rest("GET", query).json["contexts"]
        return context if context["rpcs"] else None

    context = until(counted)
    (found,) = context["rpcs"]
    assert found["legacy"]["requests"] + found["domain"]["requests"] == 100
    assert found["fallbacks"] == []
    assert not context["sample_ratio"]["alarm"]
    # Only the answering service's own span is a part of the request.
    calls = {one["name"]: one for one in found["spans"]}
    for side in ("legacy", "domain"):
        assert calls["service"][side]["calls_per_request"] == 1

    def agrees() -> bool:
        truth = gateway.rest("GET", query).json["truth"]
        return truth["sufficient"] and truth["agreement"]["expected"] >= 100

    until(agrees, 30)  # looked at every five seconds, of which the first may be of the start
