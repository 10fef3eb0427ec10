"""Where two answers differ, and by what cause."""

from typing import Any

import pytest

from camplane_tools.compare import differ
from camplane_tools.compare.body import Body
from camplane_tools.compare.differ import ABSENT, Difference, Seen, differences


def seen(value: Any, status: int = 200, **headers: str) -> Seen:
    return Seen(status, headers, Body("json", value))


def between(old: Any, new: Any) -> list[Difference]:
    return differences(seen(old), seen(new))


@pytest.mark.parametrize(
    ("old", "new", "field", "cause"),
    [
        ({"a": 1}, {"a": "1"}, "body.a", differ.TYPE),
        ({"a": 1}, {"a": 1.0}, "body.a", differ.TYPE),
        ({"a": 1}, {"a": True}, "body.a", differ.TYPE),
        ({"a": 0.0}, {"a": -0.0}, "body.a", differ.VALUE),
        ({"a": None}, {}, "body.a", differ.MISSING),
        ({}, {"a": None}, "body.a", differ.ADDED),
        ({"a": [1]}, {"a": [1, 2]}, "body.a", differ.LENGTH),
        ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, "body.a[0].b", differ.VALUE),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, "body", differ.ORDER),
        ([], {}, "body", differ.TYPE),
    ],
)
def test_a_difference_is_named_by_field_and_cause(
    old: Any, new: Any, field: str, cause: str
) -> None:
    (found,) = between(old, new)
    assert (found.field, found.cause) == (field, cause)


def test_equal_answers_do_not_differ() -> None:
    value = {"a": [1, None, {"b": "日"}], "c": -0.0}
    assert between(value, value) == []


def test_every_difference_is_told_and_absent_is_not_null() -> None:
    found = between({"a": None, "b": 1}, {"b": 2, "c": 3})
    assert [(one.field, one.old, one.new) for one in found] == [
        ("body.a", None, ABSENT),
        ("body.b", 1, 2),
        ("body.c", ABSENT, 3),
    ]


def test_of_another_status_the_body_is_no_second_difference() -> None:
    found = differences(seen({"a": 1}, 200), seen({"b": 1}, 404))
    assert [one.field for one in found] == ["status"]


def test_headers_that_clients_depend_on_are_compared_and_others_are_not() -> None:
    old = Seen(200, {"content-type": "application/json", "date": "x"}, Body("empty"))
    new = Seen(200, {"content-type": "text/plain", "date": "y"}, Body("empty"))
    assert [one.field for one in differences(old, new)] == ["header.content-type"]


def test_no_whole_answer_is_a_difference_even_when_both_give_none() -> None:
    dead = Seen(0, {}, Body("empty"), "the connection was refused")
    (found,) = differences(dead, dead)
    assert found.cause == differ.NO_ANSWER
    assert found.old == "the connection was refused"


def test_broken_bodies_and_other_kinds_are_told() -> None:
    html, broken = Seen(200, {}, Body("text", "<html>")), Seen(200, {}, Body("broken", "not JSON"))
    assert differences(seen(1), html)[0].cause == differ.KIND
    assert differences(broken, broken)[0].cause == differ.BROKEN
    loose = Seen(200, {}, Body("json", 1, loose=True))
    assert differences(seen(1), loose)[0].cause == differ.SPACING


def test_the_pattern_of_a_field_has_no_indices() -> None:
    assert Difference("body.a[12].b[3]", "", 1, 2).pattern == "body.a[*].b[*]"
    assert Difference("body", "", 1, 2).pattern == "body"
