"""Of a rule's JSON, a reader without secrets sees what is known to be harmless."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alert_service.application.rule_masking import (
    conceal,
    harmless_alert,
    harmless_rule,
    with_secrets_of,
)
from alert_service.domain.model import Alert, Rule, UpdateRule
from servicekit.written_back import MaskRefusedError

SECRET = "zQ7-s3cr3t"
RULE = Rule(1, "n", "c", "t", "{}", None, None, True, None, None, None)
ALERT = Alert(1, 1, "c", "t", None, None, None, None, None)
NAMES = st.sampled_from(["url", "pin", "kennwort", "type", "to", "x", "auth", "端口", "email"])


def holding(leaf: Any) -> st.SearchStrategy[Any]:
    """Values with the leaf somewhere in them, under names that are not known."""
    return st.recursive(
        st.just(leaf),
        lambda inner: (
            st.lists(st.just("email") | inner, min_size=1, max_size=3)
            | st.dictionaries(st.just("key") | st.just("hook"), inner, min_size=1)
        ),
        max_leaves=4,
    )


@given(holding(SECRET) | holding(f"https://hooks.example/{SECRET}") | holding(471147114711))
def test_no_secret_is_shown_in_conditions_channels_and_recipients(value: Any) -> None:
    text = json.dumps(value)
    found = harmless_rule(
        RULE._replace(conditions=text, notification_channels=text, recipients=text)
    )
    assert SECRET not in str(found)
    assert "471147114711" not in str(found)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2000) | st.sampled_from(["email", "a:b@h", SECRET]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


@given(JSON, JSON, JSON)
def test_any_rule_survives_being_read_and_written_back(one: Any, two: Any, three: Any) -> None:
    names = ("conditions", "notification_channels", "recipients")
    values = dict(zip(names, (one, two, three), strict=True))
    rule = RULE._replace(**{name: json.dumps(value) for name, value in values.items()})
    shown = harmless_rule(rule)
    read = {name: json.loads(getattr(shown, name)) for name in names}
    assert with_secrets_of(rule, UpdateRule(1, read)).changes == values


@pytest.mark.parametrize("recipients", [["***"], ["***"] * 3, ["***", "new", "***"]])
def test_recipients_of_which_some_were_left_out_are_refused(recipients: list[str]) -> None:
    """Nobody knows whose the mask is; where one of them is given anew, the other is kept."""
    rule = RULE._replace(recipients='["a@h", "b@h"]')
    given = UpdateRule(1, {"recipients": ["new", "***"]})
    assert with_secrets_of(rule, given).changes == {"recipients": ["new", "b@h"]}
    with pytest.raises(MaskRefusedError, match="some were left out or moved"):
        with_secrets_of(rule, UpdateRule(1, {"recipients": recipients}))


def test_an_alert_tells_what_was_detected_and_not_how_it_was_sent() -> None:
    """A detector writes it; what a rule's channels are is repeated in it."""
    details = {"persons": 3, "image": f"https://h/{SECRET}/1.jpg", "api_token": SECRET}
    alert = ALERT._replace(
        message=f"3 persons, see rtsp://a:{SECRET}@h/live",
        details=json.dumps(details),
        notification_channels_used=json.dumps(["email", f"https://h/{SECRET}"]),
    )
    found = harmless_alert(alert)
    assert found.message == "3 persons, see rtsp://***@h/live"
    assert json.loads(found.details or "") == {
        "persons": 3,
        "image": "https://h/***/1.jpg",
        "api_token": "***",
    }
    assert json.loads(found.notification_channels_used or "") == ["email", "***"]
    assert harmless_alert(ALERT) == ALERT


def test_text_that_is_no_json_is_hidden() -> None:
    """A monolith's column may hold any."""
    assert harmless_rule(RULE._replace(conditions=f"{SECRET}: 1")).conditions == '"***"'


def test_spans_hold_no_secret_of_a_rule() -> None:
    assert conceal("recipients", SECRET) == conceal("url", SECRET) == conceal("pin", "1") == "***"
    assert conceal("notification_channels", "email") == "email"
    assert conceal("notification_channels", SECRET) == "***"
    assert (conceal("threshold", "5"), conceal("name", "Gate")) == ("5", "Gate")
