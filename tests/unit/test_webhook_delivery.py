"""What a webhook is sent, and when it is tried again."""

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit.webhooks.retries import is_due, pause_seconds
from servicekit.webhooks.signature import KeyUnusableError, headers, signature
from servicekit.webhooks.target import origin


def test_the_signature_is_the_one_of_standard_webhooks() -> None:
    """Made with: printf 'msg_1.1764000000.{"a":1}' | openssl dgst -sha256 -hmac key -binary"""
    made = "v1,Ex1+/O8oLSPtA70Qgz5c371Pv/m0mFzV9AGqfm5ztO8="
    assert signature("msg_1", b'{"a":1}', "key", 1764000000) == made
    encoded = "whsec_" + base64.b64encode(b"key").decode()
    assert (
        signature("msg_1", b'{"a":1}', encoded, 1764000000)
        == "v1,Ex1+/O8oLSPtA70Qgz5c371Pv/m0mFzV9AGqfm5ztO8="
    )


def test_a_key_may_be_any_bytes_that_the_environment_can_hold() -> None:
    digest = hmac.new(b"\xff", b"m.1.x", hashlib.sha256).digest()
    assert signature("m", b"x", "\udcff", 1) == "v1," + base64.b64encode(digest).decode()


def test_what_looks_like_an_encoded_key_and_is_none_signs_nothing() -> None:
    with pytest.raises(KeyUnusableError) as said:
        signature("m", b"x", "whsec_hunter2!", 1)
    assert "hunter2" not in str(said.value)


def test_headers_name_the_message_and_sign_it_when_there_is_a_key() -> None:
    found = headers("msg_7", b"{}", "key", 5)
    assert (found["webhook-id"], found["webhook-timestamp"]) == ("msg_7", "5")
    assert found["webhook-signature"] == signature("msg_7", b"{}", "key", 5)
    assert "webhook-signature" not in headers("msg_7", b"{}", "", 5)


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_pauses_grow_from_a_second_to_five_minutes(failures: int, chance: float) -> None:
    pause = pause_seconds(failures, chance)
    assert 1 <= pause <= 300
    assert pause <= pause_seconds(failures + 1, chance)
    assert pause_seconds(1, 0) == 1 and pause_seconds(50, 1) == 300


def test_a_time_beyond_any_pause_is_due_because_a_clock_was_put_back() -> None:
    assert is_due(100, 100)
    assert not is_due(100.5, 100)
    assert not is_due(400, 100)
    assert is_due(401, 100)


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("https://hooks.example.com/services/T0/hunter2?k=hunter2", "https://hooks.example.com"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
        ("https://user:hunter2@h/", "https://h"),
    ],
)
def test_of_a_url_only_its_origin_is_named(url: str, named: str) -> None:
    assert origin(url) == named
