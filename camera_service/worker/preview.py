"""`python -m camera_service.worker.preview`: one picture of a camera, as JPEG.

Takes the worker's line of JSON on standard input and writes the JPEG to
standard output. Exit code 2: the line cannot be used; 3: the source could not
be opened; 4: it gave no picture; standard error then has one line that says why.
"""

import contextlib
import os
import re
import resource
import sys
import threading
import time
from collections.abc import Iterable
from fractions import Fraction
from typing import NoReturn

import av
import av.error
from av.packet import Packet

from camera_service.worker.connecting import ConnectionGuard
from camera_service.worker.explaining import explained
from camera_service.worker.failures import NoPictureError
from camera_service.worker.job import Job, JobError, read_job
from camera_service.worker.opening import open_video, shown_as
from camera_service.worker.source_rules import SourceNotAllowedError, SourceRules
from camera_service.worker.sources import SourceError, parse_source
from servicekit.masking import mask_known

# Of the 10 s that the caller waits, the rest is for starting Python.
DEADLINE_SECONDS = 9.0

NOT_OPENED = 3
NO_PICTURE = 4

# The largest side of a JPEG; a wish beyond it is ignored.
_LARGEST_SIDE = 65535
_LARGEST_PICTURE = 7680 * 4320
_MAX_MEMORY = 1 << 30
# FFmpeg's quantiser, 2 to 31; 4 is what other encoders call quality 86.
_QUANTISER = "4"


def main() -> NoReturn:
    """Read the job, take the picture, write it; end within the deadline."""
    # What a stream claims to be may be of any size.
    resource.setrlimit(resource.RLIMIT_DATA, (_MAX_MEMORY, _MAX_MEMORY))
    try:
        job = read_job(sys.stdin.buffer)
        attempt = Attempt(job, SourceRules.told_by(os.environ))
    except JobError as error:
        _end(2, str(error))
    except (SourceError, SourceNotAllowedError) as error:
        _end(NOT_OPENED, str(error))
    attempt.start()
    attempt.join(DEADLINE_SECONDS)
    if not attempt.jpeg:
        reason = attempt.reason or f"no picture within {DEADLINE_SECONDS:.0f} s"
        _end(NO_PICTURE if attempt.opened else NOT_OPENED, mask_known(reason, job.source))
    sys.stdout.buffer.write(attempt.jpeg)
    sys.stdout.buffer.flush()
    _end(0)


class Attempt(threading.Thread):
    """Takes one picture in a thread of its own: a read that hangs cannot be interrupted.

    Afterwards `jpeg` has the picture, or `reason` why there is none.
    """

    def __init__(self, job: Job, rules: SourceRules) -> None:
        super().__init__(name="preview", daemon=True)
        rules.check(job.source)
        self._rules = rules
        self._guard = ConnectionGuard(rules.networks.check)
        self._source = parse_source(job.source, job.entry)
        self._size = wanted_size(job.entry.get("resolution"))
        self.opened = False
        self.jpeg = b""
        self.reason = ""

    def run(self) -> None:
        """Fill `jpeg` or `reason`."""
        source = self._source
        with contextlib.suppress(OSError):  # then the name alone is checked, before it is opened
            self._guard.guard_this_thread()
        began = time.monotonic()
        try:
            with open_video(source, self._rules) as (container, stream):
                self.opened, began = True, time.monotonic()
                frame = first_picture(container.demux(stream))
                shown, turns = shown_as(frame, stream)
                self.jpeg = encode(turned(frame, turns), self._size or bounded(shown))
        except Exception as error:
            waited = time.monotonic() - began
            failure = explained(error, source, opening=not self.opened, waited=waited)
            self.reason = self._guard.take_refusal() or failure.message


def wanted_size(resolution: object) -> tuple[int, int] | None:
    """Return the width and height that "WxH" asks for; None for anything else."""
    if not isinstance(resolution, str):
        return None
    match = re.fullmatch(r"([0-9]{1,5})x([0-9]{1,5})", resolution)
    if not match:
        return None
    width, height = int(match[1]), int(match[2])
    fits = 0 < width <= _LARGEST_SIDE and 0 < height <= _LARGEST_SIDE
    return (width, height) if fits and width * height <= _LARGEST_PICTURE else None


def first_picture(packets: Iterable[Packet]) -> av.VideoFrame:
    """Return the first picture that can be decoded; packets that cannot are skipped.

    Raises: NoPictureError at the end of the packets.
    """
    for packet in packets:
        try:
            for frame in packet.decode():
                if isinstance(frame, av.VideoFrame):
                    return frame
        except av.error.FFmpegError:
            continue
    raise NoPictureError("it ended before the first picture")


def bounded(size: tuple[int, int]) -> tuple[int, int] | None:
    """Return the size of a picture as shown; None when it is no picture's, but a fault."""
    width, height = size
    fits = max(size) <= _LARGEST_SIDE and width * height <= _LARGEST_PICTURE
    return size if fits else None


def turned(frame: av.VideoFrame, turns: int) -> av.VideoFrame:
    """Return the picture turned by so many quarters against the clock."""
    if not turns:
        return frame
    import numpy as np  # takes a while to load, and few cameras hang on their side

    pixels = np.rot90(frame.to_ndarray(format="rgb24"), turns).astype(np.uint8)
    return av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")


def encode(frame: av.VideoFrame, size: tuple[int, int] | None) -> bytes:
    """Return the picture as JPEG, scaled to `size` (width, height) unless it is None."""
    width, height = size or (frame.width, frame.height)
    # The j: JPEG means brightness 0 to 255, video mostly 16 to 235.
    picture = frame.reformat(width, height, "yuvj420p")
    picture.pts = 0
    encoder = av.VideoCodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuvj420p"
    encoder.time_base = Fraction(1, 25)  # it must be given; a single picture has no use for it
    encoder.thread_count = 1
    encoder.options = {"qmin": _QUANTISER, "qmax": _QUANTISER}
    return b"".join(bytes(packet) for packet in encoder.encode(picture) + encoder.encode(None))


def _end(code: int, reason: str = "") -> NoReturn:
    if reason:
        print(reason.replace("\n", " "), file=sys.stderr, flush=True)  # noqa: T201
    # Without waiting for the thread, which may hang.
    os._exit(code)


if __name__ == "__main__":
    main()
