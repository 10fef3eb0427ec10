"""`camplane rollout status`: where the rollouts stand, once or live."""

import contextlib
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import httpx
import typer
from rich.console import Group, RenderableType
from rich.live import Live
from rich.text import Text

from gateway.cli.following import follow
from gateway.cli.output import REFUSED, console, json_text, note, print_json
from gateway.cli.rest import DEFAULT_DATA, AsJson, Data, Url
from gateway.cli.rollout.client import API, OneOrBoth, Rollouts, contexts_of, only
from gateway.cli.rollout.views import state, summary

# The stream speaks once a second.
_SILENCE_SECONDS = 5.0
_GIVEN_BACK = ("aborting", "aborted")
_AT_REST = ("idle", "completed")
_UNDER_WAY = 4


def status(
    context: OneOrBoth = None,
    watch: Annotated[
        bool, typer.Option("--watch", "-w", help="A live view, until Ctrl-C.")
    ] = False,
    exit_code: Annotated[
        bool,
        typer.Option(
            "--exit-code",
            help="Answer with the exit code: 0 completed or without a plan, 1 aborted, "
            "4 under way; of both contexts the first of 1, 4, 0.",
        ),
    ] = False,
    as_json: AsJson = False,
    data: Data = DEFAULT_DATA,
    url: Url = "",
) -> None:
    """Show each rollout: its weight and steps, what it waits for, and on what evidence.

    --watch survives a restart of what it watches. Into anything but a terminal it
    writes a line for each rollout, at once and when it changes; with --json a document a line.
    """
    rollouts, contexts = Rollouts(data, url), contexts_of(context)
    if watch and console.is_terminal and not as_json:
        _watch(rollouts, contexts)
        return
    if watch:
        _print_lines(rollouts, contexts, as_json)
        return
    whole = rollouts.state()
    answer = only(whole, contexts)
    if as_json:
        print_json(answer)
    else:
        console.print(state(whole, contexts))
    if exit_code:
        raise typer.Exit(_code([one["phase"] for one in answer["rollouts"]]))


def _watch(rollouts: Rollouts, contexts: Sequence[str]) -> None:
    """Redraw with each event until Ctrl-C; say so while there are none."""
    last: RenderableType = Text("waiting for the first picture …")

    with (
        contextlib.suppress(KeyboardInterrupt),
        Live(console=console, auto_refresh=False) as screen,
    ):

        def broke(error: httpx.HTTPError) -> None:
            trouble = Text(rollouts.without_controller(str(error)), style="bold red")
            again = Text("What stands below may be old. Trying again; Ctrl-C leaves.")
            screen.update(Group(trouble, again, Text(), last), refresh=True)

        for event in follow(rollouts.gateway, f"{API}/stream", {}, broke, _SILENCE_SECONDS):
            last = state(json.loads(event.data), contexts)
            screen.update(Group(last, Text("live; Ctrl-C leaves", style="dim")), refresh=True)


def _print_lines(rollouts: Rollouts, contexts: Sequence[str], as_json: bool) -> None:
    told: dict[str, str] = {}

    def broke(error: httpx.HTTPError) -> None:
        note(rollouts.without_controller(str(error)))

    with contextlib.suppress(KeyboardInterrupt):
        for event in follow(rollouts.gateway, f"{API}/stream", {}, broke, _SILENCE_SECONDS):
            document: Mapping[str, Any] = only(json.loads(event.data), contexts)
            if as_json:
                sys.stdout.write(json_text(document) + "\n")
                sys.stdout.flush()
                continue
            for one in document["rollouts"]:
                line = summary(one)
                if told.get(one["context"]) != line:
                    console.print(f"{document['timestamp'][:19]}Z  {line}")
                told[one["context"]] = line


def _code(phases: Sequence[str]) -> int:
    if any(phase in _GIVEN_BACK for phase in phases):
        return REFUSED
    return 0 if all(phase in _AT_REST for phase in phases) else _UNDER_WAY
