"""The logs of processes: a record is one line, whatever is in it."""

import logging
from types import TracebackType

from servicekit.visible import visible

FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"

_ExceptionInfo = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)


class OneLine(logging.Formatter):
    """A record's text is one line; a traceback below it is indented, so it is no other record."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        return visible(super().formatMessage(record))

    def formatException(self, ei: _ExceptionInfo) -> str:
        return _indented(super().formatException(ei))

    def formatStack(self, stack_info: str) -> str:
        return _indented(super().formatStack(stack_info))


def log_to_stderr(level: int = logging.INFO) -> None:
    """Write what this process logs to its standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine(FORMAT))
    logging.basicConfig(level=level, handlers=[handler], force=True)


def _indented(text: str) -> str:
    return "\n".join(f"    {visible(line)}" for line in text.split("\n"))
