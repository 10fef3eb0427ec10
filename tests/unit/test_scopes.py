"""What a token of some cameras is good for: globs, and what each RPC says of itself."""

import fnmatch
import time

import pytest
from camplane.access.v1 import role_pb2
from camplane.camera.v1 import camera_rest_service_pb2 as rest_pb
from camplane.camera.v1 import camera_service_pb2 as pb
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st

from gateway.vocabulary.route_table import rpcs
from servicekit import scopes
from servicekit.globs import matches

# Few letters, so that many match.
TEXTS = st.text("ab-", max_size=12)
GLOBS = st.text("ab-*?", max_size=10)
HALLS = [(scopes.METADATA, '["hall-*"]')]


@given(GLOBS, TEXTS)
def test_a_glob_is_held_against_the_whole_name(glob: str, name: str) -> None:
    """As the library's, which takes far longer for some."""
    assert matches(glob, name) == fnmatch.fnmatchcase(name, glob)


@given(st.text(max_size=20))
def test_all_but_two_characters_mean_themselves(text: str) -> None:
    """Brackets, dots and backslashes, which mean something in other patterns, and case."""
    assert matches(text, text)
    plain = text.replace("*", "x").replace("?", "x")
    assert matches(plain, plain + "x") is False
    assert matches(plain.lower(), plain) == (plain.lower() == plain)


def test_no_glob_takes_long() -> None:
    """A regular expression of this would go on for years."""
    begun = time.process_time()
    assert not matches("a*" * 100 + "b", "a" * 200)
    assert time.process_time() - begun < 0.5


@pytest.mark.parametrize(
    "value", ["", "5", "{}", "null", '"hall-*"', "hall-*", "[5]", '[["*"]]', "[]"]
)
def test_what_is_no_list_of_globs_is_of_no_camera(value: str) -> None:
    """Whoever gave the token out meant fewer than all."""
    scopes.begin([(scopes.METADATA, value)])
    assert not scopes.current().holds("cam0")
    assert not scopes.current().is_all
    scopes.begin([])
    assert scopes.current().is_all


# Written down once more, so that a change of a contract is seen. What is not here is SCOPE_ALL.
NONE = {
    *("MonitoringService/Ping", "MonitoringService/GetHealth", "RolloutService/ForecastRollout"),
    "AlertService/ListChannels",
    *("TrafficService/GetComparison", "TrafficService/GetShadow", "TrafficService/WatchTraffic"),
}
FOUND = {
    *("CameraService/ListCameras", "CameraRestService/ListCameras"),
    *("CameraService/CreateCamera", "CameraRestService/CreateCamera"),
    *("CameraService/BatchGetCameraStatus", "CameraRestService/BatchGetCameraStatus"),
    "CameraService/WatchCameras",
    *(f"AlertService/{name}Rule" for name in ("Get", "Create", "Update", "Delete")),
    *("AlertService/IngestEvents", "AlertRestService/IngestEvents"),
    *("AlertService/ListRuleStates", "AlertService/TestRule"),
    *(f"AlertService/{name}" for name in ("ListAlerts", "GetAlert", "HandleAlerts")),
    "AlertService/GetAlertStatistics",
    *(f"AlertService/{name}" for name in ("SnoozeRule", "EndSnooze", "ListSnoozes")),
    *(f"AlertRestService/{name}Rule" for name in ("Get", "Create", "Update")),
    *(f"Alert{rest}Service/List{what}" for rest in ("", "Rest") for what in ("Rules", "History")),
    *(f"RolloutService/{name}" for name in ("ListRollouts", "GetRollout", "WatchRollouts")),
}


def test_every_rpc_says_how_it_is_held_to_cameras_and_obeys() -> None:
    """One of a camera refuses others, one of all refuses whose token is of some."""
    for rpc in rpcs():
        method = descriptor_pool.Default().FindMethodByName(f"{rpc.service}.{rpc.name}")
        kind, check = scopes.kind_of(method), scopes.check_of(rpc.path)
        request = message_factory.GetMessageClass(method.input_type)
        if kind == role_pb2.SCOPE_NAMED:
            assert rpc.is_of_one_camera or rpc.label == "RolloutService/ExplainCamera"
            assert allowed(check, request(camera_id="hall-1"))
            assert not allowed(check, request(camera_id="yard-1"))
            assert not allowed(check, request())
        else:
            expected = {role_pb2.SCOPE_NONE: NONE, role_pb2.SCOPE_FOUND: FOUND}.get(kind)
            assert expected is None or rpc.label in expected, rpc.label
            assert allowed(check, request()) is (rpc.label in NONE | FOUND), rpc.label
        scopes.begin([])
        check(request())


def allowed(check: scopes.Check, request: Message) -> bool:
    scopes.begin(HALLS)
    try:
        check(request)
    except scopes.OutOfScopeError:
        return False
    return True


def test_cameras_that_are_named_beside_others_are_held_as_well() -> None:
    """In lists of ids, and where the field may be left out."""
    watch = scopes.check_of("/camplane.camera.v1.CameraService/WatchCameras")
    assert allowed(watch, pb.WatchCamerasRequest(camera_ids=["hall-1", "hall-2"]))
    assert not allowed(watch, pb.WatchCamerasRequest(camera_ids=["hall-1", "yard"]))
    tail = scopes.check_of("/camplane.camera.v1.CameraRestService/TailCameraLogs")
    assert not allowed(tail, rest_pb.CameraRestServiceTailCameraLogsRequest(camera_id="yard"))


def test_an_rpc_without_a_scope_is_not_served() -> None:
    """Nor one that says it is of a camera, and has no field for it."""
    file = descriptor_pb2.FileDescriptorProto(name="new.proto", package="new")
    file.message_type.add(name="Nothing")
    service = file.service.add(name="New")
    for name, kind in (("Silent", None), ("Vague", role_pb2.SCOPE_NAMED)):
        method = service.method.add(
            name=name, input_type=".new.Nothing", output_type=".new.Nothing"
        )
        if kind is not None:
            method.options.Extensions[role_pb2.scope] = kind
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    for name, said in (("Silent", "does not say"), ("Vague", "has no field camera_id")):
        with pytest.raises(ValueError, match=said):
            scopes.kind_of(pool.FindMethodByName(f"new.New.{name}"))
