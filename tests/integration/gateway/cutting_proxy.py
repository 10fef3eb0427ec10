"""A proxy before a gRPC service that loses chosen answers: made by the service, sent to nobody."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

# https://www.rfc-editor.org/rfc/rfc9113#name-frame-format
PREFACE = len(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
HEADER = 9
DATA, HEADERS = 0, 1


@dataclass
class CuttingProxy:
    """Passes HTTP/2 through, frame by frame, from one Unix socket to another.

    cut: the bytes by whose presence in a request its answer is lost: when its
    headers come from the service, `before_cut` is called and the connection
    ends. seen: set when such a request is passed to the service.
    """

    path: Path
    target: str
    cut: bytes = b""
    before_cut: Callable[[], None] = lambda: None
    seen: threading.Event = field(default_factory=threading.Event)
    cuts: int = 0

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Listen within the block."""
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(self.path))
            listening.listen()
            threading.Thread(target=self._accept, args=(listening,), daemon=True).start()
            try:
                yield
            finally:
                listening.shutdown(socket.SHUT_RDWR)

    @contextlib.contextmanager
    def cutting(self, cut: bytes, before_cut: Callable[[], None] = lambda: None) -> Iterator[None]:
        """Lose the answers of requests that hold these bytes within the block."""
        self.cut, self.before_cut = cut, before_cut
        self.seen.clear()
        self.cuts = 0
        try:
            yield
        finally:
            self.cut = b""

    def _accept(self, listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listening.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        service = socket.socket(socket.AF_UNIX)
        chosen: set[bytes] = set()
        with client, service, contextlib.suppress(OSError):
            service.connect(self.target)
            back = threading.Thread(target=self._back, args=(service, client, chosen), daemon=True)
            back.start()
            for kind, stream, raw, payload in _frames(client, PREFACE):
                if kind == DATA and self.cut and self.cut in payload:
                    chosen.add(stream)
                service.sendall(raw)
                if stream in chosen:
                    self.seen.set()

    def _back(self, service: socket.socket, client: socket.socket, chosen: set[bytes]) -> None:
        with contextlib.suppress(OSError):
            for kind, stream, raw, _ in _frames(service, 0):
                if kind == HEADERS and stream in chosen:
                    self.cuts += 1
                    self.before_cut()
                    break
                client.sendall(raw)
        for end in (client, service):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


def _frames(source: socket.socket, preface: int) -> Iterator[tuple[int, bytes, bytes, bytes]]:
    """Yield each frame's type, stream, bytes and payload; the preface counts as a frame."""
    if preface:
        yield -1, b"", _exactly(source, preface), b""
    while True:
        header = _exactly(source, HEADER)
        payload = _exactly(source, int.from_bytes(header[:3]))
        yield header[3], header[5:], header + payload, payload


def _exactly(source: socket.socket, size: int) -> bytes:
    """Return so many bytes; OSError at the end of the stream."""
    found = b""
    while len(found) < size:
        part = source.recv(size - len(found))
        if not part:
            raise OSError("the stream has ended")
        found += part
    return found
