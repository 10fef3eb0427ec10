#!/usr/bin/env bash
# PyAV (18.1.0 from PyPI): the time of a picture of MJPEG over HTTP is its number divided by 25,
# whenever it came; and the stream ends with "Input/output error" although it ended as it should.
#
# Cameras send MJPEG as multipart/x-mixed-replace, a JPEG a part, at whatever rate they have. Nothing
# in a part says when; FFmpeg's demuxer for it (mpjpeg) does not ask the clock either and numbers the
# pictures as if there were 25 a second. frame.time, "the presentation time in seconds", goes on a
# twenty-fifth of a second for a camera that sends a picture every half second: whoever measures how
# long something was in view, or writes the pictures to a file with these times, is wrong by a
# factor that nothing tells (average_rate is None, guessed_rate 25). The option `framerate` of
# FFmpeg's demuxer for plain MJPEG changes nothing here. use_wallclock_as_timestamps=1 does help,
# but gives the pictures that were read while opening one and the same time.
# The end: after the closing delimiter (RFC 2046, 5.1.1) decode() raises OSError 5, as it does when
# the camera goes away between two pictures, so that the error does not tell one from the other.
#
# Seen with PyAV 18.1.0 on Debian 12, Python 3.11; 8 pictures, 0.4 s apart:
#   as it is:   times 0.00, 0.04, 0.08, ... 0.28, in 2.8 seconds; then OSError 5, closed or not
#   wall clock: the last two are 0.4 s apart, the first ones not at all
# Exit code 0: as described; 1: PyAV behaves otherwise now.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check av==18.1.0 numpy==2.4.6

cat >"$folder/try.py" <<'PYTHON'
import sys
import threading
import time
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import av
import numpy as np

PICTURES, APART = 8, 0.4


def jpeg(brightness):
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = 64, 48, "yuvj420p"
    encoder.time_base = Fraction(1, 25)
    picture = np.full((48, 64, 3), brightness, np.uint8)
    frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuvj420p")
    frame.pts = 0
    return b"".join(bytes(packet) for packet in encoder.encode(frame) + encoder.encode(None))


class Camera(BaseHTTPRequestHandler):
    """Sends its pictures one by one; /closed ends with the closing delimiter, /open without."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("content-type", "multipart/x-mixed-replace; boundary=picture")
        self.end_headers()
        for number in range(PICTURES):
            time.sleep(APART if number else 0)
            data = jpeg(20 * number)
            head = f"--picture\r\nContent-Type: image/jpeg\r\nContent-Length: {len(data)}\r\n\r\n"
            self.wfile.write(head.encode() + data + b"\r\n")
        if self.path == "/closed":
            self.wfile.write(b"--picture--\r\n")

    def log_message(self, *arguments):
        pass


def watch(path, options):
    """Return the pictures' times, how long they took to come, and how it ended."""
    times, ended, began = [], "end of stream", time.monotonic()
    address = f"http://127.0.0.1:{server.server_port}{path}"
    with av.open(address, options=options, timeout=5.0) as container:
        stream = container.streams.video[0]
        rates = (stream.average_rate, stream.guessed_rate)
        try:
            for frame in container.decode(stream):
                times.append(frame.time)
                took = time.monotonic() - began
        except OSError as error:
            ended = f"OSError {error.errno}"
    shown = ", ".join(f"{one - times[0]:.2f}" for one in times)
    print(f"{path:8}{options}: {shown}; {took:.1f} s; {ended}; rates {rates}")
    return times, took, ended, rates


server = ThreadingHTTPServer(("127.0.0.1", 0), Camera)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
counted = [number / 25 for number in range(PICTURES)]
at_least = (PICTURES - 1) * APART * 0.9
as_described = True
for path, options in (("/closed", {}), ("/open", {}), ("/closed", {"framerate": "2.5"})):
    times, took, ended, rates = watch(path, options)
    as_described &= all(abs(a - b) < 1e-6 for a, b in zip(times, counted, strict=True))
    as_described &= took > at_least and ended == "OSError 5" and rates == (None, 25)
times, took, ended, rates = watch("/closed", {"use_wallclock_as_timestamps": "1"})
as_described &= times[-1] - times[-2] > APART / 2 and times[1] == times[0]
server.shutdown()
sys.exit(0 if as_described else 1)
PYTHON
"$folder/venv/bin/python" "$folder/try.py"
