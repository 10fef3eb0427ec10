"""Commands and services begin soon: what they do not need is not imported."""

import subprocess
import sys
from collections.abc import Sequence

SERVICES = ("camera_service.bootstrap", "alert_service.bootstrap", "gateway.control.bootstrap")
ASKING = ("cameras", "rules", "running", "shadow", "traffic")


def test_who_only_asks_the_gateway_imports_no_database_and_no_configuration_of_envoys() -> None:
    """These take longer than all the rest of such a command."""
    modules = [f"gateway.cli.{name}" for name in ASKING]
    assert imported_with(modules, "sqlalchemy", "numpy", "gateway.proxy.files") == "set()\n"


def test_a_service_imports_no_driver_of_a_database_that_it_may_not_have() -> None:
    """PostgreSQL's takes a fifth of a start, of each of five processes."""
    assert imported_with(SERVICES, "psycopg") == "set()\n"


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
