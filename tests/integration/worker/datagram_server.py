"""An RTSP server that has its client send datagrams to another address than its own."""

import contextlib
import socket
import socketserver
import threading
from typing import Self

HERE, ELSEWHERE = "127.0.0.1", "127.0.0.2"
_SDP = (
    "v=0\r\no=- 1 1 IN IP4 {here}\r\ns=x\r\nc=IN IP4 {here}\r\nt=0 0\r\n"
    "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:track1\r\n"
)


class DatagramServer:
    """`received` is set once a datagram came to the other address."""

    def __init__(self) -> None:
        self.received = threading.Event()
        self._elsewhere = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._elsewhere.bind((ELSEWHERE, 0))
        port = self._elsewhere.getsockname()[1]

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(OSError):
                    while asked := self._asked():
                        self.wfile.write(_answer(*asked, port).encode())

            def _asked(self) -> tuple[str, dict[str, str]] | None:
                method = self.rfile.readline().decode().partition(" ")[0]
                headers = {}
                while line := self.rfile.readline().decode().strip():
                    name, _, value = line.partition(":")
                    headers[name.lower()] = value.strip()
                return (method, headers) if method else None

        self._server = socketserver.ThreadingTCPServer((HERE, 0), Handler)
        self._server.daemon_threads = True
        self._threads = [threading.Thread(target=self._receive, daemon=True)]
        self._threads.append(threading.Thread(target=self._server.serve_forever, daemon=True))
        self.address = f"{HERE}:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        for one in self._threads:
            one.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._elsewhere.close()

    def _receive(self) -> None:
        with contextlib.suppress(OSError):
            self._elsewhere.recv(2000)
            self.received.set()


def _answer(method: str, headers: dict[str, str], port: int) -> str:
    more, body = {"Public": "DESCRIBE, SETUP, PLAY"}, ""
    if method == "DESCRIBE":
        more, body = {"Content-Type": "application/sdp"}, _SDP.format(here=HERE)
    elif method == "SETUP":
        asked = headers.get("transport", "").partition(";mode")[0]
        more = {"Transport": f"{asked};source={ELSEWHERE};server_port={port}-{port + 1}"}
    more |= {"CSeq": headers.get("cseq", ""), "Session": "1", "Content-Length": str(len(body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in more.items())
    # By then the client has sent them, and need not wait for pictures.
    status = "454 Session Not Found" if method == "PLAY" else "200 OK"
    return f"RTSP/1.0 {status}\r\n{head}\r\n{body}"
