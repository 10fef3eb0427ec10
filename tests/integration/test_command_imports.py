"""Commands and services begin soon: what they do not need is not imported."""

import os
import subprocess
import sys
from collections.abc import Sequence

import pytest

SERVICES = ("camera_service.bootstrap", "alert_service.bootstrap", "gateway.control.bootstrap")
ASKING = (
    "alerts.rules",
    "cameras.commands",
    "lifecycle.running",
    "shadow.commands",
    "traffic.commands",
)


def test_who_only_asks_the_gateway_imports_no_database_and_no_configuration_of_envoys() -> None:
    """These take longer than all the rest of such a command."""
    modules = [f"gateway.cli.{name}" for name in ASKING]
    assert imported_with(modules, "sqlalchemy", "numpy", "gateway.proxy.files") == "set()\n"


def test_what_starts_camplane_imports_neither_a_database_nor_numpy() -> None:
    """They are half of its start, and a first one has nothing to read or to count."""
    assert imported_with(["gateway.cli.lifecycle.up"], "sqlalchemy", "numpy") == "set()\n"


def test_who_only_asks_for_workers_imports_no_database_and_no_service() -> None:
    """`camplane status` and `down` wait for it."""
    modules = ["camera_service.commands.workers", "camera_service.__main__"]
    assert imported_with(modules, "sqlalchemy", "camera_service.bootstrap") == "set()\n"


def test_the_service_of_legacys_cameras_imports_no_database() -> None:
    assert imported_with(["camera_service.bootstrap"], "sqlalchemy") == "set()\n"


# What a help text is told without: each takes a tenth of a second or more.
SLOW = ("grpc", "sqlalchemy", "numpy", "cryptography", "av", "httptools", "gateway.proxy.files")
HELPED = (
    *("", "up", "down", "status", "logs", "cameras list", "rules add", "rollout status"),
    *("rollout history", "rollout plan", "traffic traces", "consistency repair", "shadow on"),
    *("token create", "audit", "compare", "verify"),
)


@pytest.mark.parametrize("command", HELPED)
def test_a_help_text_is_shown_without_what_the_command_needs_to_work(command: str) -> None:
    """People read several of them in a row: each is there at once."""
    program = (
        "import contextlib, io, sys\n"
        f"sys.argv = ['camplane', *{command.split()!r}, '--help']\n"
        "from gateway.cli.app import main\n"
        "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()): main()\n"
        f"print({set(SLOW)!r} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("set()\n", "")


def test_a_service_imports_no_driver_of_a_database_that_it_may_not_have() -> None:
    """PostgreSQL's takes a fifth of a start, of each of five processes."""
    assert imported_with(SERVICES, "psycopg") == "set()\n"


@pytest.mark.parametrize("missing", ["httptools", "camplane_tools"])
def test_a_tool_without_what_it_needs_says_which_extra_brings_it(missing: str) -> None:
    done = without(missing, "probe", "--rounds", "2")
    assert done.returncode == 1
    assert f"probe needs {missing}, which is not installed: pip install 'camplane[tools]'" in (
        " ".join(done.stderr.split())
    )


def test_the_help_lists_tools_that_are_not_there_and_the_others_work() -> None:
    listed = without("camplane_tools", "--help").stdout
    assert "Not installed: pip install 'camplane[tools]'" in listed
    assert without("httptools", "verify", "--help").returncode == 0


def without(missing: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line where a package is not installed."""
    program = (
        f"import sys\nsys.modules[{missing!r}] = None\nfrom gateway.cli.app import main\nmain()"
    )
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "120"},
    )


def imported_with(modules: Sequence[str], *names: str) -> str:
    """Return which of these are imported when those modules are, as it is printed."""
    program = (
        "import importlib, sys\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
        f"print({set(names)!r} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout
