"""`camplane shadow …`: do both paths answer the same read alike?"""

from typing import Annotated

import typer

from gateway.cli.output import REFUSED, UNREACHABLE, console, fail, note, print_json
from gateway.cli.rest import DEFAULT_DATA, AsJson, Data, Gateway, Url
from gateway.cli.rollout.client import (
    Asking,
    Author,
    Context,
    Reason,
    Rollouts,
    contexts_of,
    who_and_why,
)
from gateway.cli.shadow.views import shadow

app = typer.Typer(
    help="Have the other path answer a copy of reads, too, and compare the replies.",
    no_args_is_help=True,
)

_API = "/api/v1/monitoring/shadow"

OneOrBoth = Annotated[
    Context | None, typer.Option("--context", help="camera or alert; both if left out.")
]


@app.command()
def on(
    context: OneOrBoth = None,
    percent: Annotated[
        int, typer.Option(min=1, max=100, help="Percent of the reads that are mirrored.")
    ] = 20,
    author: Author = "",
    reason: Reason = "",
    as_json: AsJson = False,
    data: Data = DEFAULT_DATA,
    url: Url = "",
) -> None:
    """Mirror reads to the path that does not answer them. Writes are never mirrored."""
    _mirror(context, percent, who_and_why(author, reason), as_json, Rollouts(data, url))


@app.command()
def off(
    context: OneOrBoth = None,
    author: Author = "",
    reason: Reason = "",
    as_json: AsJson = False,
    data: Data = DEFAULT_DATA,
    url: Url = "",
) -> None:
    """Mirror no more. What was found stays for a day."""
    _mirror(context, 0, who_and_why(author, reason), as_json, Rollouts(data, url))


@app.command()
def status(
    context: OneOrBoth = None,
    minutes: Annotated[int, typer.Option(min=1, max=1440, help="How far back to look.")] = 60,
    as_json: AsJson = False,
    data: Data = DEFAULT_DATA,
    url: Url = "",
) -> None:
    """Show which replies differ, in which fields, and how often they do by themselves."""
    query = {"context": context.value if context else "", "minutes": minutes}
    answer = Gateway(data, url).ask("GET", _API, query=query).json()
    if as_json:
        print_json(answer)
        return
    console.print(shadow(answer))


def _mirror(
    context: Context | None,
    percent: int,
    who: dict[str, str],
    as_json: bool,
    rollouts: Rollouts,
) -> None:
    body = {"percent": percent, **who}
    asked = [Asking(one, "PUT", f"/{one}/shadow", body) for one in contexts_of(context)]
    made, refused, code = rollouts.ask_all(asked)
    if as_json:
        print_json({"rollouts": made})
    else:
        for one in made:
            console.print(f"{one['context']}: {one['mirrored']} % of the reads are mirrored")
    if refused:
        for text in refused[:-1]:
            note(f"error: {text}")
        fail(refused[-1], UNREACHABLE if code == UNREACHABLE else REFUSED)
