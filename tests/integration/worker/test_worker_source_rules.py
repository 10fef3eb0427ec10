"""A source leads the worker nowhere that its rules do not allow, whatever it says on the way."""

import contextlib
import http.server
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import pytest

from camera_service.worker.source_rules import ALLOW, DENY, ROOTS, SCHEMES
from gateway.demo import footage
from tests.integration.worker.asking import preview
from tests.integration.worker.datagram_server import DatagramServer

HLS = "application/vnd.apple.mpegurl"


def _playlist(segment: str) -> bytes:
    lines = ("#EXTM3U", "#EXT-X-TARGETDURATION:10", "#EXTINF:10,", segment, "#EXT-X-ENDLIST")
    return "\n".join(lines).encode()


class Site:
    """A real HTTP server on every address of this machine, and what was asked of it by path."""

    def __init__(self, segment: bytes) -> None:
        self.asked: list[str] = []
        self.answers: dict[str, tuple[int, str, bytes]] = {"/a.ts": (200, "video/mp2t", segment)}
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                status, said, body = site.answers[self.path]
                self.send_response(status)
                self.send_header("Location" if status == 302 else "Content-Type", said)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                with contextlib.suppress(ConnectionError):
                    self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        # The same server at a second address of this machine.
        self._other = http.server.ThreadingHTTPServer(("127.0.0.2", 0), Handler)
        for server in (self._server, self._other):
            threading.Thread(target=server.serve_forever, daemon=True).start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self._server.server_port}{path}"

    def elsewhere(self, path: str) -> str:
        return f"http://127.0.0.2:{self._other.server_port}{path}"

    def close(self) -> None:
        for server in (self._server, self._other):
            server.shutdown()
            server.server_close()


@pytest.fixture(scope="module")
def segment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A piece of film as playlists have them, which lies on this machine's disk, too."""
    path = tmp_path_factory.mktemp("segments") / "a.ts"
    with av.open(str(footage.driver())) as film, av.open(str(path), "w", "mpegts") as copy:
        stream = copy.add_stream_from_template(film.streams.video[0])
        for packet in film.demux(video=0):
            if packet.size:
                packet.stream = stream
                copy.mux(packet)
    return path


@pytest.fixture
def site(segment: Path) -> Iterator[Site]:
    site = Site(segment.read_bytes())
    yield site
    site.close()


def test_a_playlist_leads_to_what_the_rules_allow_alone(site: Site, segment: Path) -> None:
    """The same film is read by HTTP, and not from the disk, a bare socket or a denied address."""
    lists = {
        "/good.m3u8": site.url("/a.ts"),
        "/file.m3u8": f"file://{segment}",
        "/path.m3u8": str(segment),
        "/tcp.m3u8": site.url("/a.ts").replace("http", "tcp"),
        "/far.m3u8": site.elsewhere("/a.ts"),
    }
    for path, leads_to in lists.items():
        site.answers[path] = 200, HLS, _playlist(leads_to)
    site.answers["/list.txt"] = 200, "text/plain", f"ffconcat version 1.0\nfile {segment}".encode()
    codes = {path: preview(site.url(path), **{DENY: "127.0.0.2"}).returncode for path in lists}
    assert codes == {path: 0 if path == "/good.m3u8" else 3 for path in lists}
    assert site.asked.count("/a.ts") == 1
    assert preview(site.url("/list.txt")).returncode == 3


def test_a_redirect_to_a_denied_address_is_refused_when_it_is_followed(site: Site) -> None:
    """Nothing is sent there, and the sentence names the address and the setting."""
    site.answers |= {
        "/near": (302, site.url("/a.ts"), b""),
        "/far": (302, site.elsewhere("/a.ts"), b""),
    }
    assert preview(site.url("/near"), **{DENY: "127.0.0.2"}).returncode == 0
    done = preview(site.url("/far"), **{DENY: "127.0.0.2"})
    assert done.returncode == 3
    assert b"127.0.0.2 is not to be connected to; cameras.networks" in done.stderr
    assert site.asked == ["/near", "/a.ts", "/far"]


def test_a_name_is_checked_by_what_it_means(silent: Any) -> None:
    """The text of the source is harmless; what the resolver makes of it is not."""
    name = socket.gethostname()
    meant = {info[4][0] for info in socket.getaddrinfo(name, None)}
    done = preview(f"rtsp://{name}:{silent.port}/1", **{DENY: ",".join(map(str, meant))})
    assert done.returncode == 3
    assert b"cameras.networks" in done.stderr
    assert silent.connections == 0


def test_a_worker_says_why_it_does_not_read(start_worker: Callable[..., Any], site: Site) -> None:
    """It goes on, since the rule or the redirect may change, and its report has the reason."""
    site.answers["/far"] = 302, site.elsewhere("/a.ts"), b""
    worker = start_worker(site.url("/far"), env={ALLOW: "127.0.0.1"})
    report = worker.wait_for_state("source_failed")
    assert "127.0.0.2 is not to be connected to" in report["message"]
    assert "/a.ts" not in site.asked
    assert "127.0.0.2 is not to be connected to" in worker.log


@pytest.mark.parametrize(
    ("scheme", "entry", "allowed", "sent"),
    [
        ("rtsp", {}, {}, False),
        ("rtspu", {}, {}, False),
        ("rtsp", {"rtsp_transport": "udp"}, {}, False),
        ("rtspu", {}, {SCHEMES: "rtsp,rtspu"}, True),
        ("rtsp", {"rtsp_transport": "udp"}, {SCHEMES: "rtsp,rtspu"}, True),
    ],
)
def test_a_server_has_datagrams_sent_elsewhere_only_where_that_is_allowed(
    scheme: str, entry: dict[str, Any], allowed: dict[str, str], sent: bool
) -> None:
    """Its answer names the address, and the networks' rule is not asked: so not by default."""
    with DatagramServer() as server:
        done = preview(f"{scheme}://{server.address}/1", entry, **{DENY: "127.0.0.2"}, **allowed)
        assert done.returncode == 3
        assert server.received.wait(5 if sent else 0) is sent
        refused = scheme == "rtspu" or bool(entry)
        assert (b"cameras.schemes" in done.stderr) is (refused and not sent), done.stderr


def test_files_lie_below_roots_when_they_are_opened(tmp_path: Path, segment: Path) -> None:
    """A link, and a playlist on the disk, lead nowhere else."""
    root = tmp_path / "videos"
    root.mkdir()
    (root / "here.ts").write_bytes(segment.read_bytes())
    (root / "link.ts").symlink_to(segment)
    (root / "good.m3u8").write_bytes(_playlist("here.ts"))
    (root / "link.m3u8").write_bytes(_playlist("link.ts"))
    (root / "out.m3u8").write_bytes(_playlist(f"file://{segment}"))
    names = [path.name for path in root.iterdir()]
    codes = {name: preview(str(root / name), **{ROOTS: str(root)}).returncode for name in names}
    assert codes == {name: 0 if name in ("here.ts", "good.m3u8") else 3 for name in names}
    for name in ("link.m3u8", "out.m3u8"):
        assert preview(str(root / name)).returncode == 0, "without roots files lie anywhere"
