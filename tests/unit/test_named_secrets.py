"""What follows the name of a secret is hidden from who reads none; what a worker says is not."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit.harmless import harmless_text

SECRET = "zQ7-s3cr3t"
LONG = ("password", "passwd", "passphrase", "Passwort", "rtspPwd", "pwd", "token", "secret", "密码")
KEYS = ("x-api-key", "apikey", "AccessKey", "access_code", "stream key", "loginpas", "jwt")
WHOLE = ("pw", "psk", "pin")
BY_A_SIGN = (
    "key",
    "sid",
    "sig",
    "code",
    "p",
    "pas",
    "session",
    "session_id",
    "auth",
    "credentials",
)
ANYTHING = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=20)


@pytest.mark.parametrize("name", [*LONG, *KEYS, *WHOLE, *BY_A_SIGN])
def test_what_follows_a_name_by_a_sign_is_hidden(name: str) -> None:
    for text in (
        *(f"{name}{sign}{SECRET}" for sign in (":", "=", ": ", " = ", " : ", "=> ", "：")),
        f'{{"{name}": "{SECRET}"}}',
        f'{{"{name}":"{SECRET}","b":1}}',
        f"{{'{name}': '{SECRET} and {SECRET}'}}",
        f'{{"{name}": ["{SECRET}", "{SECRET}"]}}',
        f'{{\\"{name}\\": \\"{SECRET}\\"}}',
        f"the {name} is {SECRET}",
    ):
        assert SECRET not in harmless_text(f"opening: {text}"), text


@pytest.mark.parametrize("name", [*LONG, *KEYS, *WHOLE, "Bearer", "Basic"])
def test_what_follows_a_name_by_a_blank_is_hidden(name: str) -> None:
    for text in (f"{name} {SECRET}", f"--{name} {SECRET}", f"{name}  '{SECRET}'"):
        assert SECRET not in harmless_text(f"run with {text} now"), text


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Basic {SECRET}",
        f'Proxy-Authorization: Digest username="a", response="{SECRET}"',
        f"Cookie: a=b; sid={SECRET}; c={SECRET}",
        f"rtsp%3A%2F%2Fadmin%3A{SECRET}%40h%2F",
        f"rtsp%253a%252f%252fadmin%253a{SECRET}%2540h",
        f'{{"password":"{SECRET}","url":"http://192.0.2.1/live"}}',
        f"http://192.0.2.1/live refused, pw: {SECRET}",
    ],
)
def test_a_header_and_an_encoded_url_are_hidden(text: str) -> None:
    assert SECRET not in harmless_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "frames=120 state=streaming elapsed=00:01:02 rate=25.0/s",
        "2026-11-30 08:00:01 INFO camera gate: connected in 0.4 s",
        "the worker ended with exit code 3, before with exit code: -11",
        "key frame at 12, keyframe: 12, pts: 123 pos: 8",
        "token expired; wrong password for camera 3; a password required",
        "password must be given, and authentication failed",
        "session started; basic authentication refused",
        "[rtsp @ 0x55] method DESCRIBE failed: 401 Unauthorized (authorization failed)",
        "pass 3 of 5: compass: north, monkey: 5, barcode: 12345",
        "the server refused the credentials (401)",
    ],
)
def test_what_workers_usually_say_is_shown(text: str) -> None:
    assert harmless_text(text) == text


@given(ANYTHING, st.sampled_from([*LONG, *WHOLE, *BY_A_SIGN]), ANYTHING, ANYTHING)
def test_a_secret_is_hidden_whatever_stands_around_and_then_stays(
    before: str, name: str, inside: str, after: str
) -> None:
    secret = "".join(inside.split()) + SECRET
    shown = harmless_text(f'{before} {name}: "{SECRET}" {after} {name}={secret}')
    assert f'"{SECRET}"' not in shown
    again = harmless_text(shown)
    assert harmless_text(again) == again


PIECES = ["x", "@", "=", ":", "password", "password ", "pw: ", '"', '\\"', "'pw", "%3a", "api_"]


@pytest.mark.parametrize("piece", [*PIECES, "token\\", "is was ", "basic\t", " ", "{", "pw:\"'"])
def test_a_text_without_an_end_is_shown_in_a_moment(piece: str) -> None:
    """Time grows with the length: a log is read by others, too."""
    began = time.process_time()
    harmless_text(piece * (200_000 // len(piece)))
    assert time.process_time() - began < 10  # it takes a fraction of one; squared, hours
