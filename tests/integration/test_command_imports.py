"""Commands that only ask the gateway begin soon."""

import subprocess
import sys

ASKING = ("cameras", "rules", "running", "shadow", "traffic")


def test_who_only_asks_the_gateway_imports_no_database_and_no_configuration_of_envoys() -> None:
    """These take longer than all the rest of such a command."""
    program = (
        "import importlib, sys\n"
        f"for name in {ASKING!r}: importlib.import_module(f'gateway.cli.{{name}}')\n"
        "print({'sqlalchemy', 'numpy', 'gateway.proxy.files'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "set()\n", "")
