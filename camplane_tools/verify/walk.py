"""One walk over the endpoints on one path: each step asks, and notes what is wrong."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from camplane_tools.verify.asking import Answer, Asker, Stop

STREAM_SECONDS = 15.0
_LOOK_SECONDS = 0.1
# What a server answers to an operation that it does not have.
_UNKNOWN = (404, 405)
NOT_THERE = "not in the old server"
NOT_OURS = "the old server's own"

Truth = Callable[[Any], bool]


@dataclass(frozen=True)
class Finding:
    """What one operation answered on one path.

    problem: empty when it is as it should be. left_out: why it was not judged, or
    empty. keys: those of a JSON object that was answered.
    """

    operation: str
    path: str
    status: int
    milliseconds: float
    keys: tuple[str, ...] = ()
    problem: str = ""
    left_out: str = ""


@dataclass
class Walk:
    """One walk on one path. before_monolith: is a monolith what answers on legacy's?"""

    asker: Asker
    stop: Stop
    before_monolith: bool
    findings: list[Finding] = field(default_factory=list)

    @property
    def of_monolith(self) -> bool:
        """Is it a monolith that answers here?"""
        return self.before_monolith and self.asker.path == "legacy"

    def step(
        self,
        operation: str,
        method: str,
        address: str,
        body: Any = None,
        query: dict[str, Any] | None = None,
        want: int = 200,
        keys: str = "",
        true: Truth = lambda answer: True,
        is_new: bool = False,
    ) -> Any:
        """Make one request and note what is wrong with its answer; return its JSON.

        is_new: did the operation come with this system, so that a monolith may lack it?
        """
        self.stop.check()
        answer = self.asker.ask(method, address, body, query)
        return self._note(operation, answer, want, keys.split(), true, is_new)

    def first_event(self, operation: str, address: str, query: dict[str, Any], true: Truth) -> None:
        """Read the first event of a stream, which is new, too."""
        self.stop.check()
        answer = self.asker.first_event(address, query)
        self._note(operation, answer, 200, [], true, is_new=True)

    def domains_own(self, operation: str, method: str, address: str, body: Any, keys: str) -> None:
        """Make a request that domain answers on either path where a monolith is the old side."""
        if self.of_monolith:
            self._leave_out(operation, 0, 0.0, NOT_THERE)
        else:
            self.step(operation, method, address, body, keys=keys)

    def gateways_own(self, operation: str, method: str, address: str, want: int, keys: str) -> None:
        """Ask for what a gateway answers by itself, unless a monolith gets such requests."""
        if self.before_monolith:
            self._leave_out(operation, 0, 0.0, NOT_OURS)
        else:
            self.step(operation, method, address, want=want, keys=keys)

    def await_frames(self, address: str) -> None:
        """Wait until the worker reports a frame, or long enough to say that it does not."""
        deadline = time.monotonic() + STREAM_SECONDS
        while time.monotonic() < deadline:
            self.stop.check()
            if has_frames(self.asker.ask("GET", f"{address}/stats").json):
                return
            time.sleep(_LOOK_SECONDS)

    def _note(
        self,
        operation: str,
        answer: Answer,
        want: int,
        keys: list[str],
        true: Truth,
        is_new: bool,
    ) -> Any:
        value = answer.json
        if is_new and self.of_monolith and answer.status in _UNKNOWN:
            self._leave_out(operation, answer.status, answer.milliseconds, NOT_THERE)
            return value
        found = tuple(sorted(value)) if isinstance(value, dict) else ()
        self.findings.append(
            Finding(
                operation,
                self.asker.path,
                answer.status,
                answer.milliseconds,
                found,
                self._problem(answer, want, keys, true),
            )
        )
        return value

    def _leave_out(self, operation: str, status: int, milliseconds: float, why: str) -> None:
        self.findings.append(
            Finding(operation, self.asker.path, status, milliseconds, left_out=why)
        )

    def _problem(self, answer: Answer, want: int, keys: list[str], true: Truth) -> str:
        value = answer.json
        if answer.status != want:
            return f"wanted {want}: {answer.words}"
        answered = answer.headers.get("x-camplane-path")
        if self.asker.path and answered != self.asker.path:
            return f"answered by {answered or 'nobody known'}"
        if answer.headers.get("x-camplane-fallback"):
            return "answered as a fallback"
        missing = [key for key in keys if not isinstance(value, dict) or key not in value]
        if missing:
            return f"lacks {', '.join(missing)}"
        if not _is_true(true, answer.body if value is None else value):
            return "says something else than what was done"
        return ""


def has_frames(stats: Any) -> bool:
    """Does this answer to `stats` tell of a frame?"""
    return _is_true(lambda answer: answer["stats"]["total_frames"] > 0, stats)


def _is_true(true: Truth, value: Any) -> bool:
    """Is it so? Not of an answer of another shape."""
    try:
        return true(value)
    except (KeyError, IndexError, TypeError, AttributeError):
        return False
