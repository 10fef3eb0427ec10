"""A live stream by HTTP that is made while it is sent, so that its pictures and sound can pause."""

import time
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import av
import numpy as np

from tests.integration.worker.stream_server import StreamServer

RATE, SOUND_RATE = 10, 8000
# The muxer would else hold sound back for the picture that belongs to it, for ten seconds.
_AT_ONCE = {"flush_packets": "1", "max_interleave_delta": "100000"}
# Of a stream that nobody ends.
_SECONDS = 60


class LiveStream(StreamServer):
    """Serves MPEG-TS at `url`, ten ticks a second.

    has_picture: is there one at this tick, counted from 0 on each connection? has_sound: is
    there sound, at all ticks?
    """

    def __init__(self, has_picture: Callable[[int], bool], has_sound: bool) -> None:
        super().__init__(lambda _, target: _send(target, has_picture, has_sound))


def _send(target: Any, has_picture: Callable[[int], bool], has_sound: bool) -> None:
    """Write the stream at its own speed, until its reader has gone."""
    with av.open(target, "w", format="mpegts", options=_AT_ONCE) as container:
        video = container.add_stream("mpeg2video", rate=RATE)
        video.width, video.height, video.gop_size = 64, 48, 1
        video.codec_context.time_base = Fraction(1, RATE)
        sound = container.add_stream("mp2", rate=SOUND_RATE * 2) if has_sound else None
        began = time.monotonic()
        for tick in range(_SECONDS * RATE):
            time.sleep(max(began + tick / RATE - time.monotonic(), 0))
            if has_picture(tick):
                frame = av.VideoFrame.from_ndarray(
                    np.full((48, 64, 3), tick * 7 % 256, np.uint8), format="rgb24"
                )
                frame.pts, frame.time_base = tick, Fraction(1, RATE)
                container.mux(video.encode(frame))
            if sound is not None:
                container.mux(sound.encode(_silence(tick)))


def _silence(tick: int) -> av.AudioFrame:
    samples = SOUND_RATE * 2 // RATE
    frame = av.AudioFrame.from_ndarray(np.zeros((1, samples), np.int16), "s16", "mono")
    frame.sample_rate = SOUND_RATE * 2
    frame.pts, frame.time_base = tick * samples, Fraction(1, SOUND_RATE * 2)
    return frame
