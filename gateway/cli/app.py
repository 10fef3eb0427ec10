"""`camplane`: puts the commands together."""

from importlib import import_module
from typing import Annotated

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group

# In the order of the help: where each command, or group of commands, is.
COMMANDS = {
    "up": "up:up",
    "down": "running:down",
    "status": "running:status",
    "logs": "running:logs",
    "probe": "probe:probe_command",
    "compare": "compare:compare_command",
    "record": "record:record",
    "verify": "verify:app",
    "cameras": "cameras:app",
    "rules": "rules:app",
    "rollout": "rollout:app",
    "traffic": "traffic:app",
    "consistency": "consistency:app",
    "shadow": "shadow:app",
}


class _Commands(TyperGroup):
    """Imports a command once it is asked for: all of them together take more than a second."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        return list(COMMANDS)

    def get_command(self, ctx: typer.Context, cmd_name: str):  # type: ignore[no-untyped-def, override]
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        found = getattr(import_module(f"gateway.cli.{module}"), name)
        if isinstance(found, typer.Typer):
            group = get_group(found)
            group.name = cmd_name
            return group
        alone = typer.Typer(add_completion=False)
        alone.command(cmd_name)(found)
        return get_command(alone)


app = typer.Typer(
    name="camplane",
    cls=_Commands,
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
    app()
