"""How long a stream's next data and picture are waited for: learned from what it sent. Pure."""

# Data without a picture for so long is no video; cameras send a key frame every
# 1 to 10 s, the most sparing ones every 20 s.
NO_VIDEO_SECONDS = 30.0
# For what is video beyond doubt, and whose first key frame is still to come: cameras that save
# where nothing moves send one in minutes.
FIRST_PICTURE_SECONDS = 300.0
# No key frame for so long, and there may be none: such a stream renews its picture bit by bit.
NO_KEY_FRAME_SECONDS = 60.0
# A stream that was slower than its bound is waited for twice as long the next time, up to this.
LONGEST_SECONDS = 60.0
# Of the longest pause that was seen, so many may pass until something is wrong.
_PAUSES = 3.0
# A stream that hung once, and has been lively for so long since, is no slow one.
LIVELY_SECONDS = 60.0


class Patience:
    """The bounds of one source, over all its connections.

    seconds: the bound for its data to begin with. is_fixed: the entry says it: nothing is learned.
    """

    def __init__(self, seconds: float, is_fixed: bool = False) -> None:
        self._is_fixed = is_fixed
        self._usual = self.seconds = seconds
        self._lively = 0.0
        self._longest_without_picture = 0.0

    def heard(self, pause: float) -> None:
        """Learn from the time between two pieces of data."""
        if self._is_fixed:
            return
        wanted = min(_PAUSES * pause, LONGEST_SECONDS)
        self._lively = self._lively + pause if wanted <= self._usual else 0.0
        self.seconds = max(self.seconds, wanted)
        if self._lively >= LIVELY_SECONDS:
            self.seconds = self._usual

    def ran_out(self) -> None:
        """Learn from a connection on which something did not come in time."""
        self._lively = 0.0
        if not self._is_fixed:
            self.seconds = max(self.seconds, min(2 * self.seconds, LONGEST_SECONDS))

    def saw(self, pause: float) -> None:
        """Learn from the time between two pictures."""
        self._longest_without_picture = max(self._longest_without_picture, pause)

    def is_no_video(self, without_picture: float, seen: bool, known: bool) -> bool:
        """Did data come for so long without a picture that it is none?

        seen: was there one on this connection? known: is it video, as far as its headers say?
        """
        if seen:
            return without_picture > max(NO_VIDEO_SECONDS, _PAUSES * self._longest_without_picture)
        return without_picture > (FIRST_PICTURE_SECONDS if known else NO_VIDEO_SECONDS)
