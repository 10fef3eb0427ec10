"""`camplane compare`, as it is asked for. What it does takes a while to import: not for help."""

from pathlib import Path
from typing import Annotated

import typer

from camplane_tools.compare.sender import DEFAULT_SECONDS
from gateway.cli.rest import DEFAULT_DATA, Data, Url


def compare(
    old: Annotated[
        str, typer.Option(help="legacy, domain, http://host:port, or legacy@, domain@ such a URL.")
    ] = "legacy",
    new: Annotated[str, typer.Option(help="The other side, as --old.")] = "domain",
    recorded: Annotated[
        list[Path] | None,
        typer.Option("--from", help="Ask what a HAR file or JSON lines hold, not the suite."),
    ] = None,
    generate: Annotated[
        int, typer.Option(min=0, max=100_000, help="Ask so many generated requests, not the suite.")
    ] = 0,
    described: Annotated[
        Path | None, typer.Option("--openapi", help="Generate from this description (OpenAPI 3).")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed generates the same requests.")] = 1,
    only: Annotated[str, typer.Option(help="Cases whose name this regular expression finds.")] = "",
    live: Annotated[
        bool, typer.Option("--live", help="Ask reads of the camplane that runs on --data or --url.")
    ] = False,
    cameras: Annotated[
        Path | None, typer.Option(help="Sandboxes begin with the cameras of this cameras.yaml.")
    ] = None,
    allow_writes: Annotated[
        bool, typer.Option("--allow-writes", help="Change servers named by URL. This is real.")
    ] = False,
    header_from: Annotated[
        list[str] | None,
        typer.Option(
            help="NAME=VARIABLE: a header for servers named by URL, from the environment."
        ),
    ] = None,
    declared: Annotated[
        Path | None, typer.Option(help="A file of differences that are meant, see docs/compare.md.")
    ] = None,
    timeout: Annotated[
        float, typer.Option(min=0.1, max=600, help="Seconds for one answer.")
    ] = DEFAULT_SECONDS,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write JSON; - prints it.")
    ] = None,
    junit: Annotated[Path | None, typer.Option(help="Write JUnit's XML.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write one HTML page.")] = None,
    data: Data = DEFAULT_DATA,
    url: Url = "",
) -> None:
    """Ask two implementations the same, and say where their answers differ.

    Without options: the built-in suite, on legacy and domain, each on a state of
    its own that the command makes and removes. Exit code 0: equal, 1: not.
    """
    from camplane_tools.cli.compare import Question, compare_both

    asked = Question(
        old=old,
        new=new,
        recorded=recorded or [],
        generate=generate,
        described=described,
        seed=seed,
        only=only,
        live=live,
        cameras=cameras,
        allow_writes=allow_writes,
        header_from=header_from or [],
        declared=declared,
        timeout=timeout,
        json_file=json_file,
        junit=junit,
        html=html,
        data=data,
        url=url,
    )
    compare_both(asked)
