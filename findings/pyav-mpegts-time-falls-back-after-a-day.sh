#!/usr/bin/env bash
# PyAV (18.1.0 from PyPI): the time of an MPEG-TS stream falls back by 26.5 hours once it has been
# open for 26.5 hours, and every 26.5 hours after; not where the stream's own count begins anew.
#
# Timestamps of MPEG-TS have 33 bits at 90 kHz and begin anew after 26 h 30 min 44 s (ISO 13818-1);
# a receiver is to count the rounds. FFmpeg, below PyAV, counts one: what is smaller than the first
# timestamp less a minute is taken to be of the next round. So the stream's own end of a round is
# passed rightly, and, wherever in a round one began, time goes back by the whole round as soon as
# the timestamps reach that point again. A reader that is opened often, as in a test, never sees it,
# one that stays on a camera (UDP, SRT, HTTP) does each day, at a time of its own.
# pts, dts and time of packets and frames are all of them so. What subtracts two times gets minus
# 26 hours; a recording stops: muxing the packet raises ValueError (invalid argument). That
# correct_ts_overflow, which is on, corrects a "single" overflow is said in its one line of help.
# Who reads for days should add 2**33 to each timestamp that falls by more than half of that.
#
# Seen with PyAV 18.1.0 on Debian 12, Python 3.11; 60 hours, a picture every half hour:
#   opened at 0:30, 10:00, 26:00 of a round: time falls at 26.5 and 53.5 hours, all three
#   written to Matroska: 53 packets, then ValueError 22
# Exit code 0: as described; 1: PyAV behaves otherwise now.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check av==18.1.0 numpy==2.4.6

cat >"$folder/try.py" <<'PYTHON'
import io
import sys
from fractions import Fraction

import av
import numpy as np

HOUR = 90_000 * 3600
ROUND = 2**33
STEP, PICTURES = HOUR // 2, 121


def stream(start):
    """Return 60 hours of MPEG-TS that begin at a timestamp, a picture every half hour."""
    file = io.BytesIO()
    with av.open(file, "w", format="mpegts", options={"mpegts_copyts": "1"}) as container:
        video = container.add_stream("mpeg2video", rate=25)
        video.width, video.height, video.gop_size = 64, 48, 1
        packets = []
        for number in range(PICTURES):
            picture = np.full((48, 64, 3), number, np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            packets += video.encode(frame)
        packets += video.encode(None)
        for number, packet in enumerate(packets):
            packet.time_base = Fraction(1, 90_000)
            packet.pts = packet.dts = start + number * STEP
            container.mux(packet)
    file.seek(0)
    return file


def falls(start):
    """Return after how many hours the time of a packet is less than that of the one before it."""
    with av.open(stream(start)) as container:
        times = [packet.pts for packet in container.demux(video=0) if packet.pts is not None]
    assert len(times) == PICTURES
    pairs = enumerate(zip(times, times[1:], strict=False), 1)
    return [
        (number * STEP / HOUR, before + STEP - after)
        for number, (before, after) in pairs
        if after < before
    ]


def recorded(start):
    """Return how many packets of it go into a Matroska file, and what ends that."""
    with av.open(stream(start)) as source, av.open(io.BytesIO(), "w", format="matroska") as target:
        copy = target.add_stream_from_template(source.streams.video[0])
        written = 0
        for packet in source.demux(video=0):
            if packet.dts is None:
                continue
            packet.stream = copy
            try:
                target.mux(packet)
            except ValueError as error:
                return written, f"ValueError {error.errno}"
            written += 1
    return written, "end of stream"


as_described = True
for hours in (0.5, 10, 26):
    seen = falls(int(hours * HOUR))
    as_described &= [after for after, _ in seen] == [26.5, 53.5]
    as_described &= all(lost == ROUND for _, lost in seen)
    told = ", ".join(f"after {after} h by {lost / HOUR:.2f} h" for after, lost in seen)
    print(f"opened at {hours:4} h of a round of {ROUND / HOUR:.2f} h: falls back {told}")
written = recorded(10 * HOUR)
print(f"into Matroska: {written[0]} packets, then {written[1]}")
sys.exit(0 if as_described and written == (53, "ValueError 22") else 1)
PYTHON
"$folder/venv/bin/python" "$folder/try.py"
