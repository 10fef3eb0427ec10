"""HTTP/1.1 answers as they come over a connection that carries one request at a time. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

_MOST_HEAD_BYTES = 65_536
_NO_BODY = (204, 304)
_TO_THE_END = -1


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
    """Reads one answer; its body is counted, not kept."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._answer: Answer | None = None
        self._is_chunked = False
        # Bytes of the body, or of the chunk, that have yet to come.
        self._left = 0

    def feed(self, data: bytes) -> Answer | None:
        """Take what came; return the answer once it is whole. MalformedAnswerError otherwise."""
        self._data += data
        while self._answer is None:
            end = self._data.find(b"\r\n\r\n")
            if end < 0:
                if len(self._data) > _MOST_HEAD_BYTES:
                    raise MalformedAnswerError("a head of more than 64 KiB")
                return None
            head = self._data[:end].decode("latin-1")
            del self._data[: end + 4]
            answer = _head(head)
            if answer.status >= 200:  # one of 1xx announces another
                self._begin_body(answer)
        is_whole = self._chunks() if self._is_chunked else self._plain()
        if is_whole and self._data:
            raise MalformedAnswerError("more than was asked for")
        return self._answer if is_whole else None

    def end(self) -> Answer | None:
        """Return the answer if it is whole now that the connection has ended."""
        return self._answer if self._left == _TO_THE_END else None

    def _begin_body(self, answer: Answer) -> None:
        self._answer = answer
        length = answer.headers.get("content-length")
        if answer.status in _NO_BODY:
            return
        if answer.headers.get("transfer-encoding", "").lower().endswith("chunked"):
            self._is_chunked = True
        elif length is None:
            self._left = _TO_THE_END
        elif length.isascii() and length.isdigit():
            self._left = int(length)
        else:
            raise MalformedAnswerError(f"content-length: {length!r}")

    def _plain(self) -> bool:
        if self._left == _TO_THE_END:
            self._data.clear()
            return False
        taken = min(self._left, len(self._data))
        del self._data[:taken]
        self._left -= taken
        return self._left == 0

    def _chunks(self) -> bool:
        while True:
            if self._left:
                taken = min(self._left, len(self._data))
                del self._data[:taken]
                self._left -= taken
                if self._left:
                    return False
            end = self._data.find(b"\r\n")
            if end < 0:
                return False
            try:
                size = int(self._data[:end].partition(b";")[0], 16)
            except ValueError as error:
                raise MalformedAnswerError("a chunk without a size") from error
            if size == 0:
                return self._trailers(end)
            del self._data[: end + 2]
            self._left = size + 2  # and the line's end behind it

    def _trailers(self, end: int) -> bool:
        """Skip the trailers behind the last chunk, whose line ends at `end`; are they whole?"""
        last = self._data.find(b"\r\n\r\n", end)
        if last < 0:
            return False
        del self._data[: last + 4]
        return True


def _head(text: str) -> Answer:
    line, *lines = text.split("\r\n")
    version, _, rest = line.partition(" ")
    code = rest[:3]
    if version not in ("HTTP/1.1", "HTTP/1.0") or not (code.isascii() and code.isdigit()):
        raise MalformedAnswerError(f"{line[:80]!r} is no status line")
    headers = {}
    for each in lines:
        name, _, value = each.partition(":")
        headers[name.lower()] = value.strip()
    said = headers.get("connection", "").lower()
    keeps_open = said == "keep-alive" if version == "HTTP/1.0" else said != "close"
    has_end = "content-length" in headers or "transfer-encoding" in headers or int(code) in _NO_BODY
    return Answer(int(code), headers, keeps_open and has_end)
