"""Work that is to be done again and again beside the serving."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)


async def every(seconds: float, work: Callable[[], Awaitable[object]], name: str) -> None:
    """Do the work every so often, for ever; what fails is logged and tried again."""
    while True:
        await asyncio.sleep(seconds)
        try:
            await work()
        except Exception as error:  # whatever it was, the next time may go well
            log.warning("%s: %s", name, error)


class Trouble:
    """What keeps such work from being done: logged when it begins, or becomes another.

    say: logs, such as `log.error`; text: what is logged, with %s for the trouble.
    """

    def __init__(self, say: Callable[[str, str], object], text: str = "%s") -> None:
        self._say = say
        self._text = text
        self._present = ""

    def is_there(self, trouble: str) -> None:
        """Take in what is wrong now."""
        if trouble != self._present:
            self._say(self._text, trouble)
        self._present = trouble

    def is_over(self) -> None:
        """Take in that nothing is wrong now; what is wrong next is logged again."""
        self._present = ""
