"""A mask that comes back unchanged keeps what is stored; any other one is refused."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera_service.application.entry_masking import harmless_entry, typed_entry
from camera_service.application.written_back import to_set
from servicekit.written_back import MaskRefusedError, holds_mask, refuse_masks, unmasked

GATE: dict[str, Any] = {
    "id": "gate",
    "name": "Gate",
    "source": "rtsp://admin:pw-of-gate@10.0.0.7/live/k3y-of-gate",
    "pin": 4711,
    "onvif": {"user": "admin", "ports": [80, 81]},
    "tags": ["north", "admin:hunter2@h", {"pin": "0000"}],
    "location": "behind rtsp://admin:pw-of-gate@10.0.0.7/live/k3y-of-gate",
    "env": {"REDIS_URL": "redis://u:p@h"},
    "flag": True,
}
# As it is read: over REST without secrets, over gRPC with them and without.
READ = [harmless_entry(GATE), typed_entry(GATE), typed_entry(harmless_entry(GATE))]


@pytest.mark.parametrize("shown", READ)
def test_an_entry_that_is_written_back_as_it_was_read_stays_as_it_is(shown: dict[str, Any]) -> None:
    assert holds_mask(shown)
    assert to_set(GATE, shown) == GATE


@pytest.mark.parametrize("shown", READ)
def test_what_is_changed_beside_masks_is_changed(shown: dict[str, Any]) -> None:
    """And what is left out of mappings is left out, and of lists in which is no mask."""
    changed = {"name": "Back gate", "flag": 1, "tags": ["north"], "pin": 1}
    wanted, made = {**shown, **changed}, {**GATE, **changed}
    found = to_set(GATE, wanted)
    assert found == made
    assert not isinstance(found["flag"], bool)  # in JSON, 1 and true are two


@pytest.mark.parametrize(
    "wanted",
    [
        {"source": "rtsp://***@10.0.0.8/live/***"},
        {"source": "rtsp://***@10.0.0.7/live/other"},
        {"source": "***"},
        {"name": "***"},
        {"new": "***"},
        {"onvif": {"user": "***"}},
        {"onvif": ["***"]},
        {"tags": ["***@h", "north"]},
        {"tags": ["north", {"a": ["x", "***"]}]},
        {"tags": [{"***": 1}]},
        {"***": 1},
        {"location": "before rtsp://***@10.0.0.7/live/***"},
    ],
)
def test_a_mask_that_nothing_is_read_as_is_refused(wanted: dict[str, Any]) -> None:
    """In words that name the place; so is each in what is new."""
    (place,) = wanted
    with pytest.raises(MaskRefusedError, match=r"\*\*\*, which stands for a secret") as refused:
        to_set(GATE, wanted)
    assert str(refused.value).startswith(place)
    with pytest.raises(MaskRefusedError):
        refuse_masks(wanted)


LISTS: dict[str, list[Any]] = {
    "texts": ["admin:one@h", "admin:two@h", "plain"],
    "mappings": [{"name": "a", "pin": "1"}, {"name": "b", "pin": "2"}],
    "lists": [["admin:one@h"], ["admin:two@g"]],
}


@pytest.mark.parametrize("stored", LISTS.values(), ids=LISTS)
@pytest.mark.parametrize(
    "changed",
    [
        lambda shown: shown[:1],
        lambda shown: shown[1:],
        lambda shown: [*shown, "new"],
        lambda shown: ["new", *shown],
    ],
)
def test_a_list_with_masks_that_has_not_its_items_is_refused(stored: Any, changed: Any) -> None:
    """A mask stands for what is at its place: it would keep the secret of another item."""
    shown = harmless_entry({"tags": stored})["tags"]
    for around in (lambda tags: {"tags": tags}, lambda tags: {"tags": [{"name": tags}]}):
        assert to_set(around(stored), around(shown)) == around(stored)
        with pytest.raises(MaskRefusedError, match=r"^tags.*some were left out or moved"):
            to_set(around(stored), around(changed(shown)))


@pytest.mark.parametrize("stored", [LISTS["mappings"], LISTS["lists"]])
def test_masked_items_that_change_places_are_refused(stored: list[Any]) -> None:
    """And one that is changed where it stands is changed, and keeps its secret."""
    entry = {"tags": stored}
    shown = harmless_entry(entry)["tags"]
    with pytest.raises(MaskRefusedError, match="some were left out or moved"):
        to_set(entry, {"tags": shown[::-1]})
    if isinstance(stored[0], dict):
        wanted = [{**shown[0], "name": "c"}, shown[1]]
        assert to_set(entry, {"tags": wanted}) == {"tags": [{**stored[0], "name": "c"}, stored[1]]}


def test_asterisks_that_are_stored_may_be_written_again() -> None:
    """A hand, or the old server, may have written them; keys as well."""
    stored = {"name": "***", "tags": [{"a***": "x***y"}]}
    assert to_set(stored, stored) == stored


def test_a_masked_key_is_found_again_unless_it_may_be_two() -> None:
    stored = {"hooks": {"https://h/one-key": "a", "b": 1}}
    shown = {"hooks": {"https://h/***": "***", "b": 1}}
    assert unmasked(shown, stored, shown) == stored
    two = {"hooks": {"https://h/one-key": "a", "https://h/two-key": "b"}}
    with pytest.raises(MaskRefusedError):
        unmasked(shown, two, {"hooks": {"https://h/***": "***"}})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just("u:secret@h"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
NAMES = st.sampled_from(["name", "source", "tags", "pin", "notes", "env", "location"])


@given(st.dictionaries(NAMES, JSON))
def test_any_entry_survives_being_read_and_written_back(entry: dict[str, Any]) -> None:
    """Whatever it holds, at any depth."""
    for shown in (harmless_entry(entry), typed_entry(entry), typed_entry(harmless_entry(entry))):
        assert to_set(entry, shown) == entry
