"""Measures motion: the share of pixels that changed between two pictures."""

from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]

# Brightness steps, of 255, that noise and compression do not reach.
PIXEL_CHANGE = 25
# The share of changed pixels that is called motion.
MOTION_SHARE = 0.01
# Between neighbouring frames of a fast stream a walking person hardly moves.
PAIR_SECONDS = 0.2
_WIDTH = 160

# Formats whose first plane is brightness, one byte a pixel.
_GREY_FIRST = {"gray", "nv12", "nv21"} | {
    f"yuv{full}{chroma}p" for full in ("", "j") for chroma in (420, 422, 440, 444)
}


class MotionMeter:
    """Compares pictures that are at least PAIR_SECONDS apart."""

    def __init__(self) -> None:
        self._last: Grey | None = None
        self._last_at = 0.0

    def see(self, frame: av.VideoFrame, now: float) -> float | None:
        """Return the share of changed pixels, 0 to 1; None when nothing was compared."""
        if self._last is not None and now - self._last_at < PAIR_SECONDS:
            return None
        grey, before = small_grey(frame), self._last
        self._last, self._last_at = grey, now
        if before is None or before.shape != grey.shape:
            return None
        return changed_share(before, grey)


def changed_share(before: Grey, after: Grey) -> float:
    """Return the share of pixels, 0 to 1, that changed by more than PIXEL_CHANGE."""
    # In unsigned bytes the difference either way is the larger minus the smaller.
    difference = np.maximum(before, after) - np.minimum(before, after)
    return float(np.count_nonzero(difference > PIXEL_CHANGE)) / difference.size


def small_grey(frame: av.VideoFrame) -> Grey:
    """Return the picture's brightness, about 160 pixels wide, as a copy.

    Takes every n-th pixel of the brightness plane, where the format has one:
    converting the whole picture first would cost more than decoding it.
    """
    if frame.format.name not in _GREY_FIRST:
        frame = frame.reformat(format="gray")
    plane: Any = frame.planes[0]
    step = max(frame.width // _WIDTH, 1)
    rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
    return rows[: frame.height : step, : frame.width : step].copy()
