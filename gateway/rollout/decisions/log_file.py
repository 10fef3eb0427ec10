"""The decision log read from its file, by whoever has the file: no camplane need run."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from gateway.rollout.decisions.decision import LoggedDecision

_ALL = "SELECT number, document, previous_hash, hash FROM decisions ORDER BY number"


class LogUnreadableError(Exception):
    """The file holds no decision log, or it cannot be read; the message says why."""


def read_log(path: Path) -> Iterator[LoggedDecision]:
    """Yield all decisions in order, as they stood when the first was read; nothing is written.

    Blocks. Raises LogUnreadableError.
    """
    if not path.is_file():
        raise LogUnreadableError(f"there is no decision log at {path}; did a camplane ever run?")
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as connection:
            for number, document, previous_hash, hashed in connection.execute(_ALL):
                yield LoggedDecision(int(number), str(document), str(previous_hash), str(hashed))
    except (sqlite3.Error, ValueError) as error:  # text that is no UTF-8, a number that is none
        raise LogUnreadableError(f"{path} cannot be read as a decision log: {error}") from error
