"""`camplane`: puts the commands together."""

import os
from typing import Annotated

import typer

from gateway.cli.commands import group_of

# In the order of the help: where each command, or group of commands, is (gateway/cli/commands.py).
COMMANDS = {
    "up": "gateway.cli.lifecycle.up:up",
    "down": "gateway.cli.lifecycle.running:down",
    "status": "gateway.cli.lifecycle.running:status",
    "logs": "gateway.cli.lifecycle.running:logs",
    "probe": "camplane_tools.cli.probe:probe_command",
    "compare": "camplane_tools.cli.compare:compare_command",
    "record": "camplane_tools.cli.record:record",
    "verify": "camplane_tools.cli.verify:app",
    "cameras": "gateway.cli.cameras.commands:app",
    "rules": "gateway.cli.alerts.rules:app",
    "alerts": "gateway.cli.alerts.alerts:app",
    "rollout": "gateway.cli.rollout.commands:app",
    "traffic": "gateway.cli.traffic.commands:app",
    "consistency": "gateway.cli.consistency.commands:app",
    "shadow": "gateway.cli.shadow.commands:app",
    "token": "gateway.cli.access.token:app",
    "audit": "gateway.cli.access.audit:audit",
}


app = typer.Typer(
    name="camplane",
    cls=group_of(COMMANDS),
    help=(
        "A control plane for cameras and alert rules that replaces a running monolith, "
        "one percent of the traffic at a time.\n\n"
        "Exit codes: 0 done, 1 refused or failed, 2 wrong use, 3 no camplane answers."
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"camplane {version('camplane')}")
        raise typer.Exit


@app.callback()
def _options(
    wanted: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line."""
    # Read when gRPC is imported; else it tells people of connections closed in good order.
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
    app()
