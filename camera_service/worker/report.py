"""What the worker tells about itself: a small JSON file, replaced as a whole."""

import json
import logging
import os
import time
from pathlib import Path
from threading import Lock

from camera_service.worker.backoff import RECOVERED_SECONDS
from camera_service.worker.failures import Failure
from camera_service.worker.measurements import Measurements
from camera_service.worker.motion import MOTION_SHARE


class Report:
    """State and figures of one worker, shared by the reader and whoever writes them.

    path: the file; None writes nothing. docs/worker-contract.md has its keys.
    """

    def __init__(self, camera_id: str, path: Path | None, log: logging.Logger) -> None:
        self._camera_id = camera_id
        self._path = path
        self._log = log
        self._lock = Lock()
        self._state = "starting"
        self._since = time.time()
        self._failure: Failure | None = None
        self._failures = 0
        self._next_retry_at: float | None = None
        self._streaming_since = 0.0
        self._picture: tuple[int, int, str] | None = None
        self._measurements = Measurements()
        self._started_at = time.time()
        self._unwritable = False

    def opened(self, began: float) -> None:
        """Note that the source is open; `began` is when opening it began.

        Pictures may still fail to come. A file that is played again goes on.
        """
        with self._lock:
            if self._state != "streaming":
                self._measurements.rate.begin(began)

    def received(self) -> None:
        """Count one frame that arrived."""
        with self._lock:
            self._measurements.received(time.monotonic())

    def processed(self, frames: int, seconds: float, motion: float | None) -> None:
        """Count the work on one packet; `motion` is the share of changed pixels, if measured."""
        with self._lock:
            self._measurements.processed(frames, seconds)
            if motion is not None:
                self._measurements.moved(motion, MOTION_SHARE, time.time())

    def streaming(self, width: int, height: int, codec: str) -> None:
        """Note that pictures come, and what they are. Writes the file when that is new."""
        with self._lock:
            now = time.monotonic()
            if self._state != "streaming":
                self._streaming_since = now
            elif now - self._streaming_since >= RECOVERED_SECONDS:
                self._failures = 0
            changed = self._state != "streaming" or self._picture != (width, height, codec)
            self._begin("streaming")
            self._failure = None
            self._picture = (width, height, codec)
        if changed:
            self.write()

    def failed(self, failure: Failure, failures: int, next_retry_at: float) -> None:
        """Note that the source fails, and write the file. The message must be masked.

        failures: how many in a row. next_retry_at: when it is tried again, Unix seconds.
        """
        with self._lock:
            self._begin("source_failed")
            self._failure = failure
            self._failures, self._next_retry_at = failures, next_retry_at
        self.write()

    def _begin(self, state: str) -> None:
        if self._state != state:
            self._state, self._since = state, time.time()

    def trying_again(self) -> None:
        """Note that the wait is over and the source is being opened."""
        with self._lock:
            self._next_retry_at = None

    def progress(self) -> str | None:
        """Return the figures as one line for the log; None while no pictures come."""
        with self._lock:
            if self._state != "streaming":
                return None
            seen = self._measurements
            return (
                f"{seen.total_frames} frames, {seen.processed_frames} processed, "
                f"{seen.rate.at(time.monotonic()):.1f} fps, "
                f"{seen.seconds_a_frame * 1000:.1f} ms a frame, motion {seen.motion:.3f}"
            )

    def write(self) -> None:
        """Replace the file. A reader sees the old one or the new one, never a part.

        A disk that refuses it is logged once and tried again the next time:
        reading the camera goes on.
        """
        if self._path is None:
            return
        beside = self._path.with_name(self._path.name + ".new")
        with self._lock:
            try:
                beside.write_text(json.dumps(self._content()))
                beside.replace(self._path)
                self._unwritable = False
            except OSError as error:
                if not self._unwritable:
                    self._log.warning("cannot write the report: %s", error)
                self._unwritable = True

    def _content(self) -> dict[str, object]:
        seen = self._measurements
        width, height, codec = self._picture or (0, 0, "")
        return {
            "camera_id": self._camera_id,
            "pid": os.getpid(),
            "state": self._state,
            "since": self._since,
            "cause": self._failure.cause if self._failure else None,
            "message": self._failure.message if self._failure else None,
            "failures": self._failures,
            "next_retry_at": self._next_retry_at,
            "total_frames": seen.total_frames,
            "processed_frames": seen.processed_frames,
            # For detectors that take this worker's place.
            "detected_persons": 0,
            "detected_hairnets": 0,
            "detected_handwash": 0,
            "avg_fps": round(seen.rate.at(time.monotonic()), 2),
            "avg_detection_time": round(seen.seconds_a_frame, 6),
            "last_detection_time": seen.motion_seen_at,
            "motion": round(seen.motion, 4),
            "width": width,
            "height": height,
            "codec": codec,
            "started_at": self._started_at,
            "updated_at": time.time(),
        }
