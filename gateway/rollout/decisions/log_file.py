"""The decision log read from its file, by whoever has the file: no camplane need run."""

from collections.abc import Iterator
from pathlib import Path

from gateway.chain.log_file import entries, reading
from gateway.rollout.decisions.decision import LoggedDecision


def read_log(path: Path) -> Iterator[LoggedDecision]:
    """Yield all decisions in order, as they stood when the first was read; nothing is written.

    Blocks. Raises LogUnreadableError.
    """
    with reading(path, "decision log") as connection:
        yield from entries(connection, "decisions", LoggedDecision)
