"""Runs the operations that change something: with a key, once and never again."""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

from camera_service.application.ports import CompletedWrites
from camera_service.domain.errors import CameraError
from camera_service.domain.results import Started
from servicekit import idempotency
from servicekit.idempotency import AlreadyDoneError
from servicekit.threads import Threads
from servicekit.turns import Line

P = ParamSpec("P")
R = TypeVar("R")


class IdempotentExecutor:
    """`await executor(function, …)` runs what blocks in a thread, or gives its first answer.

    The operation itself looks again where it matters, under the lock of what
    it changes. Here is what it would refuse before it comes there, such as to
    delete a camera that its own first call has deleted.
    """

    def __init__(self, threads: Threads, completed: CompletedWrites) -> None:
        self._threads = threads
        self._completed = completed
        self._line = Line()

    async def __call__(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Return what the operation returns, raise what it raises; KeyReusedError.

        WaitedTooLongError when it would begin too late for an answer; it is not begun then.
        """
        work = self._threads(lambda: self._run(function, *args, **kwargs))
        return await self._line.wait(function.__qualname__, work)

    def _run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        if idempotency.current() is None:
            return function(*args, **kwargs)
        try:
            self._completed.require_new()
            try:
                return function(*args, **kwargs)
            except CameraError:
                # The first call may have been at it while we looked.
                self._completed.require_new()
                raise
        except AlreadyDoneError as done:
            return cast(R, _read(done.answer))


def _read(answer: Any) -> Any:
    """Return an answer as the operation gave it."""
    return Started(**answer) if isinstance(answer, dict) else answer
