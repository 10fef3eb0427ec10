"""The check and its repair through the gateway: what is asked of domain, what is passed on."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from camplane.camera.v1 import camera_service_pb2 as pb

from gateway.vocabulary.split import Split
from tests.integration.gateway.rig import Gateway, running, until
from tests.integration.gateway.upstream import BrokenError, GoneError, MissingError, NoSourceError

API = "/api/v1/monitoring/consistency"


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    """A gateway all of whose requests for cameras go to legacy."""
    with running(Split(0, 0)) as gateway:
        until(lambda: gateway.rest("GET", API).status == 200)
        yield gateway


def issue(kind: str, number: int = 0) -> pb.ConsistencyIssue:
    return pb.ConsistencyIssue(
        camera_id=f"c{number}",
        kind=kind,
        description=f"{kind} {number}",
        sides=[pb.ConsistencySide(where="record", says="pid 7")],
        cause="a cause",
        repair="a repair",
        repairable=True,
    )


def test_a_check_is_made_now_and_told_whole(gateway: Gateway) -> None:
    """Domain is asked, which has the database, however the requests are split."""
    found = pb.CheckConsistencyResponse(
        issues=[issue("WORKER_DEAD")], notes=[issue("LOG_LEFT")], db_count=3, yaml_count=4
    )
    gateway.upstreams["camera/domain"].behave = lambda rpc, request: found
    gateway.take_received()
    answer = gateway.rest("GET", API)
    assert answer.status == 200
    told = answer.json
    assert (told["consistent"], told["db_count"], told["yaml_count"]) == (False, 3, 4)
    assert told["issues"] == [
        {
            "camera_id": "c0",
            "field": "",
            "description": "WORKER_DEAD 0",
            "kind": "WORKER_DEAD",
            "path": "",
            "sides": [{"where": "record", "says": "pid 7"}],
            "cause": "a cause",
            "repair": "a repair",
            "repairable": True,
        }
    ]
    assert [note["kind"] for note in told["notes"]] == ["LOG_LEFT"]
    assert [name for name, _ in gateway.take_received()] == ["camera/domain"]
    # Health and metrics now know it as well.
    checks = gateway.rest("GET", "/api/v1/monitoring/health").json["checks"]
    assert checks["consistency_issues"] == ["WORKER_DEAD 0"]
    asked = [one.rpc for _, one in gateway.take_received()]
    assert "CameraService/CheckConsistency" not in asked


def test_health_lists_so_many_issues_and_counts_the_rest(gateway: Gateway) -> None:
    found = pb.CheckConsistencyResponse(issues=[issue("WORKER_DEAD", n) for n in range(100)])
    gateway.upstreams["camera/domain"].behave = lambda rpc, request: found
    assert len(gateway.rest("GET", API).json["issues"]) == 100
    listed = gateway.rest("GET", "/api/v1/monitoring/health").json["checks"]["consistency_issues"]
    assert len(listed) == 20
    assert listed[18:] == ["WORKER_DEAD 18", "and 81 more: GET /api/v1/monitoring/consistency"]


@pytest.mark.parametrize(
    ("body", "dry_run"), [({}, True), ({"dry_run": True}, True), ({"dry_run": False}, False)]
)
def test_a_repair_is_only_planned_unless_the_contrary_is_said(
    gateway: Gateway, body: dict[str, Any], dry_run: bool
) -> None:
    asked: list[pb.RepairConsistencyRequest] = []

    def repair(rpc: str, request: Any) -> pb.RepairConsistencyResponse:
        asked.append(request)
        action = pb.RepairAction(kind="LOG_LEFT", diff="--- a", outcome=pb.REPAIR_OUTCOME_DONE)
        return pb.RepairConsistencyResponse(dry_run=request.dry_run, actions=[action], backup="b")

    gateway.upstreams["camera/domain"].behave = repair
    answer = post(gateway, "/repair", {**body, "kinds": ["LOG_LEFT"], "camera_ids": ["摄像头"]})
    assert answer.status == 200
    assert answer.json["dry_run"] is dry_run
    assert answer.json["actions"][0]["outcome"] == "REPAIR_OUTCOME_DONE"
    (request,) = asked
    assert request.HasField("dry_run")
    assert request.dry_run is dry_run
    assert (list(request.kinds), list(request.camera_ids)) == (["LOG_LEFT"], ["摄像头"])


def test_an_undo_names_the_backup(gateway: Gateway) -> None:
    undone = pb.UndoRepairResponse(restored=["a"], not_restored=["b"])
    domain = gateway.upstreams["camera/domain"]
    domain.behave = lambda rpc, request: undone
    gateway.take_received()
    answer = post(gateway, "/undo", {"backup": "consistency-1", "force": True})
    assert answer.json == {"restored": ["a"], "not_restored": ["b"]}
    ((_, received),) = gateway.take_received()
    assert received.request == {"backup": "consistency-1", "force": True}


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        (GoneError("no database"), 503, "CONSISTENCY_UNKNOWN"),
        (BrokenError("cameras.yaml: line 3"), 500, "CONSISTENCY_FAILED"),
        (MissingError("no such backup"), 404, "BACKUP_NOT_FOUND"),
        (NoSourceError("another repair"), 400, "REPAIR_REFUSED"),
    ],
)
def test_what_domain_refuses_is_told_in_its_words(
    gateway: Gateway, error: Exception, status: int, reason: str
) -> None:
    def refuse(rpc: str, request: Any) -> Any:
        raise error

    gateway.upstreams["camera/domain"].behave = refuse
    for answer in (
        gateway.rest("GET", API),
        post(gateway, "/repair", {}),
        post(gateway, "/undo", {"backup": "b"}),
    ):
        assert answer.status == status, answer.body
        assert str(error) in answer.json["detail"]
        assert answer.json["details"][0]["reason"] == reason


def test_a_body_that_means_nothing_is_refused(gateway: Gateway) -> None:
    gateway.upstreams["camera/domain"].behave = None
    for body in ('{"dry_run": "perhaps"}', '{"kinds": 7}', "["):
        answer = gateway.rest("POST", f"{API}/repair", body, {"content-type": "application/json"})
        assert answer.status == 400, (body, answer.body)
        assert answer.json["detail"]


def post(gateway: Gateway, path: str, body: dict[str, Any]) -> Any:
    headers = {"content-type": "application/json"}
    return gateway.rest("POST", f"{API}{path}", json.dumps(body), headers)
