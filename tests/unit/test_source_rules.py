"""Where a camera may point, by what its source says."""

import os
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from camera_service.shared_state.processes.worker_inputs import NotAllowedError, WorkerInputs
from camera_service.worker.source_rules import SourceNotAllowedError, SourceRules

RULES = SourceRules()


@pytest.mark.parametrize(
    "source",
    [
        *("0", "12", "/dev/video3", "v4l2:///dev/video0", "nofile.mp4", "videos/gate 2.mp4"),
        *("12:30.mp4", "./a:b.mp4", "a,b.mp4", "gate 2: north.mp4", "/videos/a.mp4", "例子.mp4"),
        *("file:///videos/a.mp4", "file:a.mp4", "rtsp://x/1", "rtsp://例子/1", "RTSPS://h/1"),
        *("rtsp://10.0.0.7/none", "rtsp://u:p@[fd00::1]:554/1", "https://h/v.m3u8"),
        *("rtsp://u:p@ss/w@10.0.0.7/1", "rtmp://h/app/key", "rtmps://h/app/key", "srt://h:9000"),
        *("udp://@239.0.0.1:1234", "udp://:1234", "rtp://0.0.0.0:5004", "http://u:p w@h/1"),
    ],
)
def test_what_cameras_are_read_from_is_allowed(source: str) -> None:
    """Streams, files and devices that clients of the monolith know are no news."""
    RULES.check(source)


@pytest.mark.parametrize(
    "source",
    [
        *("tcp://h:1", "ftp://h/a", "unix:///run/x.sock", "mmsh://h/a", "gopher://h", "sftp://h/a"),
        *("concat:/etc/passwd|/a", "data:text/plain,x", "subfile,,start,0,end,9,,:/etc/passwd"),
        *("pipe:0", "fd:3", "crypto:/a", "async:/a", "cache:http://h", "tee:/a", "lavfi:x"),
        *("HTTPX://h", "rtmpt://h/a", "javascript:x", "admin:pw@10.0.0.7/stream"),
        "rtspu://h/1",
    ],
)
def test_what_is_on_no_list_is_refused_with_the_list(source: str) -> None:
    """The sentence says what may be and which key says so, and nothing of the source."""
    with pytest.raises(SourceNotAllowedError, match=r"rtsp://.*a file.*cameras\.schemes") as said:
        RULES.check(source)
    assert "pw" not in str(said.value)


@pytest.mark.parametrize(
    "source",
    [
        *("http://169.254.169.254/latest", "rtsp://allowed@169.254.169.254/", "http://2852039166/"),
        *("http://0xa9.0xfe.0xa9.0xfe:80/", "https://[::ffff:169.254.169.254]/", "srt://[fe80::1]"),
        *("http://169.254.169.254./", "http://%31%36%39.254.169.254/", "http://a@b@169.254.1.1"),
        *("rtsp://10.0.0.7\\@169.254.169.254/", "rtmp://169.254.169.254", "udp://169.254.1.1:9"),
        *("http://169.254.169.254?a@b", "http://169.254.169.254#@b", "rtp://169.254.1.1:9"),
    ],
)
def test_a_link_local_address_is_refused_however_it_is_dressed(source: str) -> None:
    """Where clouds keep a machine's keys is no camera."""
    with pytest.raises(SourceNotAllowedError, match=r"not to be connected to; cameras\.networks"):
        RULES.check(source)


@pytest.mark.parametrize(
    "source",
    [
        *("rtsp://127.0.0.1:8554/1", "rtsp://localhost/1", "http://0.0.0.0/", "http://[::1]/"),
        *(
            "rtsp://[::ffff:127.0.0.1]/1",
            "http://2130706433/",
            "http://127.1/",
            "srt://a.localhost",
        ),
    ],
)
def test_this_machine_is_no_camera_until_the_operator_says_so(source: str) -> None:
    """What listens on it may trust whoever is there; a relay of streams is one line of settings."""
    with pytest.raises(SourceNotAllowedError, match=r"`cameras\.networks\.loopback: true`"):
        RULES.check(source)
    SourceRules.told_by({"CAMPLANE_CAMERA_LOOPBACK": "true"}).check(source)


@pytest.mark.parametrize(
    "source", ["http://h/\r\nX: y", "rtsp://h/\0", "http://h\t/", "http://[h/"]
)
def test_what_is_no_url_is_refused(source: str) -> None:
    """A line break would be another header of the request."""
    with pytest.raises(SourceNotAllowedError):
        RULES.check(source)


@pytest.mark.parametrize("source", ["file://etc/passwd", "file://host/a", "FILE://a"])
def test_a_file_url_of_another_machine_is_refused(source: str) -> None:
    """FFmpeg would open a path that it does not seem to name."""
    with pytest.raises(SourceNotAllowedError, match="absolute path"):
        RULES.check(source)


@example("a\0b")
@example("\ud800")
@given(st.text() | st.from_regex(r"[a-z]{1,6}://[^/]*/.*") | st.from_regex(r"[0-9]{1,9000}"))
def test_any_text_is_allowed_or_refused_in_words(source: str) -> None:
    """No source is a fault, with roots or without, and no refusal is longer than a line."""
    for rules in (RULES, SourceRules(roots=("/srv/videos",))):
        try:
            rules.check(source)
        except SourceNotAllowedError as error:
            assert str(error).isprintable()


def test_files_lie_below_roots_whatever_way_they_are_named(tmp_path: Path) -> None:
    """Links, dots, percent signs and folders whose name only begins so lead nowhere else."""
    videos, others = tmp_path / "videos", tmp_path / "videos2"
    for folder in (videos, others):
        folder.mkdir()
    (videos / "link.mp4").symlink_to(others / "secret.mp4")
    (tmp_path / "by-link").symlink_to(videos)
    rules = SourceRules(roots=(str(tmp_path / "by-link"),), base=tmp_path)
    for source in (
        "videos/a.mp4",
        f"{videos}/a.mp4",
        f"file://{videos}/a%20b.mp4",
        "0",
        "rtsp://h",
    ):
        rules.check(source)
    for source in (
        *(f"{others}/a.mp4", "/etc/passwd", "file:/etc/passwd", "videos/../videos2/a.mp4"),
        *("videos/link.mp4", f"file://{videos}/%2e%2e/videos2/a.mp4", "a.mp4", ".", "/dev/stdin"),
    ):
        with pytest.raises(SourceNotAllowedError, match=r"below .*by-link; cameras\.file_roots"):
            rules.check(source)


def test_rules_are_handed_on_whole() -> None:
    """What a worker reads from its environment is what its service was told."""
    for told in (
        SourceRules.told_by({}),
        SourceRules.told_by(
            {
                "CAMPLANE_CAMERA_SCHEMES": "rtsp, ftp",
                "CAMPLANE_CAMERA_FILE_ROOTS": os.pathsep.join(("/a", "/b")),
                "CAMPLANE_CAMERA_NETWORKS_ALLOW": "10.0.0.0/8",
                "CAMPLANE_CAMERA_NETWORKS_DENY": ",",
                "CAMPLANE_CAMERA_LOOPBACK": "true",
            }
        ),
    ):
        assert SourceRules.told_by(told.as_variables()) == told
    assert told.schemes == ("rtsp", "ftp")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("CAMPLANE_CAMERA_SCHEMES", "rt sp"),
        ("CAMPLANE_CAMERA_FILE_ROOTS", "videos"),
        ("CAMPLANE_CAMERA_NETWORKS_ALLOW", "10.0.0.1/8"),
        ("CAMPLANE_CAMERA_NETWORKS_DENY", "loopback"),
        ("CAMPLANE_CAMERA_LOOPBACK", "127.0.0.1"),
    ],
)
def test_a_slip_in_a_rule_is_said_by_name(name: str, text: str) -> None:
    """A rule that cannot be read is no rule that lets everything pass."""
    with pytest.raises(ValueError, match=name):
        SourceRules.told_by({name: text})


def test_an_entry_is_refused_for_its_source() -> None:
    """The same check that holds for `env` names the key; numbers and absence are as ever."""
    for entry in ({"source": 0}, {"source": ""}, {"source": None}, {}, {"source": " a.mp4 "}):
        WorkerInputs().check(entry)
    with pytest.raises(NotAllowedError) as said:
        WorkerInputs().check({"source": "  tcp://h:1"})
    assert said.value.key == "source"


@pytest.mark.parametrize("entry", [{"source": "rtsp://h/1"}, {}])
def test_an_entry_is_refused_that_asks_for_datagrams(entry: dict[str, str]) -> None:
    """In a change of this key alone, too; who allows the scheme allows the key."""
    asked = entry | {"rtsp_transport": "udp"}
    with pytest.raises(NotAllowedError, match=r"rtspu in cameras\.schemes") as said:
        WorkerInputs().check(asked)
    assert said.value.key == "rtsp_transport"
    WorkerInputs().check(entry | {"rtsp_transport": "tcp"})
    WorkerInputs(sources=SourceRules(schemes=("rtsp", "rtspu"))).check(asked)
