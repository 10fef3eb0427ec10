"""What holds for every test."""

import os
import signal
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples in every run, so that a failure is the change's; a long
# search with new ones: pytest --hypothesis-profile=long tests/fuzz tests/fire
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("long", max_examples=3000, deadline=None, print_blob=True)
settings.load_profile("ci")

pytest_plugins = ["tests.postgres", "tests.stack"]

# Before grpc is loaded: its fork handlers, run when a test starts a child with
# a preexec_fn, may close what a channel of this process is waiting on.
os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "0"

# The cameras and receivers of the tests are on this machine. What is refused without it is tested.
os.environ["CAMPLANE_CAMERA_LOOPBACK"] = os.environ["CAMPLANE_WEBHOOK_LOOPBACK"] = "true"

# A shell that runs the tests in the background has them ignore Ctrl-C, and what they start, too.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Where the longest tests are, the longest first.
FOLDERS = (
    "chaos",
    "evidence",
    "e2e",
    "security",
    "fire",
    "fuzz",
    "contract",
    "integration",
    "unit",
)
ROOT = Path(__file__).parent


def pytest_configure(config: pytest.Config) -> None:
    """Have pytest-xdist keep our order: it has files with few tests last, and those are long."""
    config.option.loadscopereorder = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files: one that began last would be waited for by all.

    Which they are is told by the time that their tests are allowed, and by their folder.
    """
    allowed: dict[Path, float] = defaultdict(float)
    for item in items:
        if marker := item.get_closest_marker("timeout"):
            allowed[item.path] = max(allowed[item.path], marker.args[0])
    items.sort(key=lambda item: (-allowed[item.path], _folder(item.path), item.path))


def _folder(path: Path) -> int:
    return FOLDERS.index(path.relative_to(ROOT).parts[0])
