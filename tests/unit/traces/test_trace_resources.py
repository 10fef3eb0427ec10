"""What requests for one resource say of a path, and what is a client's habit."""

from typing import Any

import pytest

from gateway.telemetry import resources
from gateway.telemetry.packed import Packed, unpacked
from gateway.telemetry.requests import Request, RequestReader
from gateway.telemetry.resource_names import resource_of
from gateway.telemetry.resources import EXPLAINED_SECONDS, FEW, Refusals
from gateway.telemetry.time_buckets import TimeBuckets
from gateway.telemetry.traffic_metrics import ResourceCell, ResourceKey, TrafficMetrics
from servicekit import naming
from tests.unit.traces.otlp_batches import Batch

GET, DELETE = "CameraRestService/GetCamera", "CameraService/DeleteCamera"
STATUS, TAIL = "CameraRestService/GetCameraStatus", "CameraRestService/TailCameraLogs"
CREATE, CREATE_NATIVE = "CameraRestService/CreateCamera", "CameraService/CreateCamera"
UPDATE = "CameraRestService/UpdateCamera"
CONTEXTS = dict.fromkeys((GET, STATUS, UPDATE, DELETE, TAIL, CREATE, CREATE_NATIVE), "camera")
NOW = 600_030.0
REFUSED = {"refusal": "5", "grpc_status": "5", "status": "404"}
FAILED = {"refusal": "13", "grpc_status": "2", "status": "500"}


def request(camera: str, path: str = "domain", at: float = NOW, **tags: Any) -> Request:
    """Return a request that reads a camera of that path, unless `tags` say otherwise."""
    said = {
        "route": f"{GET} sticky",
        "cluster": f"camera_{path}",
        "implementation": path,
        "http__url": f"http://127.0.0.1:8080/api/v1/cameras/{camera}?x=/api/v1/cameras/y",
    }
    span = Batch().request(at - 0.01, 0.01, **(said | tags))
    reader = RequestReader(CONTEXTS)
    found = reader.request(span, reader.tag(span))
    assert found is not None
    return found


def refused(refusals: Refusals, camera: str, times: int, path: str = "domain") -> list[bool]:
    return [refusals.is_habit(request(camera, path, **REFUSED)) for _ in range(times)]


@pytest.fixture
def refusals() -> Refusals:
    """Return what has seen nine cameras of domain, as of an ordinary fleet."""
    found = Refusals()
    assert not any(found.is_habit(request(f"camera-{i}")) for i in range(9))
    return found


@pytest.mark.parametrize(
    ("url", "resource"),
    [
        ("http://127.0.0.1:8080/api/v1/cameras/hall-1", "hall-1"),
        ("https://example.test/api/v1/cameras/hall%2F1?x=1", "hall/1"),
        ("http://127.0.0.1:8080/api/v1/cameras", ""),
        ("http://127.0.0.1:8080/camplane.camera.v1.CameraRestService/GetCamera", ""),
        ("", ""),
    ],
)
def test_a_resource_is_what_the_url_has_in_its_place(url: str, resource: str) -> None:
    assert resource_of(GET, url) == resource


def test_only_what_keeps_its_path_by_a_resource_is_about_one() -> None:
    assert request("a").resource == "a"
    assert request("a", route=f"{GET} pinned").resource == "a"
    for choice in ("drawn", "forced"):
        assert request("a", route=f"{GET} {choice}").resource == ""


def test_a_client_that_polls_what_is_not_there_soon_says_nothing_more(refusals: Refusals) -> None:
    assert refused(refusals, "gone", FEW + 4) == [False] * FEW + [True] * 4


def test_refusals_between_answers_are_news(refusals: Refusals) -> None:
    for _ in range(5):
        assert not any(refused(refusals, "camera-1", FEW))
        assert not refusals.is_habit(request("camera-1"))


def test_what_legacy_answered_is_news_when_domain_refuses_it_until_it_is_deleted(
    refusals: Refusals,
) -> None:
    refusals.is_habit(request("moved", "legacy"))
    assert not any(refused(refusals, "moved", 20))
    deleted = request("moved", route=f"{DELETE} sticky", grpc_status="", status="204")
    assert not refusals.is_habit(deleted)
    assert refusals.is_habit(request("moved", **REFUSED))


WRONG = {"refusal": "3", "grpc_status": "3", "status": "400"}
PUT = {"route": f"{UPDATE} sticky"}


def test_what_legacy_mostly_refuses_is_its_clients_doing_wherever_it_is_asked(
    refusals: Refusals,
) -> None:
    """Of one operation of one resource, by the same code: else it is domain's."""
    for _ in range(3):
        refusals.is_habit(request("mixed", "legacy", **PUT))
    wrong = [refusals.is_habit(request("mixed", "legacy", **PUT, **WRONG)) for _ in range(9)]
    assert wrong == [False] * FEW + [True] * (9 - FEW)
    assert all(refusals.is_habit(request("mixed", **PUT, **WRONG)) for _ in range(9))
    assert not refusals.is_habit(request("mixed", **PUT, **REFUSED))
    assert not refusals.is_habit(request("mixed", **WRONG))
    refusals.is_habit(made("mixed", at=NOW + 1))
    assert not refusals.is_habit(request("mixed", **PUT, **WRONG))


def test_what_legacy_mostly_answers_is_news_when_domain_refuses_it(refusals: Refusals) -> None:
    for _ in range(9):
        refusals.is_habit(request("mixed", "legacy", **PUT))
        refusals.is_habit(request("mixed", "legacy", **PUT, **WRONG))
    refusals.is_habit(request("mixed", "legacy", **PUT))
    assert not any(refusals.is_habit(request("mixed", **PUT, **WRONG)) for _ in range(9))


def deleted(camera: str, at: float = NOW) -> Request:
    return request(camera, at=at, route=f"{DELETE} sticky", grpc_status="", status="204")


def test_whoever_asks_for_what_was_deleted_says_nothing_however_many_that_are(
    refusals: Refusals,
) -> None:
    for i in range(5):
        assert not refusals.is_habit(deleted(f"gone-{i}"))
        assert all(refused(refusals, f"gone-{i}", 10))
    # There are operations that answer for what is not there, too.
    assert not refusals.is_habit(request("gone-1", route=f"{STATUS} sticky"))
    assert all(refused(refusals, "gone-1", 10))


def made(camera: str, at: float = NOW, rpc: str = CREATE, **tags: Any) -> Request:
    """Return a request that makes a camera; camera: "" where nobody says which."""
    naming.begin({"camera_id": camera})
    said = {"named": dict(naming.metadata()).get(naming.METADATA, "-")}
    url = {"http__url": "http://127.0.0.1:8080/api/v1/cameras"}
    return request("", at=at, route=f"{rpc} drawn", **(said | url | tags))


def test_what_is_answered_again_is_there_again_whatever_it_was_refused(refusals: Refusals) -> None:
    for camera in ("gone", "back"):
        refusals.is_habit(deleted(camera, at=NOW - 10))
    # It says of other cameras what this one's answer means.
    assert refused(refusals, "gone", 1) == [True]
    refusals.is_habit(request("back", at=NOW - 20))  # from before, and its span came late
    assert refused(refusals, "back", 1) == [True]
    refusals.is_habit(request("back", "legacy", at=NOW - 5))
    assert not any(refused(refusals, "back", 20))
    assert all(refused(refusals, "gone", 20))


@pytest.mark.parametrize("rpc", [CREATE, CREATE_NATIVE])
def test_that_what_was_made_again_is_missing_is_news_each_time(
    refusals: Refusals, rpc: str
) -> None:
    for camera in ("gone", "back 1/é"):
        refusals.is_habit(deleted(camera.replace("/", "%2F"), at=NOW - 10))
    refusals.is_habit(made("back 1/é", at=NOW - 5, rpc=rpc))
    assert not any(refused(refusals, "back%201%2F%C3%A9", 20))
    assert all(refused(refusals, "gone", 20))
    # Until it is deleted once more.
    refusals.is_habit(deleted("back%201%2f%c3%a9", at=NOW - 1))
    assert refused(refusals, "back%201%2F%C3%A9", 1) == [True]


def test_spans_of_a_making_and_a_deletion_may_come_in_any_order(refusals: Refusals) -> None:
    refusals.is_habit(made("back", at=NOW - 5))
    refusals.is_habit(deleted("back", at=NOW - 10))
    assert refused(refusals, "back", 1) == [False]
    refusals.is_habit(deleted("gone", at=NOW - 5))
    refusals.is_habit(made("gone", at=NOW - 10))
    assert refused(refusals, "gone", 1) == [True]


def test_what_is_made_in_vain_makes_nothing(refusals: Refusals) -> None:
    refusals.is_habit(deleted("gone", at=NOW - 10))
    refusals.is_habit(made("", at=NOW - 5, refusal="6", grpc_status="6", status="409"))
    refusals.is_habit(made("", at=NOW - 5, **FAILED))
    assert refused(refusals, "gone", 1) == [True]


def test_after_something_was_made_that_nobody_named_no_deletion_explains_a_refusal(
    refusals: Refusals,
) -> None:
    """A plain old server does not say what it made: it may be any of what was deleted."""
    refusals.is_habit(deleted("gone", at=NOW - 10))
    assert refused(refusals, "gone", 1) == [True]
    old = {"cluster": "old_http", "implementation": "legacy", "grpc_status": ""}
    refusals.is_habit(made("", at=NOW - 5, **old))
    assert refused(refusals, "gone", 1) == [False]
    refusals.is_habit(deleted("gone-too", at=NOW - 1))
    assert refused(refusals, "gone-too", 1) == [True]


def test_a_deletion_explains_refusals_for_an_hour(refusals: Refusals) -> None:
    refusals.is_habit(deleted("gone", at=NOW - EXPLAINED_SECONDS + 1))
    assert refused(refusals, "gone", 1) == [True]
    refusals.is_habit(deleted("long-gone", at=NOW - EXPLAINED_SECONDS - 1))
    assert refused(refusals, "long-gone", 1) == [False]


def test_no_client_makes_a_server_end_its_stream(refusals: Refusals) -> None:
    refusals.is_habit(deleted("gone"))
    for camera in ("gone", "watched"):
        ended = request(camera, route=f"{TAIL} sticky")
        assert ended.key.refused
        assert not any(refusals.is_habit(ended) for _ in range(20))


def test_a_native_deletion_says_by_its_answer_of_what_it_was(refusals: Refusals) -> None:
    native = {"http__url": "http://x/camplane.camera.v1.CameraService/DeleteCamera"}
    refusals.is_habit(made("hall", rpc=DELETE, **native))
    assert refused(refusals, "hall", 1) == [True]


@pytest.mark.parametrize("how", ["forced", "tool"])
def test_a_deletion_is_known_however_it_came(refusals: Refusals, how: str) -> None:
    refusals.is_habit(request("moved", "legacy"))
    tags = {"tool": "yes"} if how == "tool" else {}
    route = f"{DELETE} {'forced' if how == 'forced' else 'sticky'}"
    deleted = request("moved", route=route, grpc_status="", status="200", **tags)
    assert deleted.key.is_apart and not refusals.is_habit(deleted)
    assert refused(refusals, "moved", FEW + 1)[-1]


def test_a_native_call_says_its_camera_by_a_tag() -> None:
    native = {"http__url": "http://x/camplane.camera.v1.CameraRestService/GetCamera"}
    assert request("a", **native).resource == ""
    assert request("a", **native, camplane__camera_id="hall").resource == "hall"


def test_that_many_resources_are_refused_is_no_habit_of_a_clients(refusals: Refusals) -> None:
    aside = [refused(refusals, f"gone-{i}", FEW + 1)[-1] for i in range(6)]
    assert aside == [True, True, True, False, False, False]


def test_that_half_of_the_resources_are_refused_is_none_either() -> None:
    refusals = Refusals()
    refusals.is_habit(request("camera-1"))
    assert not any(refused(refusals, "gone", 20))
    refusals.is_habit(request("camera-2"))
    assert refused(refusals, "gone", 1) == [True]


def test_what_fails_or_is_left_is_never_put_down_to_a_habit(refusals: Refusals) -> None:
    for tags in (FAILED, {"flags": "DC"}):
        assert not any(refusals.is_habit(request("gone", **tags)) for _ in range(20))


def test_so_many_resources_are_remembered_and_no_more(
    refusals: Refusals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources, "MAX_RESOURCES", 10)
    for i in range(100):
        refusals.is_habit(request(f"made-up-{i}", "legacy"))
        refusals.is_habit(request(f"made-up-{i}", **REFUSED))
        refusals.is_habit(deleted(f"made-up-{i}-too"))
        refusals.is_habit(made(f"made-up-{i}-new"))
    for known in (
        *(refusals._on_legacy, refusals._in_a_row, refusals._deleted, refusals._there),
        *refusals._seen.values(),
    ):
        assert len(known) <= 10


def test_what_one_resource_is_refused_that_is_answered_too_is_known_by_itself() -> None:
    ledger = TimeBuckets()
    ledger.begin_stage("camera", NOW - 60, TrafficMetrics())
    asked = [request("camera-1", at=NOW - 30, **tags) for tags in ({}, REFUSED) * (FEW - 1)]
    about = ResourceKey("camera", GET, "domain")
    ledger.count([(one, "") for one in asked], NOW)
    assert ledger.stage("camera").resources[about].refused_partly == 0
    ledger.count([(request("camera-1", at=NOW - 30), "")], NOW)
    ledger.count([(request("camera-2", at=NOW - 30, **REFUSED), "")] * 3, NOW)
    known = ledger.stage("camera").resources[about]
    assert (known.refused_partly, known.refused_most) == (FEW - 1, 3)


def test_habits_are_counted_apart_and_the_rest_of_a_step_by_resource() -> None:
    ledger = TimeBuckets()
    ledger.begin_stage("camera", NOW - 60, TrafficMetrics())
    came = [request(f"camera-{i}", at=NOW - 30) for i in range(9)]
    came += [request("gone", at=NOW - 20, **REFUSED) for _ in range(50)]
    came += [request("camera-1", at=NOW - at, **FAILED) for at in (18, 12, 1)]
    ledger.count([(one, "") for one in came], NOW)
    stage = ledger.stage("camera")
    about = ResourceKey("camera", GET, "domain")
    assert stage.resources == {about: ResourceCell(10, refused_most=FEW, failed_again=1)}
    counted = {
        (key.code, key.chosen): cell.count for key, cell in stage.requests.items() if key.refused
    }
    assert counted == {("NOT_FOUND", "sticky"): FEW, ("NOT_FOUND", "repeated"): 50 - FEW}
    read = unpacked([Packed.from_bytes(Packed.of(stage).to_bytes())])
    assert read.resources == stage.resources
    ledger.begin_stage("camera", NOW - 60, read)  # as after the control process began anew
    ledger.count([(request("camera-1", at=NOW - 1), "")], NOW)
    assert ledger.stage("camera").resources[about].resources == 11
