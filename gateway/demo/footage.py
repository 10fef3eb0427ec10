"""The real footage of the demo and the tests: see NOTICE for whose it is."""

from pathlib import Path

_FILMS = Path(__file__).with_name("films")


def street() -> Path:
    """Return a film of a street: bicycles and cars, H.264, 640x272, 25 fps, 10 s."""
    return _FILMS / "street.mp4"


def animation() -> Path:
    """Return a piece of Big Buck Bunny: H.264, 1280x720, 25 fps, 5 s."""
    return _FILMS / "animation.mp4"


def driver() -> Path:
    """Return a film of a man in a car: H.264, 176x144, 30 fps, 4 s."""
    return _FILMS / "driver.mp4"
