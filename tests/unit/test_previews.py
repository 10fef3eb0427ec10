"""Previews: few at once, one of a camera, and none that nobody waits for any more."""

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from camera_service.application import previews
from camera_service.application.previews import Previews
from camera_service.domain.entry import Entry
from camera_service.domain.errors import PreviewsBusyError


class Sources:
    """Sources that give their picture when they are let, and count how often they are opened."""

    def __init__(self) -> None:
        self.opened: Counter[str] = Counter()
        self.most = 0
        self.open = 0
        self.answer = threading.Event()
        self._counting = threading.Lock()

    def take(self, camera_id: str, entry: Entry) -> bytes:
        with self._counting:
            self.opened[camera_id] += 1
            self.open += 1
            self.most = max(self.most, self.open)
        assert self.answer.wait(10)
        with self._counting:
            self.open -= 1
        return f"{camera_id} {entry['source']}".encode()


@pytest.fixture
def sources() -> Sources:
    return Sources()


@pytest_asyncio.fixture
async def taken(sources: Sources) -> AsyncIterator[Previews]:
    taken = Previews(sources.take)
    yield taken
    sources.answer.set()
    await asyncio.to_thread(taken.close)


def ask(taken: Previews, camera_id: str, source: str = "s") -> asyncio.Task[bytes]:
    return asyncio.create_task(taken.picture(camera_id, {"source": source}))


async def until_opened(sources: Sources, count: int) -> None:
    async with asyncio.timeout(10):
        while sources.opened.total() < count:
            await asyncio.sleep(0.005)


async def test_all_who_ask_for_a_camera_meanwhile_get_the_same_picture(
    taken: Previews, sources: Sources
) -> None:
    asked = [ask(taken, "a") for _ in range(5)]
    await until_opened(sources, 1)
    asked[0].cancel()
    sources.answer.set()
    assert await asyncio.gather(*asked[1:]) == [b"a s"] * 4
    assert sources.opened == {"a": 1}
    assert await ask(taken, "a") == b"a s"
    assert sources.opened == {"a": 2}


async def test_a_source_that_was_changed_meanwhile_is_another(
    taken: Previews, sources: Sources
) -> None:
    before, after = ask(taken, "a", "old"), ask(taken, "a", "new")
    sources.answer.set()
    assert await asyncio.gather(before, after) == [b"a old", b"a new"]


async def test_few_are_taken_at_once_and_too_many_are_refused(
    taken: Previews, sources: Sources
) -> None:
    asked = [ask(taken, f"c{number}") for number in range(previews.MOST)]
    await until_opened(sources, previews.AT_ONCE)
    with pytest.raises(PreviewsBusyError):
        await ask(taken, "one more")
    again = ask(taken, "c0")  # it waits for one that is under way
    sources.answer.set()
    await asyncio.gather(*asked, again)
    assert sources.most == previews.AT_ONCE
    assert sources.opened.total() == previews.MOST


async def test_what_nobody_waits_for_any_more_is_not_begun(
    taken: Previews, sources: Sources
) -> None:
    asked = [ask(taken, f"c{number}") for number in range(previews.MOST)]
    await until_opened(sources, previews.AT_ONCE)
    for one in asked[previews.AT_ONCE :]:
        one.cancel()
    await asyncio.gather(*asked[previews.AT_ONCE :], return_exceptions=True)
    another = ask(taken, "another")
    sources.answer.set()
    assert await another == b"another s"
    assert sources.opened.total() == previews.AT_ONCE + 1
