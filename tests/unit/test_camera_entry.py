"""The rules of entries and ids."""

import time
from typing import Any

import pytest
from camplane.camera.v1 import camera_service_pb2 as pb
from hypothesis import given
from hypothesis import strategies as st

from camera_service.domain.entry import (
    MAX_DEPTH,
    MAX_ID_BYTES,
    changes,
    check_asked_ids,
    check_id,
    is_active,
    key_of,
    merged,
    new_entry,
)
from camera_service.domain.errors import InvalidArgumentError
from camera_service.entrypoints import encoding
from camera_service.shared_state.processes.worker_inputs import WorkerInputs

INPUTS = WorkerInputs()
GOOD = {"id": "cam1", "name": "Door", "source": "rtsp://x/1"}


@pytest.mark.parametrize(
    "good", ["cam0", "cam space", "摄像头1", "门口📷", "a.b", "...", "-", "é", " a"]
)
def test_an_id_may_hold_letters_of_any_script_spaces_and_punctuation(good: str) -> None:
    assert check_id(good) == good


@pytest.mark.parametrize(
    "bad",
    ["", ".", "..", "a/b", "a\\b", "../../evil", "a\0b", "a\nb", "a\x7f", "\ud800", "x" * 129],
)
def test_an_id_that_could_leave_a_folder_or_break_a_line_is_refused(bad: str) -> None:
    with pytest.raises(InvalidArgumentError):
        check_id(bad)


@given(st.text(max_size=200))
def test_every_accepted_id_makes_a_file_name_inside_its_folder(text: str) -> None:
    try:
        accepted = check_id(text)
    except InvalidArgumentError:
        return
    assert "/" not in accepted
    assert accepted not in (".", "..")
    assert len(f"detect_{accepted}.log".encode()) <= 255
    assert len(accepted.encode()) <= MAX_ID_BYTES


def test_a_numeric_id_and_its_text_are_the_same_camera() -> None:
    assert key_of({"id": 12345}) == key_of({"id": "12345"}) == "12345"


@pytest.mark.parametrize("wrap", [lambda inner: [inner], lambda inner: {"a": inner}])
def test_a_value_may_nest_as_deep_as_a_typed_client_can_read(wrap: Any) -> None:
    value: Any = "x"
    for _ in range(MAX_DEPTH):
        value = wrap(value)
    entry = new_entry({**GOOD, "zones": value}, INPUTS)
    listed = pb.ListCamerasResponse(cameras=[encoding.camera(entry)]).SerializeToString()
    assert pb.ListCamerasResponse.FromString(listed).cameras[0].camera_id == "cam1"
    for deeper in (wrap(value), wrap(wrap(value))):
        with pytest.raises(InvalidArgumentError, match="zones must not nest deeper"):
            new_entry({**GOOD, "zones": deeper}, INPUTS)
        with pytest.raises(InvalidArgumentError, match="zones must not nest deeper"):
            changes("cam1", {"zones": deeper}, INPUTS)


@pytest.mark.parametrize("entry", [{}, {"id": None}, {"id": ""}, {"id": []}, "text", None, 5])
def test_what_has_no_id_answers_to_none(entry: object) -> None:
    assert key_of(entry) is None


@pytest.mark.parametrize(
    ("entry", "active"),
    [
        ({}, True),
        ({"enabled": False}, False),
        ({"enabled": False, "active": True}, True),
        ({"active": False, "enabled": True}, False),
        ({"active": None, "enabled": True}, False),
    ],
)
def test_active_defaults_to_enabled_and_enabled_to_true(entry: dict, active: bool) -> None:
    assert is_active(entry) is active


@pytest.mark.parametrize("missing", ["id", "name", "source"])
def test_a_new_entry_without_a_required_field_is_refused_by_its_name(missing: str) -> None:
    body = {key: value for key, value in GOOD.items() if key != missing}
    with pytest.raises(InvalidArgumentError, match=f"^Missing field: {missing}$"):
        new_entry(body, INPUTS)


@pytest.mark.parametrize("field", ["id", "name", "source"])
@pytest.mark.parametrize("value", [None, "", "  ", 5, True, [], {}])
def test_required_fields_are_non_empty_strings(field: str, value: object) -> None:
    with pytest.raises(InvalidArgumentError, match=field):
        new_entry({**GOOD, field: value}, INPUTS)


def test_keys_the_system_does_not_know_are_kept() -> None:
    assert new_entry({**GOOD, "zone": {"a": [1, None]}}, INPUTS)["zone"] == {"a": [1, None]}


def test_a_change_may_repeat_the_id_and_nothing_else_of_it() -> None:
    assert changes("12345", {"id": 12345, "fps": 5}, INPUTS) == {"fps": 5}
    for other in ("cam2", None, "", True, 1.5):
        with pytest.raises(InvalidArgumentError, match="id"):
            changes("cam1", {"id": other}, INPUTS)


@pytest.mark.parametrize("ids", ["cam0", ["cam0", 5], [None], {"a": 1}, 5, [""], ["../x"], ["a\0"]])
def test_a_batch_asks_with_a_list_of_strings(ids: object) -> None:
    with pytest.raises(InvalidArgumentError, match="camera_ids"):
        check_asked_ids(ids)


@pytest.mark.parametrize("ids", [None, []])
def test_a_batch_that_names_nothing_asks_for_all(ids: object) -> None:
    assert check_asked_ids(ids) is None


def test_a_batch_answers_each_id_once_in_the_order_asked() -> None:
    assert check_asked_ids(["b", "a/b", "b", "a"]) == ["b", "a/b", "a"]


@pytest.mark.parametrize(
    "large",
    [
        {f"k{number}": number for number in range(50_000)},
        {"m": {f"k{number}": {"a": [number]} for number in range(50_000)}},
        {"m": [[[[number]]] for number in range(50_000)]},
        {f"k{number}": "x" * 1000 for number in range(1000)},
    ],
)
def test_no_entry_takes_long_to_be_refused(large: dict[str, Any]) -> None:
    """Whatever is large in it: nobody else is answered meanwhile."""
    begun = time.process_time()
    for refuse in (
        lambda: new_entry({**GOOD, **large}, INPUTS),
        lambda: changes("cam1", large, INPUTS),
        lambda: merged(GOOD, large, INPUTS.size),
    ):
        with pytest.raises(InvalidArgumentError, match="at most"):
            refuse()
    assert time.process_time() - begun < 1
