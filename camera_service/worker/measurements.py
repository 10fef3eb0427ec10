"""Counts what a worker has seen of its stream since it started."""

from collections import deque

FPS_WINDOW_SECONDS = 5.0


class FrameRate:
    """Frames a second over a sliding window, so that it is about now, not about the past."""

    def __init__(self) -> None:
        self._arrivals: deque[float] = deque()
        self._since = 0.0

    def begin(self, now: float) -> None:
        """Forget what came before: the source was opened at `now`."""
        self._arrivals.clear()
        self._since = now

    def add(self, now: float) -> None:
        """Count a frame that arrived at `now`, in seconds of a clock that never goes back."""
        self._arrivals.append(now)
        self._forget(now)

    def at(self, now: float) -> float:
        """Return frames a second at `now`; 0 when none came within the window."""
        self._forget(now)
        # A window that has just begun would make a rate of 1000 of one frame.
        span = min(max(now - self._since, 1.0), FPS_WINDOW_SECONDS)
        return len(self._arrivals) / span

    def _forget(self, now: float) -> None:
        while self._arrivals and self._arrivals[0] <= now - FPS_WINDOW_SECONDS:
            self._arrivals.popleft()


class Measurements:
    """The figures of one worker. Not safe between threads: whoever shares it locks it."""

    def __init__(self) -> None:
        self.total_frames = 0
        self.processed_frames = 0
        self.motion = 0.0
        self.motion_seen_at: float | None = None
        self.rate = FrameRate()
        self._busy_seconds = 0.0

    def received(self, now: float) -> None:
        """Count one frame that arrived, looked at or not."""
        self.total_frames += 1
        self.rate.add(now)

    def processed(self, frames: int, seconds: float) -> None:
        """Count the work on a packet: `frames` came of it; none is work as well."""
        self.processed_frames += frames
        self._busy_seconds += seconds

    def moved(self, share: float, threshold: float, unix_time: float) -> None:
        """Keep the share of changed pixels, 0 to 1, and when it was above the threshold."""
        self.motion = share
        if share > threshold:
            self.motion_seen_at = unix_time

    @property
    def seconds_a_frame(self) -> float:
        """Mean seconds of processing a frame, decoding included; 0 before the first."""
        return self._busy_seconds / self.processed_frames if self.processed_frames else 0.0
