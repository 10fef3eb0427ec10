"""No secret passes, and what is none stays as it is."""

import json

import pytest

from camplane_tools.compare.secrets import hidden_body, hidden_headers, hidden_text, hidden_value


@pytest.mark.parametrize(
    "text",
    [
        "rtsp://user:hunter2@camera/1",
        "opening rtsp://us%40er:hunter2@h:554/x?y=1",
        'say "rtsp:\\/\\/u:hunter2@h"',
        "/a?password=hunter2&x=1",
        "/a?x=1&api_key=hunter2",
        "Authorization: Bearer hunter2hunter2",
        "http://h/?user=a&token=hunter2",
    ],
)
def test_a_secret_within_a_text_is_hidden(text: str) -> None:
    found = hidden_text(text)
    assert "hunter2" not in found
    assert "(hidden)" in found


@pytest.mark.parametrize("text", ["rtsp://camera/1", "a@b.c", "/a?lines=3", "名 = 5", ""])
def test_a_text_without_one_stays(text: str) -> None:
    assert hidden_text(text) == text


def test_values_are_hidden_by_their_keys_at_any_depth() -> None:
    value = {
        "env": {"REDIS_PASSWORD": "hunter2", "HOST": "h"},
        "list": [{"apiKey": "hunter2"}],
        "access_token": 12345,
        "password": None,
        "secrets": ["hunter2"],
        "tokens_used": 5,
    }
    found = hidden_value(value)
    assert "hunter2" not in json.dumps(found)
    assert found["env"]["HOST"] == "h"
    assert (found["access_token"], found["password"]) == ("(hidden)", None)
    assert found["tokens_used"] == 5


def test_headers_that_are_secrets_are_dropped() -> None:
    headers = {"Authorization": "x", "Cookie": "y", "X-Secret": "z", "content-type": "a"}
    assert hidden_headers(headers) == {"content-type": "a"}


def test_a_body_without_a_secret_stays_byte_for_byte() -> None:
    for body in (b'{ "a" : 1.0 }', b"{bad", b"\xff\x00", b""):
        assert hidden_body(body) == body
    assert b"hunter2" not in hidden_body(b'{"source": "rtsp://u:hunter2@h"}')
    assert b"hunter2" not in hidden_body(b"{bad rtsp://u:hunter2@h")
