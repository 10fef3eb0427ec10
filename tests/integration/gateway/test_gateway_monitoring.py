"""The figures of /api/v1/monitoring agree with what a test did, request by request."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from camplane.camera.v1 import camera_service_pb2, camera_service_pb2_grpc

from gateway.control import error_log
from gateway.vocabulary.split import Split
from tests.integration.gateway.rig import Gateway, running, until
from tests.integration.gateway.upstream import BrokenError, GoneError, MissingError

CONTAINER_HEALTH = "/health"


@pytest.fixture
def fresh() -> Iterator[Gateway]:
    """A gateway that has counted nothing yet."""
    with running(Split(100, 0)) as gateway:
        yield gateway


def metrics(gateway: Gateway) -> Any:
    answer = gateway.rest("GET", "/api/v1/monitoring/metrics")
    assert answer.status == 200, answer.body
    return answer.json


def refuse_with(error: Exception) -> Any:
    def refuse(rpc: str, request: object) -> None:
        raise error

    return refuse


def test_every_request_of_a_counted_run_is_found_in_the_figures(fresh: Gateway) -> None:
    before = metrics(fresh)
    assert before["requests"]["total"] == 0
    assert before["requests"]["success_rate"] == 100
    domain = fresh.upstreams["camera/domain"]
    for number in range(20):
        assert fresh.rest("GET", f"/api/v1/cameras/c{number}/status").path == "domain"
    for _ in range(7):
        assert fresh.rest("GET", "/api/v1/alerts/rules").path == "legacy"
    with fresh.channel() as channel:
        stub = camera_service_pb2_grpc.CameraServiceStub(channel)
        for _ in range(3):
            stub.GetCameraStatus(camera_service_pb2.GetCameraStatusRequest(camera_id="c"))
    domain.behave = refuse_with(GoneError("no database"))
    for _ in range(4):
        assert fresh.rest("GET", "/api/v1/cameras").path == "legacy"
    domain.behave = refuse_with(BrokenError("broken"))
    for _ in range(2):
        assert fresh.rest("GET", "/api/v1/cameras").status == 500
    domain.behave = refuse_with(MissingError("no such camera"))
    assert fresh.rest("GET", "/api/v1/cameras/c?token=secret").status == 404
    assert fresh.rest("GET", "/nothing?token=secret").status == 404
    assert fresh.rest("PATCH", "/api/v1/cameras").status == 405
    assert fresh.rest("GET", "/api/v1/cameras?active_only=abc").status == 400

    # + 1: the request of `before`.
    answered = {"200": 20 + 7 + 3 + 4 + 1, "400": 1, "404": 2, "405": 1, "500": 2}
    after = until(lambda: counted(fresh, sum(answered.values())))
    assert after["requests"]["by_status"] == answered
    assert (after["requests"]["success"], after["requests"]["error"]) == (35, 6)
    assert after["requests"]["error_rate"] == pytest.approx(100 * 6 / 41, abs=0.01)
    assert after["domain_service"] == {
        "usage_count": 26,
        "old_count": 11,
        "usage_rate": pytest.approx(100 * 26 / 37, abs=0.01),
    }
    assert after["fallbacks"]["by_reason"] == {"retry": 4}
    assert after["fallbacks"]["count"] == 4
    assert after["fallbacks"]["rate"] == pytest.approx(100 * 4 / 30, abs=0.01)
    assert after["paths"]["domain"] == {
        "requests": 26,
        "errors": 2,
        "error_rate": pytest.approx(100 * 2 / 26, abs=0.01),
    }
    assert after["paths"]["legacy"] == {"requests": 11, "errors": 0, "error_rate": 0}
    assert after["errors"]["total"] == 6


def counted(gateway: Gateway, total: int) -> Any:
    """Return the figures once they hold `total` requests, the asking ones left out."""
    found = metrics(gateway)
    requests = found["requests"]
    asked = requests["by_status"]["200"] - 35
    requests["by_status"]["200"] -= asked
    requests["total"] -= asked
    requests["success"] -= asked
    requests["error_rate"] = 100 * requests["error"] / requests["total"]
    return found if requests["total"] == total else None


def test_a_request_that_goes_round_a_dead_domain_is_counted_as_such(fresh: Gateway) -> None:
    domain = fresh.upstreams["camera/domain"]
    domain.serving = False
    until(lambda: fresh.rest("GET", "/api/v1/cameras").path == "legacy")
    domain.serving = True
    until(lambda: fresh.rest("GET", "/api/v1/cameras").path == "domain")
    found = metrics(fresh)["fallbacks"]
    assert found["by_reason"].keys() == {"unhealthy"}
    assert found["count"] == found["by_reason"]["unhealthy"] > 0


def test_times_are_those_of_whole_requests(fresh: Gateway) -> None:
    answer = threading.Event()
    fresh.upstreams["camera/domain"].behave = lambda rpc, request: answer.wait(0.2) and None
    for _ in range(5):
        fresh.rest("GET", "/api/v1/cameras")
    times = until(lambda: found if (found := metrics(fresh)["response_time"])["p50_ms"] else None)
    assert 180 <= times["p50_ms"] <= times["p95_ms"] <= times["p99_ms"] <= times["max_ms"] < 2000
    assert 100 <= times["avg_ms"] <= times["max_ms"]


def test_the_last_ten_errors_are_told_without_their_queries(fresh: Gateway) -> None:
    for number in range(12):
        fresh.rest("GET", f"/missing/{number}?password=secret")
    fresh.rest("DELETE", "/api/v1/cameras/a%20b/start?password=secret")

    def recent() -> Any:
        found = metrics(fresh)["errors"]["recent"]
        return found if found and found[-1]["status_code"] == 405 else None

    found = until(recent)
    assert len(found) == 10
    assert [one["path"] for one in found[:-1]] == [f"/missing/{n}" for n in range(3, 12)]
    last = {key: value for key, value in found[-1].items() if key != "timestamp"}
    assert last == {"status_code": 405, "method": "DELETE", "path": "/api/v1/cameras/a%20b/start"}
    assert "secret" not in fresh.directory.joinpath("errors.jsonl").read_text()


def test_a_large_error_log_is_put_aside_and_envoy_writes_a_new_one(
    fresh: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = fresh.directory / "errors.jsonl"
    fresh.rest("GET", "/before")
    until(lambda: "/before" in log.read_text())
    monkeypatch.setattr(error_log, "KEEP_BYTES", 1)
    assert error_log.put_aside_when_large(log)
    fresh.ask(lambda admin: admin.reopen_logs())
    fresh.rest("GET", "/after")
    until(lambda: log.exists() and "/after" in log.read_text())
    assert "/before" in log.with_name("errors.jsonl.1").read_text()
    assert [one["path"] for one in error_log.recent(log)] == ["/after"]


def test_health_tells_what_is_wrong_and_503_when_a_context_cannot_serve(fresh: Gateway) -> None:
    def health() -> Any:
        return fresh.rest("GET", "/api/v1/monitoring/health")

    domain = fresh.upstreams["camera/domain"]
    issue = camera_service_pb2.ConsistencyIssue(camera_id="c", description="c: name differs")
    domain.behave = lambda rpc, request: camera_service_pb2.CheckConsistencyResponse(
        issues=[issue], db_count=3, yaml_count=4
    )
    answer = until(lambda: found if (found := health()).status == 200 else None)
    assert answer.json["status"] == "degraded"
    checks = answer.json["checks"]
    assert checks["camera_data_consistency"] == "inconsistent"
    assert checks["consistency_issues"] == ["c: name differs"]
    assert checks["consistency_details"] == {"db_count": 3, "yaml_count": 4}
    assert checks["not_serving"] == []
    # Remembered: asking again asks nobody.
    health()
    asked = {one.rpc for _, one in fresh.take_received()}
    assert asked == {"CameraService/CheckConsistency", "CameraService/BatchGetCameraStatus"}
    health()
    assert fresh.take_received() == []

    fresh.upstreams["alert/domain"].stop()
    checks = until(lambda: found if (found := health().json["checks"])["not_serving"] else None)
    assert checks["not_serving"] == ["alert/domain"]
    assert (checks["domain_services"], checks["legacy_services"]) == ("error", "ok")
    fresh.upstreams["alert/legacy"].stop()
    answer = until(lambda: found if (found := health()).status == 503 else None)
    assert "neither alert/domain nor alert/legacy serves" in answer.json["detail"]
    assert fresh.rest("GET", CONTAINER_HEALTH).status == 503
    for name in ("alert/domain", "alert/legacy"):
        fresh.upstreams[name].start()
    until(lambda: health().status == 200)
    assert fresh.rest("GET", CONTAINER_HEALTH).json.keys() == health().json.keys()


def test_health_counts_the_cameras_that_fail_and_stays_healthy(fresh: Gateway) -> None:
    """Whichever implementation can say it, domain's first: both see the same cameras."""
    states = ("streaming", "source_failed", "crash_loop", "stopped", "source_failed")
    statuses = [
        camera_service_pb2.WorkerStatus(
            camera_id=f"c{at}", condition=camera_service_pb2.CameraCondition(state=state)
        )
        for at, state in enumerate(states)
    ]

    def of_cameras(rpc: str, request: Any) -> Any:
        if rpc != "CameraService/BatchGetCameraStatus":
            return None
        assert request.conditions
        return camera_service_pb2.BatchGetCameraStatusResponse(statuses=statuses)

    def unable(rpc: str, request: object) -> None:
        if rpc == "CameraService/BatchGetCameraStatus":
            raise GoneError("no database")

    fresh.upstreams["camera/domain"].behave = unable
    fresh.upstreams["camera/legacy"].behave = of_cameras
    answer = until(lambda: found if (found := health(fresh)).status == 200 else None)
    assert answer.json["status"] == "healthy"
    assert answer.json["checks"]["cameras"] == {
        "configured": 5,
        "failing": 3,
        "source_failed": 2,
        "restarting": 0,
        "crash_loop": 1,
        "streaming": 1,
        "starting": 0,
        "stopped": 1,
    }


def test_health_counts_no_cameras_when_nobody_can_say(fresh: Gateway) -> None:
    """Nothing is told then, rather than that none fails."""
    for name in ("camera/domain", "camera/legacy"):
        fresh.upstreams[name].behave = refuse_with(GoneError("no database"))
    answer = until(lambda: found if (found := health(fresh)).status == 200 else None)
    assert "cameras" not in answer.json["checks"]


def health(gateway: Gateway) -> Any:
    return gateway.rest("GET", "/api/v1/monitoring/health")
