"""No credential survives masking, however strange; what is no credential does."""

import time
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from servicekit.masking import HIDDEN, mask, mask_known, mask_url

# Everything a person can type, lone surrogates aside, which cannot be written to a file.
ANY = st.characters(exclude_categories=["Cs"])
NO_BLANK = st.characters(exclude_categories=["Cs"], exclude_characters=" \t\r\n")
USERS = st.text(NO_BLANK, max_size=20)
PASSWORDS = st.text(NO_BLANK, min_size=1, max_size=20)


@given(USERS, PASSWORDS, st.sampled_from(["rtsp", "rtsps", "http", "https", "rtmp"]))
def test_raw_credentials_in_a_url_in_a_text_are_replaced_whatever_they_hold(
    user: str, password: str, scheme: str
) -> None:
    text = f"opening '{scheme}://{user}:{password}@10.0.0.7:554/live' failed"
    assume("=" not in user + password)  # a parameter as well; the next test but one

    assert mask(text) == f"opening '{scheme}://{HIDDEN}@10.0.0.7:554/live' failed"


@given(st.text(ANY, max_size=20), st.text(ANY, min_size=1, max_size=20))
def test_encoded_credentials_in_a_url_are_replaced(user: str, password: str) -> None:
    url = f"rtsp://{quote(user, safe='')}:{quote(password, safe='')}@camera/live"

    assert mask(f"failed: {url} (timeout)") == f"failed: rtsp://{HIDDEN}@camera/live (timeout)"


@given(USERS, PASSWORDS, st.text(st.sampled_from("\tab &?@:/=%"), max_size=10))
def test_a_password_never_appears_in_a_masked_text(user: str, password: str, tail: str) -> None:
    secret = f"<{password}>"  # so that it cannot be a part of the text around it

    assert secret not in mask(f"x rtsp://{user}:{secret}@host/{tail} y")


@given(
    st.sampled_from(["password", "pwd", "PASSWORD", "pass", "token", "access_token", "rtspPwd"]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters=" \t\r\n&"), min_size=1),
)
def test_a_password_in_a_query_never_appears(name: str, password: str) -> None:
    secret = f"<{password}>"
    masked = mask(f"GET http://camera/video?ch=1&{name}={secret}&quality=7 failed")

    assert secret not in masked
    assert masked.startswith("GET http://") and masked.endswith("&quality=7 failed")


@given(USERS, st.text(ANY, min_size=1, max_size=20))
def test_a_whole_source_may_hold_blanks_in_its_password(user: str, password: str) -> None:
    assume("=" not in user + password)

    assert mask_url(f"rtsp://{user}:{password}@camera/live") == f"rtsp://{HIDDEN}@camera/live"


@given(st.text(ANY, min_size=2, max_size=12), st.data())
def test_a_known_password_is_hidden_wherever_and_however_it_is_written(
    password: str, data: st.DataObject
) -> None:
    secret = f"<{password}>"
    source = f"rtsp://user:{quote(secret, safe='')}@camera/live"
    some_way = "".join(
        data.draw(st.sampled_from([letter, quote(letter, safe=""), quote(letter, safe="").lower()]))
        if not letter.isalpha()
        else letter
        for letter in secret
    )
    masked = mask_known(f"the server said: {secret} and {some_way} are wrong", source)

    assert masked == f"the server said: {HIDDEN} and {HIDDEN} are wrong"


@given(st.text(ANY, max_size=60))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    once = mask(f"rtsp://u:{text}@host password={text}")

    assert mask(once) == once


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("rtsp://a.b:pw@cam/1", "rtsp://***@cam/1"),
        ("rtsp://us%40er:pw@cam/1", "rtsp://***@cam/1"),
        ("rtsp://user:p@ss:w/o?r#d@cam/1", "rtsp://***@cam/1"),
        ("rtsp://user@cam/1", "rtsp://***@cam/1"),
        ("rtsp://:pw@cam/1", "rtsp://***@cam/1"),
        (r'{"source":"rtsp:\/\/u:pw@cam"}', r'{"source":"rtsp:\/\/***@cam"}'),
        ("rtsp://cam/user=admin&password=pw&ch=1", "rtsp://cam/user=***&password=***&ch=1"),
        ("http://cam/v?username=u&password=pw&x=1", "http://cam/v?username=***&password=***&x=1"),
        ("rtsp://u:a@one/1 and rtsp://v:b@two/2", "rtsp://***@one/1 and rtsp://***@two/2"),
    ],
)
def test_the_forms_that_simple_masks_miss(text: str, masked: str) -> None:
    assert mask(text) == masked


SECRET = "s3cr3t"


@pytest.mark.parametrize(
    "source",
    [
        *(
            f"http://cam/v?{name}={SECRET}&channel=1"
            for name in (
                *("loginpas", "pwd", "pw", "p", "key", "sid", "sig", "jwt", "session", "psk"),
                *("pin", "code", "access_code", "sessionid", "usr", "pass%77ord", "P%57", "foo"),
            )
        ),
        f"rtsp://cam/channel=1/password={SECRET}",
        f"srt://cam:9000?mode=caller&streamid=#!::r=gate,u=admin,s={SECRET}",
        f"rtmp://cam/live2/{SECRET}",
        f"rtmps://cam:443/app/{SECRET}?x=1",
        f"http://cam:8080/live/admin/{SECRET}/17.ts",
        f"admin:{SECRET}@cam:554/live",
        f"source=admin:{SECRET}@cam",
        rf"rtsp:\\admin:{SECRET}@cam\live",
    ],
)
def test_a_secret_is_hidden_by_what_is_not_known_to_be_harmless(source: str) -> None:
    """As a source, in a log's line, and where a library repeats it."""
    for masked in (mask_url(source), mask(f"cannot open {source}: 401"), mask(source)):
        assert SECRET not in masked
        assert mask(masked) == masked
    assert SECRET not in mask_known(f"{source}: {SECRET} refused", source)


@pytest.mark.parametrize(
    "text",
    [
        "rtsp://10.0.0.7:554/cam/realmonitor?channel=1&subtype=0&unicast=true&proto=Onvif",
        "http://cam/axis-cgi/mjpg/video.cgi?resolution=640x480&fps=25&streamprofile=Quality",
        "frames=120 state=streaming elapsed=00:01:02 rate=25.0/s",
        "srt://cam:9000?mode=caller&latency=200",
        "rtmp://cam/live",
    ],
)
def test_what_chooses_a_picture_or_counts_is_shown(text: str) -> None:
    """An operator must be able to tell one stream from the other."""
    assert mask(text) == text
    assert mask_url(text) == text or "frames" in text


@pytest.mark.parametrize("letter", ["x", "@", "=", ":", "/", "a=", "a:b@", "rtmp:", "%"])
def test_a_line_without_an_end_is_masked_in_a_moment(letter: str) -> None:
    """Time grows with the length: whatever a detector writes must not hold a log's reader up."""
    began = time.process_time()
    mask(letter * (200_000 // len(letter)))
    mask_url(letter * (200_000 // len(letter)))
    assert time.process_time() - began < 20  # it takes a fraction of one; squared, hours


@pytest.mark.parametrize(
    "text",
    [
        "rtsp://10.0.0.7:554/live?channel=1&subtype=0",
        "/videos/gate@night.mp4",
        "mail bob@example.com about it",
        "password: unknown",
        "12:30:01 user logged in",
        "",
    ],
)
def test_text_without_credentials_stays_as_it_is(text: str) -> None:
    assert mask(text) == text
    assert mask_url(text) == text


@pytest.mark.parametrize(
    ("source", "masked"),
    [
        ("rtsp:/user:pw@cam/1", "rtsp:/***@cam/1"),
        ("rtsp//user:pw@cam/1", "rtsp//***@cam/1"),
        ("user:pw@cam/1", "***@cam/1"),
        ("http://cam/v?password=two words&x=1", "http://cam/v?password=***&x=1"),
    ],
)
def test_a_mistyped_source_gives_nothing_away(source: str, masked: str) -> None:
    assert mask_url(source) == masked


def test_a_known_source_with_a_blank_in_its_password_is_hidden_in_a_text() -> None:
    source = "rtsp://user:two words@cam/1"

    assert mask_known(f"'{source}': no route", source) == "'rtsp://***@cam/1': no route"


def test_a_known_password_from_a_query_is_hidden_decoded_too() -> None:
    source = "http://cam/v?password=p%26w+d"

    assert mask_known("wrong password p&w d", source) == "wrong password ***"


@pytest.mark.parametrize("secret", ["1", "ab", "admin:x@"])
def test_what_is_very_short_is_hidden_where_it_stands_alone(secret: str) -> None:
    """Else a text would lose each 1 by `pin=1`, and tell nothing any more."""
    source = f"rtsp://{secret}cam/s?pin=1&key=ab&channel=1"
    text = "camera 1 of 11: table 1, after 101 s"
    assert mask_known(text, source) == text
    assert mask_known(f"{source}: 1", source).endswith("cam/s?pin=***&key=***&channel=1: 1")
