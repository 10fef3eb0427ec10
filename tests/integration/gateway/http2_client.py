"""A client of HTTP/2 that sends the frames it is told to, and no others."""

import socket
import struct
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Self

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RESET, SETTINGS, PING, GOAWAY = 0, 1, 3, 4, 6, 7
END_STREAM, END_HEADERS = 1, 4
CANCEL = 8


class Http2Client:
    """One connection to the gateway; its streams are numbered as HTTP/2 has it."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self._socket.sendall(PREFACE + frame(SETTINGS))
        self._next = 1
        self._read = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.close()

    def send(self, frames: bytes) -> None:
        """Send these bytes as they are."""
        self._socket.sendall(frames)

    def get(self, path: str) -> int:
        """Ask for a path; return the stream's number."""
        number, self._next = self._next, self._next + 2
        fields = {":method": "GET", ":scheme": "http", ":authority": "localhost", ":path": path}
        self.send(frame(HEADERS, END_STREAM | END_HEADERS, number, block(fields)))
        return number

    def get_and_take_back(self, path: str, times: int) -> None:
        """Ask so often at once and, when the gateway has begun with all, take each back."""
        asked = [self.get(path) for _ in range(times)]
        self.ping()
        taken = [frame(RESET, 0, number, struct.pack(">I", CANCEL)) for number in asked]
        self.send(b"".join(taken))

    def until_data(self, number: int) -> None:
        """Return when the stream has sent something more; fails when it or all ends."""
        for kind, flags, stream, _ in self.frames():
            assert kind != GOAWAY, "the connection is being closed"
            assert (kind, stream) != (RESET, number), "the stream was reset"
            if (kind, stream) == (DATA, number):
                assert not flags & END_STREAM, "the stream ended"
                return
        raise ConnectionError("closed by the gateway")

    def ping(self) -> None:
        """Return when everything sent so far was read; ConnectionError when it never will be."""
        self.send(frame(PING, payload=b"8 octets"))
        if all(kind != PING for kind, _, _, _ in self.frames()):
            raise ConnectionError("closed by the gateway")

    def frames(self) -> Iterator[tuple[int, int, int, bytes]]:
        """Yield what comes, as kind, flags, stream and payload, until the connection ends."""
        while (head := self._take(9)) is not None:
            length = int.from_bytes(head[:3], "big")
            payload = self._take(length)
            if payload is None:
                return
            yield head[3], head[4], int.from_bytes(head[5:], "big") & 0x7FFFFFFF, payload

    def _take(self, length: int) -> bytes | None:
        while len(self._read) < length:
            try:
                piece = self._socket.recv(65536)
            except ConnectionError:
                return None
            if not piece:
                return None
            self._read += piece
        found, self._read = self._read[:length], self._read[length:]
        return found


def frame(kind: int, flags: int = 0, stream: int = 0, payload: bytes = b"") -> bytes:
    """Return one frame."""
    head = len(payload).to_bytes(3, "big") + bytes([kind, flags]) + struct.pack(">I", stream)
    return head + payload


def block(fields: Mapping[str, str]) -> bytes:
    """Return headers as HPACK has them: literal, in no table, each text below 127 bytes."""
    texts = (text.encode() for field in fields.items() for text in field)
    encoded = [bytes([len(text)]) + text for text in texts]
    return b"".join(
        b"\0" + name + value for name, value in zip(encoded[::2], encoded[1::2], strict=True)
    )
