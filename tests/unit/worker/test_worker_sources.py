"""Every kind of source is opened the way it has to be."""

import pytest

from camera_service.worker.sources import Kind, SourceError, parse_source


@pytest.mark.parametrize(
    ("source", "kind", "location"),
    [
        ("rtsp://cam/1", Kind.RTSP, "rtsp://cam/1"),
        ("RTSPS://cam/1", Kind.RTSP, "rtsps://cam/1"),
        ("http://cam/v.mjpg", Kind.HTTP, "http://cam/v.mjpg"),
        ("https://cam/v.m3u8", Kind.HTTP, "https://cam/v.m3u8"),
        ("srt://cam:9000", Kind.STREAM, "srt://cam:9000"),
        ("0", Kind.DEVICE, "/dev/video0"),
        ("012", Kind.DEVICE, "/dev/video12"),
        ("videos/gate.mp4", Kind.FILE, "file:videos/gate.mp4"),
        ("/videos/gate 2.mp4", Kind.FILE, "file:/videos/gate 2.mp4"),
        ("file:///videos/gate%202.mp4", Kind.FILE, "file:/videos/gate 2.mp4"),
        ("file://localhost/videos/gate.mp4", Kind.FILE, "file:/videos/gate.mp4"),
        ("12:30.mp4", Kind.FILE, "file:12:30.mp4"),
        ("concat:/etc/passwd", Kind.FILE, "file:concat:/etc/passwd"),
        ("٣", Kind.FILE, "file:٣"),
        ("", Kind.FILE, "file:"),
    ],
)
def test_a_source_is_known_by_its_look(source: str, kind: Kind, location: str) -> None:
    parsed = parse_source(source, {})

    assert (parsed.kind, parsed.location) == (kind, location)


def test_only_a_file_ends() -> None:
    live = [parse_source(source, {}).live for source in ("rtsp://c", "http://c", "udp://c", "0")]

    assert live == [True] * 4
    assert not parse_source("gate.mp4", {}).live


def test_a_device_is_read_by_v4l2() -> None:
    assert parse_source("1", {}).format == "v4l2"


def test_rtsp_goes_over_tcp_unless_the_entry_says_udp() -> None:
    assert parse_source("rtsp://c", {}).options["rtsp_transport"] == "tcp"
    assert parse_source("rtsp://c", {"rtsp_transport": "udp"}).options["rtsp_transport"] == "udp"
    assert "rtsp_transport" not in parse_source("http://c", {"rtsp_transport": "udp"}).options


def test_rtsp_may_come_in_the_other_way_unless_the_entry_says_tcp() -> None:
    for entry in ({}, {"rtsp_transport": "udp"}):
        source = parse_source("rtsp://c", entry)
        assert source.may_turn
        assert source.turned().transport != source.transport
        assert source.turned().turned() == source
    assert not parse_source("rtsp://c", {"rtsp_transport": "tcp"}).may_turn
    assert not parse_source("http://c", {}).may_turn


@pytest.mark.parametrize("transport", ["UDP", "", None, 1, ["udp"]])
def test_an_unknown_transport_is_refused(transport: object) -> None:
    with pytest.raises(SourceError, match="tcp or udp"):
        parse_source("rtsp://c", {"rtsp_transport": transport})


def test_a_source_does_not_print_its_password() -> None:
    assert "hunter2" not in repr(parse_source("rtsp://u:hunter2@c", {}))
