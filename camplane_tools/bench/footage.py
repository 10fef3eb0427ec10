"""Makes the bench's films from the demo's: real footage in the sizes that are to be measured."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import av.video
from av.video.frame import PictureType

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
    frame_time = Fraction(1, film.frames_per_second)
    with av.open(str(path), "w") as output:
        stream = output.add_stream("h264", rate=film.frames_per_second, options=_options(film))
        assert isinstance(stream, av.video.stream.VideoStream)
        stream.width, stream.height, stream.pix_fmt = film.width, film.height, "yuv420p"
        stream.codec_context.time_base = frame_time
        for number, frame in enumerate(islice(_street(film), _frames(film))):
            picture = frame.reformat(film.width, film.height, "yuv420p")
            picture.pts, picture.time_base = number, frame_time
            picture.pict_type = PictureType.NONE  # the encoder would repeat the source's key frames
            output.mux(stream.encode(picture))
        output.mux(stream.encode(None))
    return path


def _frames(film: Film) -> int:
    return film.frames_per_second * film.seconds


def _options(film: Film) -> dict[str, str]:
    """Return x264's options: the bit rate, and key frames at their places only, as cameras do."""
    rate = str(film.bits_per_second)
    keys = f"keyint={film.gop}:min-keyint={film.gop}:scenecut=0"
    return {"preset": "veryfast", "b": rate, "maxrate": rate, "bufsize": rate, "x264-params": keys}


def _street(film: Film) -> Iterator[av.VideoFrame]:
    """Yield the street's frames, of which there are 25 a second, as often as wanted."""
    step = max(25 // film.frames_per_second, 1)
    while True:
        with av.open(str(footage.street())) as source:
            yield from islice(source.decode(video=0), 0, None, step)
