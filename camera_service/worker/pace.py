"""Plays a file at its own speed, as a camera would send it."""

# A larger step between two packets is a fault of the file, not a pause...
_LARGEST_STEP_SECONDS = 5.0
# ... unless its pictures are so far apart by themselves: it was taken over hours.
_LARGEST_STEP_FRAMES = 3
_USUAL_FRAME_SECONDS = 1 / 25


class Pace:
    """Says when each packet of one pass through a file is due.

    frame_seconds: how long a frame lasts, for packets that carry no time.
    """

    def __init__(self, now: float, frame_seconds: float | None) -> None:
        self._frame_seconds = frame_seconds or _USUAL_FRAME_SECONDS
        self._largest_step = max(_LARGEST_STEP_SECONDS, _LARGEST_STEP_FRAMES * self._frame_seconds)
        self._due = now
        self._time: float | None = None

    def due(self, time: float | None) -> float:
        """Return when the next packet is due, on the clock of `now`.

        time: the packet's decoding time in seconds, in the order of the file.
        """
        if self._time is not None:
            step = self._frame_seconds if time is None else time - self._time
            if 0 <= step <= self._largest_step:
                self._due += step
        self._time = time if time is not None else (self._time or 0.0) + self._frame_seconds
        return self._due

    def end(self) -> float:
        """Return when the pass is over: the last frame is shown as long as any other."""
        return self._due + self._frame_seconds
