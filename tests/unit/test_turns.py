"""Whether a write that had to wait may still begin."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from servicekit import turns
from servicekit.threads import Threads
from servicekit.turns import TIME_LIMIT, Line, WaitedTooLongError


@pytest.fixture
def threads() -> Iterator[Threads]:
    pool = Threads(4, "test")
    yield pool
    pool.close()


def limit(seconds: float, since: float = 0.0) -> tuple[tuple[str, str], ...]:
    """Return what the gateway says of a request that came `since` seconds ago."""
    return ((TIME_LIMIT, f"{time.time() - since:.3f} {seconds:g}"),)


class Write:
    """Waits for a lock, begins, and changes something."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.changed = 0
        self.waits = threading.Event()
        self.ended = threading.Event()

    def __call__(self) -> str:
        try:
            self.waits.set()
            with self.lock:
                turns.begin()
                self.changed += 1
            return "done"
        finally:
            self.ended.set()


async def test_a_write_that_waits_too_long_is_refused_and_never_begins(threads: Threads) -> None:
    """It is refused while the gateway still waits, and finds that out when it gets the lock."""
    write = Write()
    turns.take_limit(limit(0.6), None)
    began = time.monotonic()
    with write.lock:
        with pytest.raises(WaitedTooLongError, match="nothing was changed"):
            await Line().wait("write", threads(write))
        assert time.monotonic() - began < 0.6
    assert await asyncio.to_thread(write.ended.wait, 10)
    assert write.changed == 0


async def test_a_write_that_has_begun_is_waited_for(threads: Threads) -> None:
    """However long it takes: it happens, so its answer is the true one."""
    go = threading.Event()

    def slow() -> str:
        turns.begin()
        go.wait(10)
        return "done"

    turns.take_limit(limit(0.3), None)
    waiting = asyncio.ensure_future(Line().wait("write", threads(slow)))
    finished, _ = await asyncio.wait({waiting}, timeout=0.5)
    assert not finished
    go.set()
    assert await waiting == "done"


async def test_a_write_whose_client_left_before_it_began_does_not_happen(threads: Threads) -> None:
    write = Write()
    with write.lock:
        waiting = asyncio.ensure_future(Line().wait("write", threads(write)))
        assert await asyncio.to_thread(write.waits.wait, 10)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    assert await asyncio.to_thread(write.ended.wait, 10)
    assert write.changed == 0


async def test_a_write_that_comes_when_its_time_is_over_does_not_begin(threads: Threads) -> None:
    """Of a process that was stopped, or that was given the request late."""
    write = Write()
    turns.take_limit(limit(15, since=20), None)
    with pytest.raises(WaitedTooLongError):
        await Line().wait("write", threads(write))
    assert write.changed == 0


async def test_time_is_left_for_as_long_as_the_last_writes_took(
    threads: Threads, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of a second is enough where writes take none, and too little where they take one."""
    line = Line()

    def takes(seconds: float) -> Callable[[], None]:
        def work() -> None:
            turns.begin()
            begun.set()
            threading.Event().wait(seconds)

        begun = threading.Event()
        return work

    for seconds in (0.0, 0.6):
        turns.take_limit((), None)
        await line.wait(f"of {seconds}", threads(takes(seconds)))
    turns.take_limit(limit(5, since=4.4), None)
    await line.wait("of 0.0", threads(takes(0)))
    with pytest.raises(WaitedTooLongError):
        await line.wait("of 0.6", threads(takes(0)))


async def test_the_nearer_of_both_deadlines_counts(threads: Threads) -> None:
    """A client's own, and the gateway's; without either a write may wait for ever."""
    write = Write()
    turns.take_limit(limit(600), 0.2)
    with write.lock, pytest.raises(WaitedTooLongError):
        await Line().wait("write", threads(write))
    turns.take_limit((), None)
    assert await Line().wait("write", threads(Write())) == "done"


@pytest.mark.parametrize("text", ["", "soon", "1", "1 2 3", "nan"])
async def test_what_is_no_limit_is_none(threads: Threads, text: str) -> None:
    turns.take_limit(((TIME_LIMIT, text),), None)
    assert await Line().wait("write", threads(Write())) == "done"
