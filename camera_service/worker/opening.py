"""Opens a source with FFmpeg, by PyAV."""

import errno
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import av
import av.error
import av.logging
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from camera_service.worker.failures import NoPictureError, TransportRefusedError
from camera_service.worker.shown import quarter_turns, shown_size
from camera_service.worker.source_rules import SourceRules
from camera_service.worker.sources import Kind, Source


@contextmanager
def open_video(source: Source, rules: SourceRules) -> Iterator[tuple[InputContainer, VideoStream]]:
    """Open `source` and yield it with its first video stream.

    RTSP that the server refuses to send in this way is asked for in the other, where it may be.
    Raises: NoPictureError when there is no video in it; SourceNotAllowedError;
    TransportRefusedError; whatever PyAV raises, whose text holds the URL with its password.
    """
    try:
        rules.check_resolved(source)
    except socket.gaierror as error:
        raise OSError(errno.EHOSTUNREACH, _unresolved(source.location)) from error
    with _opened(source, rules) as container:
        if not container.streams.video:
            raise NoPictureError("there is no video in it")
        stream = container.streams.video[0]
        # One core a worker: threads would only add frames of delay.
        stream.codec_context.thread_count = 1
        yield container, stream


def _opened(source: Source, rules: SourceRules) -> InputContainer:
    if source.kind is Kind.HTTP:
        return _opened_by_http(source, rules)
    if source.kind is not Kind.RTSP:
        return _opened_as_it_is(source, rules)
    with _answers_kept():
        try:
            return _opened_as_it_is(source, rules)
        except OSError as error:
            if error.errno != errno.EPROTONOSUPPORT:
                raise
        if not rules.lets_turn(source):
            raise TransportRefusedError(source.transport or "tcp", source.may_turn)
        return _opened_as_it_is(source.turned(), rules)


def _opened_by_http(source: Source, rules: SourceRules) -> InputContainer:
    """Open what FFmpeg knows, and JPEGs in a row that it does not: without a first boundary."""
    try:
        return _opened_as_it_is(source, rules)
    except av.error.InvalidDataError:
        container = _opened_as_it_is(replace(source, format="mjpeg"), rules)
        if not (container.streams.video and container.streams.video[0].codec_context.width):
            container.close()
            raise
        return container


def _opened_as_it_is(source: Source, rules: SourceRules) -> InputContainer:
    return av.open(
        source.location,
        format=source.format,
        options=dict(source.options),
        timeout=(source.open_seconds, source.read_seconds),
        io_open=_below_roots(rules) if source.kind is Kind.FILE and rules.roots else None,
    )


@contextmanager
def _answers_kept() -> Iterator[None]:
    """Have what FFmpeg says of its errors kept with them, and printed nowhere.

    It may hold the URL. Not while a stream is read: each broken frame would be told.
    """
    told = logging.getLogger("libav")
    told.propagate = False
    if not told.handlers:
        told.addHandler(logging.NullHandler())
    av.logging.set_level(av.logging.ERROR)
    try:
        yield
    finally:
        av.logging.set_level(None)


def _unresolved(location: str) -> str:
    """Say why the host of a URL does not resolve: it may be no host, but a part of a password."""
    authority, _, rest = (
        location.partition("://")[2].replace("?", "/").replace("#", "/").partition("/")
    )
    if "@" in rest and "@" not in authority:
        return "in a password / ? and # are written %2F %3F and %23"
    return "the name of its host does not resolve"


def shown_as(frame: VideoFrame, stream: VideoStream) -> tuple[tuple[int, int], int]:
    """Return a picture's width and height as it is meant, and the quarters it is to be turned."""
    pixel = stream.codec_context.sample_aspect_ratio or stream.sample_aspect_ratio
    turns = quarter_turns(frame.rotation)
    return shown_size(frame.width, frame.height, pixel, turns), turns


def is_still(container: InputContainer) -> bool:
    """Is what was opened one picture, and no stream of them?"""
    return container.format.name.endswith("_pipe") or container.format.name == "image2"


def _below_roots(rules: SourceRules) -> Callable[[str, int, Any], BinaryIO]:
    """Return what opens a file, and each that it leads to: checked when it is open.

    A link that is changed meanwhile leads nowhere else.
    """

    def open_checked(url: str, _flags: int, _options: Any) -> BinaryIO:
        file = open(url.removeprefix("file:"), "rb")  # noqa: PTH123, SIM115 - FFmpeg closes it
        try:
            rules.check_file(str(Path(f"/proc/self/fd/{file.fileno()}").readlink()))
        except BaseException:
            file.close()
            raise
        return file

    return open_checked
