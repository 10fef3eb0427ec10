"""HTTP/1.1 answers as they come over a connection that carries one request at a time. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

# With one of these an answer has an end before that of its connection.
_FRAMED = {"content-length", "transfer-encoding"}


class MalformedAnswerError(Exception):
    """What came is no HTTP/1.1 answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The head of a whole answer. keeps_open: may the connection carry another request?

    headers: names in lower case; of several with one name the last.
    """

    status: int
    headers: Mapping[str, str]
    keeps_open: bool


class AnswerReader:
    """Reads a connection's answers, one after the other; their bodies are not kept."""

    def __init__(self) -> None:
        self._parser = HttpResponseParser(self)
        self._headers: dict[str, str] = {}
        # One whose head has come; one that has come whole; did more come behind that?
        self._begun: Answer | None = None
        self._whole: Answer | None = None
        self._is_more = False

    def feed(self, data: bytes) -> Answer | None:
        """Take what came; return the answer once it is whole. MalformedAnswerError otherwise."""
        self._whole = None
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as error:
            raise MalformedAnswerError(str(error)) from error
        if self._is_more:
            raise MalformedAnswerError("more than was asked for")
        return self._whole

    def end(self) -> Answer | None:
        """Return the answer if it is whole now that the connection has ended."""
        return self._begun if not _FRAMED & self._headers.keys() else None

    # What the parser calls:

    def on_message_begin(self) -> None:
        self._is_more = self._whole is not None
        self._headers = {}

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        status, keeps_open = self._parser.get_status_code(), self._parser.should_keep_alive()
        self._begun = Answer(status, self._headers, keeps_open)

    def on_message_complete(self) -> None:
        assert self._begun is not None
        if self._begun.status >= 200:  # one of 1xx announces another
            self._whole = self._begun
        self._begun = None
