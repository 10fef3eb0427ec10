"""Transactions that the server undid and that are made again."""

import functools
import logging
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from servicekit.database.trouble import TransactionUndoneError

P = ParamSpec("P")
R = TypeVar("R")

log = logging.getLogger(__name__)


def repeated(transaction: Callable[P, R]) -> Callable[P, R]:
    """Let a function run a second time if the server undid its transaction; raises as it does.

    For a function that makes one transaction, or one read, and changes nothing
    else. A write may be repeated as well as a read: an error that the server
    reports, at the commit too, undoes the whole transaction. A commit without
    an answer is not repeated (CommitUnconfirmedError). Once is enough: a new
    connection has prepared nothing that could be stale.
    """

    @functools.wraps(transaction)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return transaction(*args, **kwargs)
        except TransactionUndoneError as error:
            log.warning("made again: %s", error)
        return transaction(*args, **kwargs)

    return run
