"""Previews: a few at a time and one of a camera, so that sources that hang hold nothing else up."""

import asyncio
from collections.abc import Callable

from camera_service.domain.entry import Entry, source_of
from camera_service.domain.errors import PreviewsBusyError
from servicekit.threads import Threads

# Each is a process that decodes video.
AT_ONCE = 4
# What would wait behind more than two rounds of sources that hang is better refused at once.
MOST = 3 * AT_ONCE


class Previews:
    """Takes pictures, in threads of its own. For one event loop.

    take: takes the picture of a camera by its entry; blocks.
    """

    def __init__(self, take: Callable[[str, Entry], bytes]) -> None:
        self._take = take
        self._threads = Threads(AT_ONCE, "preview")
        self._asked: dict[tuple[str, str], _Asked] = {}

    async def picture(self, camera_id: str, entry: Entry) -> bytes:
        """Return a picture as JPEG: a new one, or that which is being taken of the camera.

        Raises: PreviewsBusyError, and what `take` raises.
        """
        key = camera_id, source_of(entry)
        asked = self._asked.get(key)
        if asked is None:
            if len(self._asked) >= MOST:
                raise PreviewsBusyError
            asked = self._asked[key] = _Asked()
            asked.picture = asyncio.create_task(
                self._threads(asked.begin, self._take, camera_id, entry)
            )
            asked.picture.add_done_callback(lambda picture: self._ended(key, picture))
        return await asked.wait()

    def _ended(self, key: tuple[str, str], picture: asyncio.Task[bytes]) -> None:
        del self._asked[key]
        if not picture.cancelled():
            picture.exception()  # of which nobody may be left to hear

    def close(self) -> None:
        """Wait for what is being taken, then end the threads."""
        self._threads.close()


class _Asked:
    """A picture, and who waits for it."""

    picture: asyncio.Task[bytes]

    def __init__(self) -> None:
        self._waiting = 0
        self._begun = False

    def begin(self, take: Callable[[str, Entry], bytes], camera_id: str, entry: Entry) -> bytes:
        self._begun = True
        return take(camera_id, entry)

    async def wait(self) -> bytes:
        self._waiting += 1
        try:
            # Whoever asked first may leave: others wait for the same picture.
            return await asyncio.shield(self.picture)
        finally:
            self._waiting -= 1
            if not self._waiting and not self._begun:
                self.picture.cancel()
