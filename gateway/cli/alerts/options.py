"""What people type of alerts and rules: times, and who they are."""

import getpass
from datetime import UTC, datetime
from typing import Annotated

import typer

from gateway.cli.output import fail

Author = Annotated[
    str, typer.Option(help="Who says it, where access is off; default: who is logged in.")
]


def moment(option: str, text: str) -> str:
    """Return a time as the contract takes it; without a zone it is UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        fail(f"{option}: give a time such as 2026-11-30T12:00Z", 2)
    known = found if found.tzinfo else found.replace(tzinfo=UTC)
    return known.astimezone(UTC).isoformat().replace("+00:00", "Z")


def author_or_login(author: str) -> str:
    """Return who says something."""
    try:
        return author or getpass.getuser()
    except (KeyError, OSError):
        fail("nobody is known to be logged in: say who you are with --author", 2)
