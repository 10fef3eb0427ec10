"""What monitoring refuses."""


class ContextDownError(Exception):
    """Neither implementation of a context can serve; the message names them."""


class UnknownFilterError(Exception):
    """A parameter means nothing; the message names it and what it takes."""


class TraceNotKeptError(Exception):
    """The trace is not in the store; the message says which are."""
