"""What HTTP servers answer where a camera was expected, and how that is told."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import av
import numpy as np
import pytest

PAGE = b"<html><body>Please log in</body></html>" * 20


def picture() -> bytes:
    codec = av.CodecContext.create("mjpeg", "w")
    codec.width, codec.height, codec.pix_fmt, codec.framerate = 64, 48, "yuvj420p", 1
    frame = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24")
    found = codec.encode(frame.reformat(format="yuvj420p")) + codec.encode(None)
    return b"".join(bytes(packet) for packet in found)


class Server(ThreadingHTTPServer):
    """Counts what is asked of it."""

    daemon_threads = True
    asked = 0

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}{path}"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    still = picture()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.server.asked += 1  # type: ignore[attr-defined]
            body = still if self.path == "/still.jpg" else PAGE
            self.send_response(200)
            self.send_header("content-type", "image/jpeg" if body is still else "text/html")
            if self.path != "/page":
                self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            pass

    made = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


@pytest.mark.camera("A web page comes where video was expected", "decode", "not video")
@pytest.mark.parametrize("path", ["/page", "/page-with-its-length"])
def test_a_page_is_not_video_however_it_ends(start_worker: Any, server: Server, path: str) -> None:
    """Somebody answered, so it is not told as if nobody had."""
    failed = start_worker(server.url(path)).wait_for_state("source_failed", 20)
    assert failed["cause"] == "decode"
    assert "not video" in failed["message"]


@pytest.mark.camera("Its URL is one picture", "streaming")
def test_a_picture_that_stands_still_is_asked_for_again_and_again(
    start_worker: Any, server: Server
) -> None:
    """One picture a request is how some cameras are read: its end is no failure."""
    worker = start_worker(server.url("/still.jpg"))
    seen = worker.wait_for(lambda report: report["total_frames"] >= 3, 20)
    assert (seen["state"], seen["width"], seen["height"]) == ("streaming", 64, 48)
    assert "source failed" not in worker.log


@pytest.mark.camera(
    "The password in its URL has a raw `/`, `?` or `#`",
    "refused",
    "in a password / ? and # are written %2F %3F and %23",
)
@pytest.mark.parametrize("password", ["p/w", "p?w", "p#w"])
def test_a_password_that_is_not_percent_encoded_is_named_and_not_shown(
    start_worker: Any, password: str
) -> None:
    worker = start_worker(f"rtsp://viewer:{password}-s3cr3t@127.0.0.1:9/1")
    failed = worker.wait_for_state("source_failed", 20)
    assert "in a password / ? and # are written %2F %3F and %23" in failed["message"]
    assert "s3cr3t" not in worker.log + str(failed)
