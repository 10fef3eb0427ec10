"""What services note of a reply, so that two of them can be compared."""

import json
import threading

import grpc
import pytest
from camplane.camera.v1 import camera_rest_service_pb2, camera_service_pb2
from google.api import httpbody_pb2

from camera_service.application.entry_masking import conceal
from servicekit.later import MAX_WAITING, Later
from servicekit.replies import (
    ANSWER,
    CROSS,
    GATEWAY_KEY,
    MAX_BYTES,
    MIRRORED,
    SHADOW,
    WHOLE_BYTES,
    Role,
    note,
    note_refusal,
    nothing_concealed,
    role,
)

KEY = "5ba963c2-4f45-4cd0-bd91-e30b7b7e1cea"
MIRRORED_CALL = ((MIRRORED, "true"), (GATEWAY_KEY, KEY))


def status(**fields: object) -> camera_service_pb2.GetCameraStatusResponse:
    return camera_service_pb2.GetCameraStatusResponse(**fields)


def body(text: bytes) -> camera_rest_service_pb2.CameraRestServiceGetCameraResponse:
    data = httpbody_pb2.HttpBody(content_type="application/json", data=text)
    return camera_rest_service_pb2.CameraRestServiceGetCameraResponse(body=data)


def test_a_call_has_a_part_only_when_the_gateway_says_so() -> None:
    assert role(()) is None
    assert role(((SHADOW, CROSS), (GATEWAY_KEY, KEY))) is None
    assert role(MIRRORED_CALL) == Role(ANSWER, KEY)
    found = role((*MIRRORED_CALL, (SHADOW, CROSS)))
    assert found is not None and found.is_shadow
    assert found.pair == Role(ANSWER, KEY).pair != Role(ANSWER, "another").pair
    assert KEY not in found.pair


def test_equal_replies_have_equal_digests_and_others_have_not() -> None:
    one = note(status(ok=True, pid=7), KEY, nothing_concealed)
    assert one == note(status(pid=7, ok=True), KEY, nothing_concealed)
    other = note(status(ok=True, pid=8), KEY, nothing_concealed)
    assert one and other and one.digest != other.digest
    again = note(status(ok=True, pid=7), "another request", nothing_concealed)
    assert again and again.digest != one.digest


def test_a_json_body_is_what_it_says_whatever_the_order_of_its_keys() -> None:
    one = note(body(b'{"a":1,"b":[true,null]}'), KEY, nothing_concealed)
    other = note(body(b'{"b": [true, null], "a": 1}'), KEY, nothing_concealed)
    assert one == other
    assert one and json.loads(one.text) == {"a": 1, "b": [True, None]}
    broken = note(body(b"{"), KEY, nothing_concealed)
    assert broken and json.loads(broken.text)["content_type"] == "application/json"


@pytest.mark.parametrize(
    "entry",
    [
        {"source": "rtsp://admin:hunter2@host/live"},
        {"source": "rtsp:/admin:hunter2@host with blank"},
        {"password": "hunter2"},
        {"note": "see rtsp://admin:hunter2@host/live"},
        {"urls": [{"source": "rtsp://admin:hunter2@host/live"}]},
    ],
)
def test_a_cameras_password_is_in_no_note_and_still_makes_a_difference(
    entry: dict[str, object],
) -> None:
    text = json.dumps(entry)
    one = note(body(text.encode()), KEY, conceal)
    other = note(body(text.replace("hunter2", "letmein").encode()), KEY, conceal)
    assert one and other
    assert "hunter2" not in one.text and "admin" not in one.text.replace("password", "")
    assert one.text == other.text
    assert one.digest != other.digest


def test_a_password_that_is_a_number_is_concealed() -> None:
    found = note(body(b'{"password": 123456}'), KEY, conceal)
    assert found and "123456" not in found.text


def test_a_long_reply_is_noted_by_digests_of_its_fields() -> None:
    long = "x" * WHOLE_BYTES
    one = note(body(json.dumps({"a": long, "b": 1}).encode()), KEY, nothing_concealed)
    other = note(body(json.dumps({"a": long, "b": 2}).encode()), KEY, nothing_concealed)
    assert one and other and not one.whole and len(one.text) < WHOLE_BYTES
    of_one, of_other = json.loads(one.text), json.loads(other.text)
    assert of_one["a"] == of_other["a"]
    assert of_one["b"] != of_other["b"]
    many = {str(number): long[:100] for number in range(1000)}
    found = note(body(json.dumps(many).encode()), KEY, nothing_concealed)
    assert found and len(found.text) < WHOLE_BYTES
    assert note(body(b'"' + b"x" * MAX_BYTES + b'"'), KEY, nothing_concealed) is None


def test_errors_are_compared_by_code_and_reason() -> None:
    one = note_refusal(grpc.StatusCode.NOT_FOUND, "CAMERA_NOT_FOUND", KEY)
    assert json.loads(one.text) == {"(code)": "NOT_FOUND", "(reason)": "CAMERA_NOT_FOUND"}
    assert one == note_refusal(grpc.StatusCode.NOT_FOUND, "CAMERA_NOT_FOUND", KEY)
    assert one.digest != note_refusal(grpc.StatusCode.NOT_FOUND, "RULE_NOT_FOUND", KEY).digest


def test_work_done_later_is_done_in_order_before_it_is_closed() -> None:
    later, done = Later("test"), list[int]()

    def fail() -> None:
        raise ValueError("said in the log")

    later.submit(fail)
    for number in range(10):
        later.submit(lambda number=number: done.append(number))  # type: ignore[misc]
    later.close()
    assert done == list(range(10))
    Later("never used").close()


def test_what_there_is_no_room_for_is_dropped_and_counted() -> None:
    later, gate = Later("test"), threading.Event()
    for _ in range(MAX_WAITING + 2):
        later.submit(gate.wait)
    assert later.dropped in (0, 1, 2)
    later.submit(gate.wait)
    assert later.dropped >= 1
    gate.set()
    later.close()
