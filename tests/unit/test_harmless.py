"""Of URLs and values, who reads no secrets sees what is known to be harmless alone."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit.harmless import harmless_json, harmless_text, harmless_url

SECRET = "zQ7-s3cr3t"
PLAIN = st.characters(exclude_categories=["Cs"], exclude_characters=" \t\r\n")
PIECES = st.sampled_from(
    [
        *("/", "?", "&", "=", "#", ";", ":", "@", "|", "\\", ",", "_", ".", "-", "%3D", "%2F"),
        *("live", "ch1", "channel", "user", "password", "pin", "rtsp://", "rtmp://", "h", "264"),
        *("Streaming", "101", ".sdp", "admin", "***", "[", "]", "'", '"', "(", ")"),
    ]
)


@pytest.mark.parametrize(
    "url",
    [
        "rtsp://192.0.2.1:554/Streaming/Channels/101",
        "rtsp://192.0.2.1/cam/realmonitor?channel=1&subtype=0&unicast=true&proto=Onvif",
        "rtsp://192.0.2.1/h264Preview_01_main",
        "rtsp://192.0.2.1/axis-media/media.amp?resolution=640x480&fps=25&streamprofile=Quality",
        "rtsp://[2001:db8::1]/live/main/ch01_0.h264",
        "http://camera.hall.example:8080/cgi-bin/video.cgi?channel=1",
        "http://192.0.2.1/hls/stream.m3u8",
        "srt://192.0.2.1:9000?mode=caller&latency=200",
        "rtsp:\\\\192.0.2.1\\live\\sub",
        "rtsp://192.0.2.1",
        "/dev/video0",
        "0",
        "",
    ],
)
def test_what_cameras_usually_call_their_streams_is_shown(url: str) -> None:
    assert harmless_url(url) == url


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (f"rtsp://h/admin/{SECRET}/ch1", "rtsp://h/***/***/ch1"),
        (f"rtsp://h/user=a_password={SECRET}_channel=1", "rtsp://h/user=***"),
        (f"http://h/cgi-bin/{SECRET}/video.cgi?{SECRET}", "http://h/cgi-bin/***/video.cgi?***"),
        (f"rtsp://h/channel=1/{SECRET}=1", "rtsp://h/channel=1/***"),
        (f"rtsp://h/x?channel={SECRET * 3}", "rtsp://h/***?channel=***"),
        (f"rtsp://h/x?a[pw]={SECRET}&channel=1", "rtsp://h/***?***&channel=1"),
        (f"rtsp://h:{SECRET}/live", "rtsp://***/live"),
        (f"rtsp://admin\uff1a{SECRET}\uff20h/live", "rtsp://***/live"),
        (f"rtsp://h/live#{SECRET}", "rtsp://h/live#***"),
        (f"rtsp://h/x%3Fpassword%3D{SECRET}", "rtsp://h/***"),
        (f"rtmp://h/live/{SECRET}?a=b", "rtmp://h/live/***"),
        ("rtsp://h/0123456789/1", "rtsp://h/***/1"),
        ("rtsp://h/123-456-789", "rtsp://h/***"),
        ("rtsp://h/47-11", "rtsp://h/***"),
        ("rtsp://h/1234/ch1234", "rtsp://h/***/***"),
        (f"rtsp://h/live?channel={SECRET}&fps=25", "rtsp://h/live?channel=***&fps=25"),
        (f"rtsp://u:p@h/live@{SECRET}", "rtsp://***"),
        (f"rtsp://u:{SECRET}/p@192.0.2.1/live", "rtsp://***@192.0.2.1/live"),
        (f"rtsp:/admin/{SECRET}", "rtsp:/***/***"),
        (f"/videos/{SECRET}.mp4", "/***/***.mp4"),
        (f"//admin:{SECRET}@h/live", "***@h/live"),
    ],
)
def test_a_secret_in_an_odd_place_of_a_url_is_hidden(url: str, shown: str) -> None:
    found = harmless_url(url)
    assert SECRET not in found
    assert (found, harmless_url(found)) == (shown, shown)


@given(st.lists(PIECES | st.text(PLAIN, max_size=5), max_size=8), st.lists(PIECES, max_size=6))
def test_a_secret_anywhere_behind_the_host_is_hidden(before: list[str], after: list[str]) -> None:
    """As a whole URL and within a text, whatever stands around it; and a mask is masked no more."""
    url = f"rtsp://192.0.2.1/{''.join(before)}{SECRET}{''.join(after)}"
    for show in (harmless_url, harmless_text):
        found = show(url)
        assert SECRET not in found
        assert show(found) == found


@given(st.text(max_size=60))
def test_any_text_is_shown_or_hidden_and_then_stays(text: str) -> None:
    for show in (harmless_url, harmless_text):
        assert show(show(text)) == show(text)


def test_a_url_in_a_text_loses_what_is_not_known_and_the_words_stay() -> None:
    """Names and places of cameras are read by everybody."""
    assert harmless_text(f"Gate 3 (see https://wiki.example/{SECRET}), admin:{SECRET}@h") == (
        "Gate 3 (see https://wiki.example/*** ***@h"
    )
    assert harmless_text("Hall 3 / door 4, 10:30 & later") == "Hall 3 / door 4, 10:30 & later"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"threshold": 5, "pin": 4711}, {"threshold": 5, "pin": "***"}),
        (
            {"threshold": [1, {"pin": [1], "x": None}]},
            {"threshold": [1, {"pin": "***", "x": None}]},
        ),
        ({"enabled": True, "other": False}, {"enabled": True, "other": False}),
        ({f"https://h/{SECRET}": {"threshold": 5}}, {"https://h/***": "***"}),
        ([5, "a:b@h"], [5, "***@h"]),
        ({7: "seven"}, {7: "***"}),
    ],
)
def test_of_a_value_the_known_names_are_shown(value: Any, shown: Any) -> None:
    assert harmless_json(value, {"threshold"}) == shown


@pytest.mark.parametrize("piece", ["live", "a", "1", "/", "=", "&", "rtsp://", "ch1_", "***", "%"])
def test_a_url_without_an_end_is_shown_in_a_moment(piece: str) -> None:
    """Time grows with the length, whatever somebody writes into an entry."""
    began = time.process_time()
    harmless_text("rtsp://h/" + piece * (60_000 // len(piece)))
    harmless_url(piece * (60_000 // len(piece)))
    assert time.process_time() - began < 10
