"""What a rule may be, field by field."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alert_service.domain.errors import InvalidArgumentError, MissingFieldError
from alert_service.domain.json_value import MAX_BYTES, MAX_DEPTH, MAX_KEYS, check_json
from alert_service.domain.model import CreateRule, ListHistory, ListRules, UpdateRule
from alert_service.domain.rules import (
    history_query,
    new_rule,
    rule_update,
    rules_query,
    valid_rule_id,
)

NEW = {"name": "n", "rule_type": "t", "conditions": {"threshold": 5}}
TEXT_LIMITS = {"name": 100, "camera_id": 50, "rule_type": 50, "priority": 20}
JSON_FIELDS = ("conditions", "notification_channels", "recipients")

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**300), 10**300)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("abcé", max_size=3), inner),
    max_leaves=20,
)


def nested(depth: int, kind: type) -> object:
    value: object = 1
    for _ in range(depth):
        value = [value] if kind is list else {"k": value}
    return value


@pytest.mark.parametrize("field", JSON_FIELDS)
@pytest.mark.parametrize(
    ("value", "more"),
    [
        ({"note": "x" * (MAX_BYTES - 11)}, {"note": "x" * (MAX_BYTES - 10)}),
        (["é" * (MAX_BYTES // 2 - 2)], ["é" * (MAX_BYTES // 2 - 1)]),
        ([0] * MAX_KEYS, [0] * (MAX_KEYS + 1)),
        ([{"k": 0}] * (MAX_KEYS // 2), [{"k": [0]}] * (MAX_KEYS // 2)),
    ],
)
def test_a_rule_is_no_larger_than_what_many_of_which_can_be_listed(
    field: str, value: object, more: object
) -> None:
    """New or changed, by size as JSON and by number of keys and items at all depths."""
    assert getattr(new_rule({**NEW, field: value}), field) == value
    assert rule_update(1, {field: value}).changes == {field: value}
    for write in (lambda: new_rule({**NEW, field: more}), lambda: rule_update(1, {field: more})):
        with pytest.raises(InvalidArgumentError, match=f"{field} must hold at most"):
            write()


def test_a_value_far_too_large_is_refused_in_a_moment() -> None:
    """It is refused on the event loop, which is everybody's."""
    value: object = {f"k{number}": [number] * 5 for number in range(100_000)}
    begun = time.process_time()
    with pytest.raises(InvalidArgumentError):
        new_rule({**NEW, "conditions": value})
    assert time.process_time() - begun < 0.5


def test_a_rule_of_the_required_fields_gets_the_defaults() -> None:
    """Absent: all cameras, enabled, medium, no channels and no recipients."""
    assert new_rule(NEW) == CreateRule(
        name="n",
        camera_id=None,
        rule_type="t",
        conditions={"threshold": 5},
        notification_channels=None,
        recipients=None,
        enabled=True,
        priority="medium",
    )


@pytest.mark.parametrize("field", ["camera_id", "conditions", "recipients", "enabled", "priority"])
def test_a_null_is_not_an_absent_key(field: str) -> None:
    """null is kept where a field takes it, whatever the default."""
    assert getattr(new_rule({**NEW, field: None}), field) is None


@pytest.mark.parametrize(
    ("given_fields", "missing"),
    [
        ((), "name"),
        (("rule_type", "conditions"), "name"),
        (("conditions",), "name"),
        (("name",), "rule_type"),
        (("name", "conditions"), "rule_type"),
        (("name", "rule_type"), "conditions"),
    ],
)
def test_the_first_missing_field_is_named(given_fields: tuple[str, ...], missing: str) -> None:
    """name, then rule_type, then conditions."""
    with pytest.raises(MissingFieldError, match=f"^缺少必填字段: {missing}$"):
        new_rule({field: NEW[field] for field in given_fields})


def test_a_missing_field_comes_before_a_wrong_one() -> None:
    """What is absent is said before what is wrong, as the monolith did."""
    with pytest.raises(MissingFieldError):
        new_rule({"name": 5, "rule_type": "t"})


@pytest.mark.parametrize("field", TEXT_LIMITS)
@pytest.mark.parametrize("letter", ["a", "名", "😀"])
def test_text_is_limited_in_characters(field: str, letter: str) -> None:
    """Exactly the limit passes, one more does not, however many bytes they take."""
    limit = TEXT_LIMITS[field]
    assert rule_update(1, {field: letter * limit}).changes == {field: letter * limit}
    with pytest.raises(InvalidArgumentError, match=f"^{field} must be text of at most {limit} "):
        rule_update(1, {field: letter * (limit + 1)})


@pytest.mark.parametrize("field", TEXT_LIMITS)
@pytest.mark.parametrize("value", [5, 1.5, True, [], {}])
def test_text_is_nothing_else(field: str, value: object) -> None:
    """A value of another JSON type is refused in a new rule and in an update."""
    for refuse in (lambda: rule_update(1, {field: value}), lambda: new_rule({**NEW, field: value})):
        with pytest.raises(InvalidArgumentError, match=f"^{field} must be text"):
            refuse()


@pytest.mark.parametrize("field", TEXT_LIMITS)
def test_text_may_be_empty(field: str) -> None:
    """The monolith stored empty texts, so they pass."""
    assert getattr(new_rule({**NEW, field: ""}), field) == ""


@pytest.mark.parametrize("field", ["name", "rule_type"])
def test_name_and_type_are_never_null(field: str) -> None:
    """The table takes no null there."""
    for refuse in (lambda: rule_update(1, {field: None}), lambda: new_rule({**NEW, field: None})):
        with pytest.raises(InvalidArgumentError, match=f"^{field} must be text"):
            refuse()


@pytest.mark.parametrize("text", ["a\0b", "\0", "\ud800", "a\udfff"])
@pytest.mark.parametrize("field", [*TEXT_LIMITS, *JSON_FIELDS])
def test_nul_and_lone_surrogates_are_refused(field: str, text: str) -> None:
    """In a text, and anywhere inside JSON, keys included."""
    values: list[object] = [text]
    if field in JSON_FIELDS:
        values += [[text], {"k": [{"k": text}]}, {text: 1}]
    for value in values:
        with pytest.raises(InvalidArgumentError, match=f"^{field} must not contain"):
            rule_update(1, {field: value})


@pytest.mark.parametrize("value", [True, False, None])
def test_enabled_takes_truth_values_and_null(value: bool | None) -> None:
    """Each of the three is kept as given."""
    assert new_rule({**NEW, "enabled": value}).enabled is value


@pytest.mark.parametrize("value", [0, 1, "true", "yes", [], {}])
def test_enabled_takes_nothing_else(value: object) -> None:
    """Not even what others would read as a truth value."""
    with pytest.raises(InvalidArgumentError, match=r"^enabled must be true, false or null$"):
        new_rule({**NEW, "enabled": value})


@given(JSON)
def test_any_json_passes_unchanged(value: object) -> None:
    """Conditions, channels and recipients may be any JSON."""
    rule = new_rule({**NEW, "conditions": value})
    assert rule.conditions is value
    changes = {"recipients": value, "notification_channels": value}
    assert rule_update(1, changes).changes == changes


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), -float("inf"), 10**400, -(10**400), {1: 2}, (1,), b"x", object()],
)
def test_what_is_no_json_is_refused(value: object) -> None:
    """NaN, infinities and integers that no double comes near included."""
    for inside in (value, [value], {"k": value}):
        with pytest.raises(InvalidArgumentError, match=r"^conditions must"):
            check_json("conditions", inside)


@pytest.mark.parametrize("kind", [list, dict])
def test_nesting_is_limited(kind: type) -> None:
    """MAX_DEPTH levels pass, one more does not, nor does any number of them."""
    check_json("conditions", nested(MAX_DEPTH, kind))
    for depth in (MAX_DEPTH + 1, 5000):
        with pytest.raises(InvalidArgumentError, match="nest deeper than 32 levels"):
            check_json("conditions", nested(depth, kind))


def test_an_update_keeps_the_fields_of_a_rule_alone() -> None:
    """Other keys are ignored, id and times among them."""
    fields = {"name": "x", "id": 5, "created_at": "…", "updated_at": 1, "foo": {}, "enabled": None}
    assert rule_update(7, fields) == UpdateRule(7, {"name": "x", "enabled": None})


@pytest.mark.parametrize("rule_id", [1, 2, 2**31 - 1])
def test_ids_that_may_exist(rule_id: int) -> None:
    """1 to 2147483647."""
    assert valid_rule_id(rule_id) == rule_id


@pytest.mark.parametrize("rule_id", [0, -1, 2**31, 2**63])
def test_ids_that_cannot_exist(rule_id: int) -> None:
    """What no 32-bit column holds is refused, before the fields are looked at."""
    with pytest.raises(
        InvalidArgumentError, match=r"^rule_id must be a number from 1 to 2147483647$"
    ):
        rule_update(rule_id, {"name": 5})


def test_questions() -> None:
    """Filters pass as they are; the limit has a default and bounds."""
    assert rules_query(None, None) == ListRules()
    assert rules_query("", False) == ListRules("", False)
    assert history_query(None, None, None) == ListHistory(100)
    assert history_query(1, "c", "") == ListHistory(1, "c", "")
    assert history_query(1000, None, None).limit == 1000


@pytest.mark.parametrize("limit", [0, -1, 1001, -(2**31)])
def test_limits_out_of_range(limit: int) -> None:
    """1 to 1000."""
    with pytest.raises(InvalidArgumentError, match=r"^limit must be a number from 1 to 1000$"):
        history_query(limit, None, None)


def test_filters_take_no_nul() -> None:
    """The message names the filter."""
    with pytest.raises(InvalidArgumentError, match=r"^camera_id must not contain NUL"):
        rules_query("\0", None)
    with pytest.raises(InvalidArgumentError, match=r"^camera_id must not contain NUL"):
        history_query(1, "\0", None)
    with pytest.raises(InvalidArgumentError, match=r"^alert_type must not contain NUL"):
        history_query(1, None, "\0")
