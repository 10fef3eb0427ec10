"""The detector that KitchenWatch starts for each camera, as a program of its own.

It counts the pictures of the source, looks at the key frames alone, and writes its
figures into its output, which is the camera's log. It holds no lock, and knows of no
other process.
"""

import argparse
import os
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path

FIGURES_SECONDS = 1.0
RETRY_SECONDS = 2.0


class Picture(Enum):
    NONE = 0
    KEY = 1
    OTHER = 2


def main() -> None:
    options = arguments()
    if os.environ.get("IGNORE_TERM"):
        # Records to its last picture; the server kills it in the end.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    say(f"camera {options.camera_id}: profile {options.profile}, device {options.device}")
    began, told, frames, processed, at = time.monotonic(), 0.0, 0, 0, ""
    for picture in pictures(options.source):
        frames += picture is not Picture.NONE
        if picture is Picture.KEY:
            processed, at = processed + 1, f" at={now_text()}"
        seconds = time.monotonic() - began
        if seconds - told >= FIGURES_SECONDS:
            told = seconds
            say(f"[stats] frames={frames} processed={processed} fps={frames / seconds:.2f}{at}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mode", default="detection")
    parser.add_argument("--source", required=True)
    parser.add_argument("--regions-file")
    parser.add_argument("--profile", default="accurate")
    parser.add_argument("--camera-id", required=True)
    parser.add_argument("--log-interval", type=int, default=120)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--imgsz", default="auto")
    # A newer server may know more.
    return parser.parse_known_args()[0]


def pictures(source: str) -> Iterator[Picture]:
    """Yield each picture at its time, and NONE now and then while there are none."""
    while True:
        if "://" in source or Path(source).is_file():
            yield from stream(source)
        yield Picture.NONE
        time.sleep(RETRY_SECONDS)


def stream(source: str) -> Iterator[Picture]:
    import av  # a camera without a source needs none of it

    try:
        with av.open(source, timeout=(5.0, 5.0)) as container:
            began = time.monotonic()
            for packet in container.demux(video=0):
                if packet.pts is not None:
                    due = began + float(packet.pts * packet.time_base)
                    time.sleep(max(0.0, due - time.monotonic()))
                    yield Picture.KEY if packet.is_keyframe else Picture.OTHER
    except (av.FFmpegError, OSError) as error:
        say(f"source failed: {type(error).__name__}")


def say(text: str) -> None:
    print(f"{now_text()} {text}", flush=True)


def now_text() -> str:
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}"


if __name__ == "__main__":
    main()
