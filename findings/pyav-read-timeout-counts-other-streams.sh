#!/usr/bin/env bash
# PyAV (18.1.0 from PyPI): a read timeout does not end demux(video) while sound comes.
#
# av.open(timeout=(open, read)) says "how many seconds to wait for data before giving up". With
# container.demux(stream) one reads one stream only, so one expects the bound to be about that
# stream's data. It is about any data of the container: packets of other streams are read and
# dropped within the call, and each of them begins the wait anew. A camera whose picture freezes
# while its microphone goes on blocks the loop for as long as it likes: no packet, no exception,
# and the caller has no turn in which to look at a clock. The same container read by demux(), without
# a stream, hands out the sound's packets, so that the caller can see that no picture came.
# Where there is no sound, the bound does hold.
#
# Seen with PyAV 18.1.0 on Debian 12, Python 3.11; one second of video, read timeout 1 s:
#   then nothing:            demux(video) ends after about a second, by ExitError
#   then six seconds of sound: demux(video) says nothing for those six seconds
#   the same by demux():     a packet of sound every tenth of a second
# Exit code 0: as described; 1: PyAV behaves otherwise now.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check av==18.1.0 numpy==2.4.6

cat >"$folder/try.py" <<'PYTHON'
import contextlib
import sys
import threading
import time
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import av
import numpy as np

RATE, SAMPLES = 10, 1600
VIDEO_SECONDS, SOUND_SECONDS, READ_TIMEOUT = 1, 7, 1.0


def send(target, sound_goes_on):
    """Write MPEG-TS at its own speed: a second of video and sound, then sound or nothing."""
    options = {"flush_packets": "1", "max_interleave_delta": "100000"}
    with av.open(target, "w", format="mpegts", options=options) as container:
        video = container.add_stream("mpeg2video", rate=RATE)
        video.width, video.height, video.gop_size = 64, 48, 1
        sound = container.add_stream("mp2", rate=SAMPLES * RATE)
        began = time.monotonic()
        for tick in range(SOUND_SECONDS * RATE):
            time.sleep(max(began + tick / RATE - time.monotonic(), 0))
            if tick < VIDEO_SECONDS * RATE:
                picture = np.full((48, 64, 3), tick * 7 % 256, np.uint8)
                frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
                frame.pts, frame.time_base = tick, Fraction(1, RATE)
                container.mux(video.encode(frame))
            elif not sound_goes_on:
                continue
            frame = av.AudioFrame.from_ndarray(np.zeros((1, SAMPLES), np.int16), "s16", "mono")
            frame.sample_rate = SAMPLES * RATE
            frame.pts, frame.time_base = tick * SAMPLES, Fraction(1, SAMPLES * RATE)
            container.mux(sound.encode(frame))


class Camera(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("content-type", "video/mp2t")
        self.end_headers()
        with contextlib.suppress(OSError, av.error.FFmpegError):
            send(self.wfile, self.path == "/sound")

    def log_message(self, *arguments):
        pass


def longest_silence(url, video_alone):
    """Return the longest time without a turn for the caller, and what ended the loop."""
    longest, ended = 0.0, "end of stream"
    options = {"analyzeduration": "200000"}  # microseconds: opening is not to take seconds itself
    with av.open(url, options=options, timeout=(5.0, READ_TIMEOUT)) as container:
        before = time.monotonic()
        try:
            streams = [container.streams.video[0]] if video_alone else []
            for _ in container.demux(*streams):
                now = time.monotonic()
                longest, before = max(longest, now - before), now
        except av.error.FFmpegError as error:
            ended = type(error).__name__
        longest = max(longest, time.monotonic() - before)
    return longest, ended


server = ThreadingHTTPServer(("127.0.0.1", 0), Camera)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"
nothing = longest_silence(f"{url}/nothing", True)
blocked = longest_silence(f"{url}/sound", True)
shared = longest_silence(f"{url}/sound", False)
server.shutdown()
print(f"then nothing, demux(video): no turn for {nothing[0]:.1f} s, ended by {nothing[1]}")
print(f"then sound, demux(video):   no turn for {blocked[0]:.1f} s, ended by {blocked[1]}")
print(f"then sound, demux():        no turn for {shared[0]:.1f} s, ended by {shared[1]}")
bound_holds = nothing[0] < 3 * READ_TIMEOUT and nothing[1] == "ExitError"
is_blocked = blocked[0] > 4 * READ_TIMEOUT
sys.exit(0 if bound_holds and is_blocked and shared[0] < 2 * READ_TIMEOUT else 1)
PYTHON
"$folder/venv/bin/python" "$folder/try.py"
