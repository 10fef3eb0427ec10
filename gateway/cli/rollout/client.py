"""Rollouts as the commands ask for them, and what they share: who asks, and why."""

import contextlib
import getpass
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli.output import REFUSED, UNREACHABLE, fail
from gateway.cli.rest import Gateway, detail
from gateway.launcher.plan import Place
from gateway.vocabulary.split import CONTEXTS

API = "/api/v1/rollouts"
# In the order in which the plans that come with camplane roll them out.
ORDER = ("alert", "camera")
UNANSWERED = (502, 503, 504)
_TOO_LATE = 504
_MAYBE = " What you asked for may still be done: see `camplane rollout history`."


class Context(StrEnum):
    """A context, as an argument."""

    CAMERA = "camera"
    ALERT = "alert"


One = Annotated[
    Context, typer.Argument(metavar="CONTEXT", help="Whose rollout.", show_default=False)
]
OneOrBoth = Annotated[
    Context | None,
    typer.Argument(metavar="CONTEXT", help="Whose rollout; both if left out.", show_default=False),
]
Author = Annotated[str, typer.Option(help="Who asks, for the log; by default who is logged in.")]
Reason = Annotated[str, typer.Option("--reason", "-m", help="Why, for the log.")]


@dataclass(frozen=True)
class Asking:
    """One change that is asked for: of which context, and how."""

    context: str
    method: str
    path: str
    body: Mapping[str, Any]


class Rollouts:
    """The rollouts of a gateway; every method ends the command in words when it fails."""

    def __init__(self, data: Path, url: str) -> None:
        self.gateway = Gateway(data, url)
        # Whose gateway it is; only then its files can be looked at.
        self._data = None if url else data.absolute()

    def ask(
        self, method: str, path: str = "", body: Any = None, query: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the JSON of an answer."""
        answer = self.gateway.send(method, f"{API}{path}", body, query)
        if answer.status_code in UNANSWERED:
            fail(self.without_controller(detail(answer)), UNREACHABLE)
        if not answer.is_success:
            fail(detail(answer), REFUSED)
        return answer.json()

    def ask_all(self, changes: Iterable[Asking]) -> tuple[list[Any], list[str], int]:
        """Ask for changes, whatever becomes of the others.

        Returns the rollouts after those that were made, what was said of those that
        were not, and the command's exit code.
        """
        made, refused, code = [], [], 0
        for one in changes:
            answer = self.gateway.send(one.method, f"{API}{one.path}", one.body)
            if answer.is_success:
                made.append(answer.json()["rollout"])
            elif answer.status_code in UNANSWERED:
                late = _MAYBE if answer.status_code == _TOO_LATE else ""
                refused.append(f"{one.context}: {self.without_controller(detail(answer))}{late}")
                code = UNREACHABLE
            else:
                refused.append(f"{one.context}: {detail(answer)}")
                code = code or REFUSED
        return made, refused, code

    def state(self, contexts: Sequence[str] = CONTEXTS) -> Any:
        """Return the state of these contexts' rollouts."""
        return only(self.ask("GET"), contexts)

    def without_controller(self, why: str) -> str:
        """Return what it means that no controller does what is asked."""
        weights, direct = "", ""
        if self._data is not None:
            from gateway.proxy.files import read_routing

            direct = " `camplane rollout set` and `abort` do without it when told --directly."
            try:
                routing = read_routing(Place(self._data, self._data).envoy)
            except (OSError, ValueError, LookupError, TypeError):
                pass  # the sentence is true without the numbers
            else:
                shares = (f"{context} {routing.split.domain(context)} %" for context in ORDER)
                weights = f" ({', '.join(shares)} to domain)"
        return (
            f"no controller answers: {why}. The gateway goes on with its last weights"
            f"{weights}, and nothing is judged.{direct}"
        )


def who_and_why(author: str, reason: str) -> dict[str, str]:
    """Return what every change says; the author is the person logged in unless given."""
    if not author:
        with contextlib.suppress(KeyError, OSError, ImportError):  # nobody known is logged in
            author = getpass.getuser()
    try:
        (author + reason).encode()
    except UnicodeEncodeError:
        fail("what was typed is not valid UTF-8", 2)
    return {"author": author, "reason": reason}


def only(answer: Mapping[str, Any], contexts: Sequence[str]) -> Mapping[str, Any]:
    """Return a state of rollouts with these contexts' alone."""
    return {
        **answer,
        "rollouts": [one for one in answer["rollouts"] if one["context"] in contexts],
    }


def contexts_of(context: Context | None) -> Sequence[str]:
    """Return the contexts that an argument means."""
    return CONTEXTS if context is None else (context.value,)
