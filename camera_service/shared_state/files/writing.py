"""What follows when a file of ours cannot be written."""

import contextlib
from collections.abc import Iterator

from camera_service.domain.errors import StorageFailedError


@contextlib.contextmanager
def writing() -> Iterator[None]:
    """Raise StorageFailedError when a file cannot be written within the block."""
    try:
        yield
    except OSError as error:
        raise StorageFailedError(
            f"the data directory cannot be written: {error.strerror} ({error.filename}); "
            "nothing was changed"
        ) from error
