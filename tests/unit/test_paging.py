"""Pages of lists: what a request may ask for, where a page ends, and whose a token is."""

import base64
import json

import pytest
from camplane.alert.v1 import alert_service_pb2 as alert_pb
from camplane.camera.v1 import camera_service_pb2 as pb
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st

from camera_service.application import pages
from servicekit import paging
from servicekit.paging import MAX_BYTES, MAX_ITEMS, Page, PageRefusedError

KEYS = st.tuples(st.text(), st.integers(0, 2**31 - 1))
NUMBER = (int,)


def request(**fields: object) -> pb.ListCamerasRequest:
    return pb.ListCamerasRequest(**fields)


def test_no_page_is_asked_for_unless_the_request_says_so() -> None:
    """Zero is the server's choice: everything, and behind a token as much as a page may have."""
    assert paging.asked(request(active_only=True), pages.KEY) is None
    assert paging.asked(request(page_size=7), pages.KEY) == Page(7)
    assert paging.asked(request(page_size=10**6), pages.KEY) == Page(MAX_ITEMS)
    token = paging.token(request(), ("cam0", 0))
    assert paging.asked(request(page_token=token), pages.KEY) == Page(MAX_ITEMS, ("cam0", 0))


@given(KEYS)
def test_a_token_leads_behind_the_key_it_was_made_of(key: tuple[str, int]) -> None:
    """Whatever size the next page has; and it can be written anywhere."""
    token = paging.token(request(active_only=True, page_size=5), key)
    assert token.isascii()
    found = paging.asked(request(active_only=True, page_size=9, page_token=token), pages.KEY)
    assert found == Page(9, key)


def test_a_token_of_another_request_is_refused_in_words() -> None:
    """Of another filter, or of another list whose messages look alike."""
    token = paging.token(request(active_only=True), ("cam0", 0))
    with pytest.raises(PageRefusedError, match="another request"):
        paging.asked(request(page_token=token), pages.KEY)
    rules = alert_pb.ListRulesRequest(camera_id="a")
    history = alert_pb.ListHistoryRequest(camera_id="a", page_token=paging.token(rules, (1,)))
    with pytest.raises(PageRefusedError, match="another request"):
        paging.asked(history, NUMBER)


def test_fields_of_a_newer_client_do_not_make_it_another_request() -> None:
    """A page may be answered by a service that does not know them yet."""
    newer = pb.ListCamerasRequest.FromString(request(active_only=True).SerializeToString() + b"x\1")
    token = paging.token(newer, ("cam0", 0))
    assert paging.asked(request(active_only=True, page_token=token), pages.KEY)


def forged(*parts: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()


@pytest.mark.parametrize(
    "token",
    [
        *("x", "é", "====", "W10=", forged(), forged("d"), forged("d", 1, 0), forged("d", "a", -1)),
        *(forged("d", "a", 2**31), forged("d", "a", True), forged("d", "a", 1, 1)),
        *(forged("d", ["a"], 1), base64.urlsafe_b64encode(b"[" * 5000).decode(), "5", "\0"),
    ],
)
def test_what_is_no_token_is_refused_in_words(token: str) -> None:
    """Before anything is looked for with it."""
    with pytest.raises(PageRefusedError, match="next_page_token"):
        paging.asked(request(page_token=token), pages.KEY)


def test_a_negative_size_is_refused() -> None:
    """With a token, too."""
    for token in ("", paging.token(request(), ("cam0", 0))):
        with pytest.raises(PageRefusedError, match="negative"):
            paging.asked(request(page_size=-1, page_token=token), pages.KEY)


def items(*sizes: int) -> list[tuple[paging.Key, Message]]:
    return [((number,), pb.Camera(name="x" * size)) for number, size in enumerate(sizes)]


def test_a_page_ends_where_it_is_full_or_one_message_holds_no_more() -> None:
    """It has one item at least, however large; and nothing behind the last is spoken of."""
    for sizes, size, told, after in (
        ([1, 1, 1], 2, 2, (1,)),
        ([1, 1], 2, 2, None),
        ([], 2, 0, None),
        ([MAX_BYTES, 1], 5, 1, (0,)),
        ([1, MAX_BYTES, 1], 5, 1, (0,)),
        ([MAX_BYTES // 2] * 5, 5, 1, (0,)),
    ):
        found, key = paging.cut(items(*sizes), size)
        assert (len(found), key) == (told, after), sizes


@given(st.lists(st.sampled_from(["b", "a", "ä", "", "10", 9])), st.integers(1, 4))
def test_pages_together_are_the_list(ids: list[str | int], size: int) -> None:
    """Each entry once, by its id; ids that a hand wrote twice, or left out, included."""
    entries = [{"id": camera_id, "place": place} for place, camera_id in enumerate(ids)]
    told, after = [], None
    while True:
        found = pages.page_of(entries, Page(size, after))
        told += [entry for _, entry in found[:size]]
        if len(found) <= size:
            break
        after = found[size - 1][0]
    assert sorted(one["place"] for one in told) == list(range(len(ids)))
    assert [str(one["id"]) for one in told] == sorted(map(str, ids))
