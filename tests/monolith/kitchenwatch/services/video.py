"""Pictures out of a camera's source."""

from collections.abc import Iterator
from typing import Any

import av
from fastapi import HTTPException

QUALITY = {"qmin": "3", "qmax": "5"}


def jpeg_frames(source: str, size: tuple[int, int] | None) -> Iterator[bytes]:
    """Yield one picture after the other; a film that ends begins anew."""
    container = _open(source)
    with container:
        seen = True
        while seen:
            seen = False
            for frame in container.decode(video=0):
                seen = True
                yield _jpeg(frame, size or (frame.width, frame.height))
            container.seek(0)


def first_jpeg(source: str, size: tuple[int, int] | None) -> bytes:
    frames = jpeg_frames(source, size)
    try:
        return next(frames)
    except (StopIteration, av.FFmpegError) as error:
        raise HTTPException(502, "Failed to read frame") from error
    finally:
        frames.close()


def size_of(resolution: Any) -> tuple[int, int] | None:
    """Read `160x120` or `[160, 120]`."""
    if isinstance(resolution, str):
        resolution = resolution.lower().split("x")
    try:
        width, height = (int(part) for part in resolution)
    except (TypeError, ValueError):
        return None
    return width, height


def _open(source: str) -> av.container.InputContainer:
    try:
        return av.open(source, timeout=(5.0, 5.0))
    except (av.FFmpegError, OSError) as error:
        raise HTTPException(502, "Failed to open camera source") from error


def _jpeg(frame: av.VideoFrame, size: tuple[int, int]) -> bytes:
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height = size
    encoder.pix_fmt = "yuvj420p"
    encoder.time_base = frame.time_base
    encoder.options = QUALITY
    picture = frame.reformat(*size, format="yuvj420p")
    return b"".join(bytes(packet) for packet in [*encoder.encode(picture), *encoder.encode(None)])
