"""Makes the bench's films from the demo's: real footage in the sizes that are to be measured."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import av.video

from gateway.demo import footage


@dataclass(frozen=True)
class Film:
    """What a film is like; gop: frames from one key frame to the next."""

    width: int
    height: int
    frames_per_second: int
    bits_per_second: int
    seconds: int
    gop: int


# What a surveillance camera's second stream is like.
CCTV = Film(640, 360, 10, 600_000, 20, 20)
# Costs next to nothing to decode, where the worker is not what is measured.
TINY = Film(64, 48, 1, 20_000, 60, 10)


def make(film: Film, path: Path) -> Path:
    """Write the film to `path` as H.264 in MP4; return the path."""
    with av.open(str(path), "w") as output:
        stream = output.add_stream("h264", rate=film.frames_per_second)
        assert isinstance(stream, av.video.stream.VideoStream)
        stream.width, stream.height, stream.pix_fmt = film.width, film.height, "yuv420p"
        stream.bit_rate, stream.gop_size = film.bits_per_second, film.gop
        stream.codec_context.time_base = Fraction(1, film.frames_per_second)
        written = 0
        while written < film.frames_per_second * film.seconds:
            with av.open(str(footage.street())) as source:
                for index, frame in enumerate(source.decode(video=0)):
                    # The footage has 25 frames a second, of which some are left out.
                    if index % max(25 // film.frames_per_second, 1):
                        continue
                    picture = frame.reformat(film.width, film.height, "yuv420p")
                    picture.pts, picture.time_base = written, Fraction(1, film.frames_per_second)
                    output.mux(stream.encode(picture))
                    written += 1
        output.mux(stream.encode(None))
    return path
