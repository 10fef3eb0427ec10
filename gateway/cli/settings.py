"""`key=value` arguments, as cameras and rules are changed by."""

from collections.abc import Collection, Sequence
from typing import Annotated, Any

import typer

from gateway.cli.output import fail
from servicekit import json_body

Settings = Annotated[
    list[str] | None,
    typer.Argument(help="key=value pairs; a value is JSON where it can be, else text."),
]


def pairs(settings: Sequence[str] | None, texts: Collection[str]) -> dict[str, Any]:
    """Return the pairs; ends the command when one is none.

    texts: keys whose values stay text, also when they look like a number.
    """
    found: dict[str, Any] = {}
    for pair in settings or ():
        key, separator, text = pair.partition("=")
        if not key or not separator:
            fail(f"{pair!r} is no key=value: write it as name=Door", 2)
        try:
            found[key] = text if key in texts else json_body.loads(text)
        except ValueError:
            found[key] = text
    return found
