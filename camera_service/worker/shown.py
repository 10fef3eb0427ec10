"""How large a picture is when it is shown as it is meant. Pure.

A camera that hangs on its side says so beside its pictures, and old ones have pixels that are no
squares: what is stored is then not what a person is to see.
"""

from fractions import Fraction

# Beyond that it is no shape of pixels, but a fault of the stream.
_FLATTEST, _STEEPEST = Fraction(1, 4), Fraction(4)


def quarter_turns(rotation: float) -> int:
    """Return how many quarters a picture is to be turned, against the clock: 0 to 3.

    rotation: degrees against the clock, as a stream says them.
    """
    return round(rotation / 90) % 4


def shown_size(width: int, height: int, pixel: Fraction | None, turns: int) -> tuple[int, int]:
    """Return width and height as shown; no pixel is lost for it, so one of them may grow.

    pixel: how wide one is, measured by its height; None where nobody says. turns: quarters.
    """
    if pixel and pixel != 1 and _FLATTEST <= pixel <= _STEEPEST:
        if pixel > 1:
            width = round(width * pixel)
        else:
            height = round(height / pixel)
    return (height, width) if turns % 2 else (width, height)
