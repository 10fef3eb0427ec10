"""The expression of camera ids against Python's own reading of what stands in a URL."""

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.proxy.id_pattern import ids_pattern

# Few characters, so that what is like an id comes often: digits of escapes, too.
LETTERS = st.sampled_from("%%%4156aAbB2Ff \x7e+;é门\U0001f3a5?#")
IDS = st.frozensets(st.text(LETTERS, min_size=1, max_size=6), min_size=1, max_size=5)


def read(segment: str) -> str | None:
    """Return the id that a segment of a path names."""
    try:
        return unquote(segment, errors="strict")
    except UnicodeDecodeError:
        return None


def matches(ids: frozenset[str], segment: str) -> bool:
    return re.fullmatch(ids_pattern(ids), segment) is not None


@given(IDS, st.data())
def test_each_id_matches_however_it_is_written(ids: frozenset[str], data: st.DataObject) -> None:
    camera_id = data.draw(st.sampled_from(sorted(ids)))
    segment = ""
    for character in camera_id:
        encoded = "".join(f"%{byte:02x}" for byte in character.encode())
        forms = [encoded, encoded.upper(), *([] if character in "?#%" else [character])]
        segment += data.draw(st.sampled_from(forms))
    assert matches(ids, segment)


@given(IDS, st.text(st.sampled_from("%%%%4156aAbB2Ff +;é门cC3E9"), max_size=12))
def test_a_segment_matches_exactly_when_it_names_one_of_the_ids(
    ids: frozenset[str], segment: str
) -> None:
    assert matches(ids, segment) is (read(segment) in ids)


@pytest.mark.parametrize(
    ("segment", "named"),
    [
        ("%2541", True),
        ("%%341", True),
        ("%4%31", True),
        ("%25%34%31", True),
        ("%41", False),
        ("A", False),
        ("%2541x", False),
    ],
)
def test_a_percent_sign_that_is_no_escape_is_itself(segment: str, named: bool) -> None:
    assert matches(frozenset({"%41"}), segment) is named is (read(segment) == "%41")


def test_what_ends_a_path_is_part_of_an_id_only_when_it_is_escaped() -> None:
    ids = frozenset({"a?b", "a#b"})
    assert matches(ids, "a%3Fb") and matches(ids, "a%23b")
    assert not matches(ids, "a?b") and not matches(ids, "a#b")


def test_common_beginnings_are_written_once() -> None:
    pattern = ids_pattern(frozenset(f"camera-in-the-hall-{number}" for number in range(100)))
    assert pattern.count("%68") == 2  # the h of "the", and of "hall"
