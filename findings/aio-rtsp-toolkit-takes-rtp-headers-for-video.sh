#!/usr/bin/env bash
# aio-rtsp-toolkit (0.1.4 from PyPI): its client takes the header extension of an RTP packet, and
# packets that hold several NAL units, for pieces of video; nothing says that no picture came of it.
#
# An RTP packet may carry a header extension between header and payload (RFC 3550, 5.3.1), which
# ONVIF's replay uses for the time of recording; who does not know what it means skips it, by its
# length. The client reads the bit that announces it and leaves it where it is, so
# that each "frame" begins with the extension and its type is whatever its first byte gives.
# RFC 6184 (5.7.1) lets a sender put several small NAL units into one packet (STAP-A), which
# packetization-mode=1 has every receiver understand, and which is how parameter sets are often sent.
# The client yields it as one frame of type 24, which no decoder knows.
# Both come as VideoFrameEvents, is_corrupt is False, and the session ends without an error. The
# same streams are whole to FFmpeg (PyAV). Its own server sends neither, so that a test of one
# against the other shows nothing.
#
# Seen with aio-rtsp-toolkit 0.1.4, PyAV 18.1.0 on Debian 12, Python 3.11; the same ten pictures,
# each with its parameter sets, over RTSP (interleaved):
#   one NAL unit a packet: types 7, 8, 5; ten pictures, ten by PyAV
#   STAP-A:                type 24 alone; no picture, ten by PyAV
#   header extension:      type 11 alone; no picture, ten by PyAV
# Exit code 0: as described; 1: one of them behaves otherwise now.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    aio-rtsp-toolkit==0.1.4 av==18.1.0 numpy==2.4.6

cat >"$folder/try.py" <<'PYTHON'
import asyncio
import contextlib
import io
import struct
import sys
from fractions import Fraction

import aio_rtsp_toolkit as rtsp
import av
import numpy as np

av.logging.set_level(av.logging.PANIC)
PICTURES = 10
SDP = (
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=camera\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\n"
    "a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\na=control:track\r\n"
)
# ONVIF's replay extension (Streaming Specification, 6.3): its id, three words, time and flags.
EXTENSION = struct.pack("!HHQI", 0xABAC, 3, 0xEE9A_5D80_0000_0000, 0)


def pictures():
    """Return for each picture its NAL units: parameter sets and one slice."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = 64, 48, "yuv420p"
    encoder.time_base = Fraction(1, 10)
    encoder.options = {"tune": "zerolatency", "x264-params": "keyint=1:annexb=1:threads=1"}
    frames = []
    for number in range(PICTURES):
        picture = np.full((48, 64, 3), 20 * number, np.uint8)
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts = number
        for packet in encoder.encode(frame):
            units = bytes(packet).replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1")[1:]
            frames.append([unit for unit in units if unit[0] & 31 in (5, 7, 8)])
    return frames


def packets(kind):
    """Yield the RTP packets of all pictures."""
    sequence = 0
    for number, units in enumerate(SOURCE):
        payloads = units
        if kind == "STAP-A":
            sized = b"".join(struct.pack("!H", len(unit)) + unit for unit in units)
            payloads = [bytes([0x78]) + sized]  # type 24
        for payload in payloads:
            last = payload is payloads[-1]
            extended = kind == "header extension"
            yield (
                struct.pack(
                    "!BBHII", 0x90 if extended else 0x80, 96 | last << 7, sequence, number * 9000, 7
                )
                + (EXTENSION if extended else b"")
                + payload
            )
            sequence += 1


async def serve(reader, writer):
    """Answer one RTSP client, and send the kind of packets that its path names."""
    with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            method, url = head.split()[:2]
            fields = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
            answer = [f"RTSP/1.0 200 OK\r\nCSeq: {fields['cseq']}\r\nSession: 1;timeout=60"]
            body = ""
            if method == "OPTIONS":
                answer.append("Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN")
            elif method == "DESCRIBE":
                kind = url.rstrip("/").rsplit("/", 1)[1].replace("%20", " ")
                body = SDP
                answer.append(f"Content-Base: {url.rstrip('/')}/\r\nContent-Type: application/sdp")
                answer.append(f"Content-Length: {len(body)}")
            elif method == "SETUP":
                answer.append("Transport: RTP/AVP/TCP;unicast;interleaved=0-1")
            writer.write(("\r\n".join(answer) + "\r\n\r\n" + body).encode())
            await writer.drain()
            if method == "PLAY":
                for packet in packets(kind):
                    writer.write(b"$\0" + struct.pack("!H", len(packet)) + packet)
                await writer.drain()
                break
    writer.close()


async def by_toolkit(url):
    """Return the types of the frames that the client yields, and the pictures in them."""
    types, corrupt, decoder, shown = set(), False, av.CodecContext.create("h264", "r"), 0
    async with rtsp.open_session(url, enable_audio=False, log_type=0) as session:
        async for event in session.iter_events(asyncio.Event()):
            if isinstance(event, rtsp.VideoFrameEvent):
                types.add(event.frame.data[4] & 31)
                corrupt |= event.frame.is_corrupt
                with contextlib.suppress(av.error.FFmpegError):
                    shown += len(decoder.decode(av.Packet(bytes(event.frame.data))))
    with contextlib.suppress(av.error.FFmpegError):
        shown += len(decoder.decode(None))
    return types, corrupt, shown


def by_pyav(url):
    shown = 0
    with av.open(url, options={"rtsp_transport": "tcp"}, timeout=10.0) as container:
        with contextlib.suppress(av.error.FFmpegError):
            for packet in container.demux(video=0):
                shown += len(packet.decode())
    return shown


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    as_described = True
    for kind, expected in EXPECTED.items():
        url = f"rtsp://127.0.0.1:{port}/{kind.replace(' ', '%20')}"
        with contextlib.redirect_stdout(io.StringIO()):  # it logs there
            types, corrupt, shown = await by_toolkit(url)
        whole = await asyncio.to_thread(by_pyav, url)
        print(
            f"{kind:24}types {sorted(types)}, corrupt {corrupt}, pictures {shown}; by PyAV {whole}"
        )
        as_described &= (types, shown, whole, corrupt) == (*expected, PICTURES, False)
    server.close()
    return as_described


EXPECTED = {
    "one NAL unit a packet": ({5, 7, 8}, PICTURES),
    "STAP-A": ({24}, 0),
    "header extension": ({11}, 0),
}
SOURCE = pictures()
sys.exit(0 if asyncio.run(main()) else 1)
PYTHON
"$folder/venv/bin/python" "$folder/try.py"
