"""`camplane`: puts the commands together."""

import os
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Annotated, Any

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
    "token": "token:app",
    "audit": "audit:audit",
}


class _Commands(Mapping[str, Any]):
    """Imports a command once it is asked for: all of them together take more than a second."""

    def __getitem__(self, name: str) -> Any:
        module, _, attribute = COMMANDS[name].partition(":")
        found = getattr(import_module(f"gateway.cli.{module}"), attribute)
        if isinstance(found, typer.Typer):
            group = get_group(found)
            group.name = name
            return group
        alone = typer.Typer(add_completion=False)
        alone.command(name)(found)
        return get_command(alone)

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


class _Group(TyperGroup):
    """Finds its commands as any group does, and suggests one for a name that is mistyped."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = _Commands()  # type: ignore[assignment]


app = typer.Typer(
    name="camplane",
    cls=_Group,
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
