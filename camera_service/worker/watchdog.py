"""Tells a reader that hangs from one that waits."""

# Above all bounds that the reader has of its own (sources.py) together with
# what it cannot bound: the look-up of a host name takes up to 30 s.
HANG_SECONDS = 60.0
# After the whole process was stopped for a while, the reader is overdue and
# well: it has this long to show it.
_LAST_CHANCE_SECONDS = 5.0


class Watchdog:
    """Asked every second or so by a thread that never hangs itself."""

    def __init__(self) -> None:
        self._due: float | None = None
        self._overdue_since = 0.0

    def hangs(self, now: float, due: float) -> bool:
        """Has the reader missed the moment `due`, and not moved since it was seen to?

        due: until when it has to show a sign of life, which moves it on. Both
        in seconds of a clock that never goes back.
        """
        if now <= due:
            self._due = None
            return False
        if self._due != due:
            self._due, self._overdue_since = due, now
        return now - self._overdue_since >= _LAST_CHANCE_SECONDS
