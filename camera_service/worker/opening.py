"""Opens a source with FFmpeg, by PyAV."""

from collections.abc import Iterator
from contextlib import contextmanager

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from camera_service.worker.failures import NoPictureError
from camera_service.worker.sources import Source


@contextmanager
def open_video(source: Source) -> Iterator[tuple[InputContainer, VideoStream]]:
    """Open `source` and yield it with its first video stream.

    Raises: NoPictureError when there is no video in it; whatever PyAV raises,
    whose text holds the URL with its password.
    """
    with av.open(
        source.location,
        format=source.format,
        options=dict(source.options),
        timeout=(source.open_seconds, source.read_seconds),
    ) as container:
        if not container.streams.video:
            raise NoPictureError("there is no video in it")
        stream = container.streams.video[0]
        # One core a worker: threads would only add frames of delay.
        stream.codec_context.thread_count = 1
        yield container, stream
