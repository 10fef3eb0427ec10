"""`camplane`: puts the commands together."""

import os
from typing import Annotated

import typer

from gateway.cli.commands import group_of
from gateway.cli.examples import epilog

# In the order of the help: where each command, or group of commands, is (gateway/cli/commands.py),
# and what the list says of it.
COMMANDS = {
    "up": "gateway.cli.lifecycle.up_command:up",
    "down": "gateway.cli.lifecycle.running:down",
    "status": "gateway.cli.lifecycle.running:status",
    "logs": "gateway.cli.lifecycle.running:logs",
    "cameras": "gateway.cli.cameras.commands:app",
    "rules": "gateway.cli.alerts.rules:app",
    "alerts": "gateway.cli.alerts.alerts:app",
    "channels": "gateway.cli.alerts.channels:app",
    "rollout": "gateway.cli.rollout.commands:app",
    "traffic": "gateway.cli.traffic.commands:app",
    "shadow": "gateway.cli.shadow.commands:app",
    "consistency": "gateway.cli.consistency.commands:app",
    "token": "gateway.cli.access.token:app",
    "audit": "gateway.cli.access.audit:audit",
    "verify": "camplane_tools.cli.verify:app",
    "compare": "camplane_tools.cli.compare_command:compare",
    "record": "camplane_tools.cli.record:record",
    "probe": "camplane_tools.cli.probe:probe_command",
}
SUMMARIES = {
    "up": "Run everything in this terminal; Ctrl-C stops it.",
    "down": "Stop the services of a data directory, and its cameras.",
    "status": "Show what runs, and how it is. Exit code 3: not up.",
    "logs": "Print the end of the services' logs; -f goes on.",
    "cameras": "Configure cameras, start and stop them, see how they are.",
    "rules": "Keep alert rules, and see what they raised.",
    "alerts": "See what fires, and say what it was.",
    "channels": "See who can be told of alerts, and try whether it arrives.",
    "rollout": "Move the traffic to domain by a plan, or by hand, and know why.",
    "traffic": "See who answered, and whether domain is better or worse.",
    "shadow": "Compare the replies of both paths to the same reads.",
    "consistency": "Database, cameras.yaml, processes and files against each other.",
    "token": "Who may ask, and for what.",
    "audit": "Who changed what, and who was refused.",
    "verify": "Walk every endpoint on both implementations.",
    "compare": "Ask two implementations the same; say where they differ.",
    "record": "Write down what clients ask, for `compare --from`.",
    "probe": "Measure legacy against domain, in interleaved rounds.",
}


app = typer.Typer(
    name="camplane",
    cls=group_of(COMMANDS, SUMMARIES, ""),
    help=(
        "A control plane for cameras and alert rules that replaces a running monolith, "
        "one percent of the traffic at a time.\n\n"
        "Exit codes: 0 done, 1 refused or failed, 2 wrong use, 3 no camplane answers."
    ),
    no_args_is_help=True,
    epilog=epilog(""),
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
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
