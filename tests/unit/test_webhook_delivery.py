"""What a webhook is sent, and when it is tried again."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.rollout.notifications.delivery import headers, is_due, origin, pause_seconds, signature


def test_the_signature_is_the_documented_one() -> None:
    """Made with: printf '1764000000.{"a":1}' | openssl dgst -sha256 -hmac key"""
    assert signature("key", b'{"a":1}', 1764000000) == (
        "t=1764000000,v1=" + hmac.new(b"key", b'1764000000.{"a":1}', hashlib.sha256).hexdigest()
    )


def test_a_key_may_be_any_bytes_that_the_environment_can_hold() -> None:
    assert signature("\udcff", b"x", 1) == (
        "t=1,v1=" + hmac.new(b"\xff", b"1.x", hashlib.sha256).hexdigest()
    )


def test_headers_name_the_delivery_and_sign_it_when_there_is_a_key() -> None:
    assert headers(7, b"{}", "key", 5)["X-Camplane-Delivery"] == "7"
    assert headers(7, b"{}", "key", 5)["X-Camplane-Signature"] == signature("key", b"{}", 5)
    assert "X-Camplane-Signature" not in headers(7, b"{}", "", 5)


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
