"""What in our environment would change a camplane that we start, and how it is kept from it."""

import contextlib
import os
from collections.abc import Iterator

# Where its state is, how its traffic is split, where its spans go.
CHANGING = ("CAMPLANE_", "USE_DOMAIN_SERVICE", "ROLLOUT_PERCENT", "OTEL_")
# The streams and receivers of all tools are on this machine.
_LOOPBACK = {"CAMPLANE_CAMERA_LOOPBACK": "true", "CAMPLANE_WEBHOOK_LOOPBACK": "true"}


def own_variables() -> dict[str, str]:
    """Return our environment without what would change a camplane; its streams are ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(CHANGING)}
    return {**kept, **_LOOPBACK}


@contextlib.contextmanager
def own_environment() -> Iterator[None]:
    """Take away, within the block, what would change a camplane in this process.

    Its services inherit our environment: a database's URL there would make them write to it.
    """
    taken = {name: value for name, value in os.environ.items() if name.startswith(CHANGING)}
    for name in taken:
        del os.environ[name]
    own = {**_LOOPBACK, "CAMPLANE_AUTO_START": "false"}
    os.environ.update(own)
    try:
        yield
    finally:
        for name in own:
            del os.environ[name]
        os.environ.update(taken)
