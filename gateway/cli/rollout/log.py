"""Where the commands read the decision log: from the gateway, or from its file."""

from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from gateway.chain.log_file import LogUnreadableError
from gateway.cli.output import REFUSED, fail, note
from gateway.cli.rest import Gateway, detail
from gateway.cli.rollout.client import API, UNANSWERED, Rollouts
from gateway.launcher.instance import load
from gateway.launcher.plan import Place
from gateway.rollout.decisions.decision import LoggedDecision
from gateway.rollout.decisions.log_file import read_log

_PAGE = 1000


class LogSource(Protocol):
    """A decision log; every method ends the command in words when it cannot be read."""

    def newest(self, context: str, count: int) -> list[Any]:
        """Return the newest decisions in order, as the API has them, of a context or of all."""

    def all(self, context: str = "") -> Iterator[LoggedDecision]:
        """Yield all decisions in order, of a context or of all."""


class _GatewayLog:
    def __init__(self, rollouts: Rollouts) -> None:
        self._rollouts = rollouts

    def newest(self, context: str, count: int) -> list[Any]:
        return self._page({"context": context, "limit": count})

    def all(self, context: str = "") -> Iterator[LoggedDecision]:
        after = 0
        while page := self._page(
            {"context": context, "after": after, "limit": _PAGE, "full": "true"}
        ):
            for one in page:
                yield LoggedDecision(
                    *(one["number"], one["document"], one["previous_hash"], one["hash"])
                )
            if page[-1]["number"] <= after:
                fail("the gateway's pages of the log do not go on; is it an older release?")
            after = page[-1]["number"]

    def _page(self, query: Mapping[str, Any]) -> list[Any]:
        found: list[Any] = self._rollouts.ask("GET", "/history", query=query)["decisions"]
        return found


class _FileLog:
    def __init__(self, path: Path) -> None:
        self._path = path

    def newest(self, context: str, count: int) -> list[Any]:
        # Seldom needed, and they take a while.
        from google.protobuf.json_format import MessageToDict

        from gateway.rollout.encoding import decision

        try:
            return [
                MessageToDict(
                    decision(one, full=False),
                    preserving_proto_field_name=True,
                    always_print_fields_with_no_presence=True,
                )
                for one in deque(self.all(context), maxlen=count)
            ]
        except (ValueError, LookupError, TypeError) as error:
            fail(f"{self._path}: a decision cannot be read ({error}); --verify says more")

    def all(self, context: str = "") -> Iterator[LoggedDecision]:
        try:
            for one in read_log(self._path):
                if not context or _context(one) == context:
                    yield one
        except LogUnreadableError as error:
            fail(str(error), REFUSED)


def open_log(data: Path, url: str) -> LogSource:
    """Return the gateway's log, or the one in the data directory when nobody answers for it."""
    data = data.absolute()
    path = Place(data, data).rollouts
    if url or not path.exists():
        return _GatewayLog(Rollouts(data, url))
    if load(data) is None:
        note(f"no camplane runs on {data}: this is read from {path}")
        return _FileLog(path)
    answer = Gateway(data).send("GET", f"{API}/history", query={"limit": 1})
    if answer.status_code in UNANSWERED:
        note(f"no controller answers ({detail(answer)}): this is read from {path}")
        return _FileLog(path)
    return _GatewayLog(Rollouts(data, url))


def _context(one: LoggedDecision) -> str:
    try:
        return str(one.fields["context"])
    except (ValueError, LookupError):
        return ""
