"""`camplane`: puts the commands together."""

from importlib.metadata import version
from typing import Annotated

import typer

from gateway.cli import (
    cameras,
    compare,
    consistency,
    probe,
    record,
    rollout,
    rules,
    running,
    shadow,
    traffic,
    up,
    verify,
)

app = typer.Typer(
    name="camplane",
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


app.command()(up.up)
app.command()(running.down)
app.command()(running.status)
app.command()(running.logs)
app.add_typer(verify.app, name="verify")
app.command("probe")(probe.probe_command)
app.command("compare")(compare.compare_command)
app.command()(record.record)
app.add_typer(cameras.app, name="cameras")
app.add_typer(rules.app, name="rules")
app.add_typer(rollout.app, name="rollout")
app.add_typer(traffic.app, name="traffic")
app.add_typer(consistency.app, name="consistency")
app.add_typer(shadow.app, name="shadow")


def main() -> None:
    """Run the command line."""
    app()
