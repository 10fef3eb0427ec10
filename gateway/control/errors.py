"""What monitoring refuses."""


class ContextDownError(Exception):
    """Neither implementation of a context can serve; the message names them."""


class UnknownFilterError(Exception):
    """A parameter means nothing; the message names it and what it takes."""


class TraceNotKeptError(Exception):
    """The trace is not in the store; the message says which are."""


class ConsistencyUnknownError(Exception):
    """The camera context, which compares the stores, does not answer; nothing is known."""


class ConsistencyFailedError(Exception):
    """The camera context could not compare or repair; the message is its own."""


class InvalidRepairError(Exception):
    """The camera context does not know what is to be repaired; the message is its own."""


class RepairRefusedError(Exception):
    """The camera context refused a repair or its undoing; the message says why."""


class BackupNotFoundError(Exception):
    """The camera context has no such backup; the message names it."""
