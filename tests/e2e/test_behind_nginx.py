"""Behind a real nginx, as it comes and as deploy/ says: a camplane, and an old server behind it."""

import contextlib
import hashlib
import itertools
import json
import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from gateway.proxy import web_routes
from tests import nginx
from tests.e2e import old_app
from tests.e2e.command_line import Up, ending, until

# Clients of this address; nginx, camplane and the old server have another one.
CLIENT = "127.0.0.9"
CAMERA = "/api/v1/cameras/gate"
# Far longer than a line takes, far shorter than a buffer takes to fill.
SECONDS = 5.0


@dataclass(frozen=True)
class Site:
    """An old server, camplane before it and nginx before that."""

    camplane: Up
    doors: nginx.Doors


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    nginx.program("nginx", "nginx-light")
    folder = tmp_path_factory.mktemp("nginx")
    with contextlib.ExitStack() as stack:
        old = stack.enter_context(old_app.served())
        # As deploy/README.md tells: the name by which nginx asks.
        settings = f"legacy: {{http: {old}}}\ngateway: {{hosts: [cameras.example.com]}}\n"
        (folder / "camplane.yaml").write_text(settings)
        start = stack.enter_context(ending(folder))
        camplane = start("--config", "camplane.yaml", USE_DOMAIN_SERVICE_CAMERA="true")
        camera = {"id": "gate", "name": "Gate", "source": "rtsp://127.0.0.1:1/x"}
        camplane.ask("POST", "/api/v1/cameras", json=camera)
        gateway = urlsplit(camplane.url).netloc
        yield Site(camplane, stack.enter_context(nginx.before(gateway, folder)))


@pytest.fixture(scope="module", params=["plain", "kept", "tls"])
def client(site: Site, request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    """A client of each door: HTTP/1.0 to camplane, kept connections, and TLS before these."""
    transport = httpx.HTTPTransport(local_address=CLIENT, verify=site.doors.trust)
    url = getattr(site.doors, request.param)
    with httpx.Client(base_url=url, transport=transport, timeout=20) as client:
        yield client


def test_cameras_are_read_and_written(client: httpx.Client) -> None:
    camera = {"id": "door", "name": "门", "source": "rtsp://127.0.0.1:1/x"}
    made = client.post("/api/v1/cameras", json=camera)
    assert (made.status_code, made.headers["x-camplane-path"]) == (200, "domain")
    assert client.put("/api/v1/cameras/door", json={"name": "Door"}).status_code == 200
    assert client.get("/api/v1/cameras/door").json()["name"] == "Door"
    assert client.delete("/api/v1/cameras/door").status_code == 200
    gone = client.get("/api/v1/cameras/door")
    assert (gone.status_code, gone.json()["detail"]) == (404, "Camera not found")


def test_the_old_server_has_its_share(client: httpx.Client) -> None:
    rule = {"name": "人群", "conditions": {"threshold": 5}}
    made = client.post("/api/v1/alerts/rules", json=rule)
    assert made.json() == {"ok": True, "id": 7, "written": rule}
    assert client.get("/nothing/of/anybody").json() == {"detail": "Not Found"}


@pytest.mark.parametrize("path", ["/ui", "/api/v1/cameras", "/old/client"])
def test_a_redirect_leads_to_where_the_client_came_from(client: httpx.Client, path: str) -> None:
    """Over TLS where it came by TLS: of the gateway's own and of the old server's."""
    answer = client.get(f"{path}/?a=%2F", follow_redirects=True)
    assert [one.status_code for one in (*answer.history, answer)] == [307, 200]
    assert str(answer.url) == f"{str(client.base_url).rstrip('/')}{path}?a=%2F"


def test_the_old_server_knows_the_client(site: Site, client: httpx.Client) -> None:
    """As it would from nginx alone; nginx as it comes tells it nothing."""
    told = client.get("/old/client").json()
    scheme = client.base_url.scheme
    if str(client.base_url).startswith(site.doors.plain):
        assert told["forwarded"] == {"x-forwarded-proto": "http"}
    else:
        forwarded = {"x-forwarded-for": CLIENT, "x-forwarded-proto": scheme}
        assert told == {"scheme": scheme, "client": CLIENT, "forwarded": forwarded}


def test_the_page_and_its_files_are_there(client: httpx.Client) -> None:
    for file in web_routes.files():
        path = "/ui" if file.name == "index.html" else f"/ui/{file.name}"
        assert client.get(path).content == file.read_bytes(), path


@contextlib.contextmanager
def events(client: httpx.Client, path: str, cache_control: str) -> Iterator[Iterator[str]]:
    """Give the events of a stream, each of which must come by itself within SECONDS."""
    timeout = httpx.Timeout(20, read=SECONDS)
    with client.stream("GET", path, timeout=timeout) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers.get_list("cache-control") == [cache_control]
        lines = answer.iter_lines()
        yield (line.removeprefix("data: ") for line in lines if line.startswith("data: "))


@pytest.mark.parametrize("path", ["/api/v1/monitoring/stream", "/api/v1/rollouts/stream"])
def test_figures_come_every_second(client: httpx.Client, path: str) -> None:
    with events(client, path, "no-cache") as told:
        assert all(json.loads(one) for one in itertools.islice(told, 2))


def test_lines_of_a_log_come_as_they_are_written(site: Site, client: httpx.Client) -> None:
    log = site.camplane.data / "logs" / "detect_gate.log"
    with events(client, f"{CAMERA}/logs/stream?lines=0", "no-cache") as told:
        for number in range(3):
            with log.open("a") as file:
                file.write(f"line {number}\n")
            assert next(told) == f"line {number}"


def test_events_of_the_old_server_come_as_it_sends_them(client: httpx.Client) -> None:
    name = f"events-{client.base_url.port}"
    with events(client, f"/old/events/{name}", old_app.OLD_STREAM["cache-control"]) as told:
        assert next(told) == "open"
        for word in ("one", "two"):
            ring(client, name, word)
            assert next(told) == word


def test_a_long_poll_is_answered_when_there_is_something(client: httpx.Client) -> None:
    name = f"poll-{client.base_url.port}"
    with ThreadPoolExecutor() as pool:
        polled = pool.submit(client.get, f"/old/poll/{name}")
        ring(client, name, "now")
        assert polled.result().json() == {"heard": "now"}


def ring(client: httpx.Client, name: str, word: str) -> None:
    """Ring as soon as somebody waits by this name."""
    until(lambda: client.post(f"/old/bells/{name}/{word}").json()["heard"], SECONDS)


@pytest.mark.parametrize("chunked", [False, True])
def test_an_upload_arrives_whole(client: httpx.Client, chunked: bool) -> None:
    data = bytes(range(256)) * (3 << 12)
    parts = (data[at : at + 70_000] for at in range(0, len(data), 70_000))
    received = client.post("/old/upload", content=parts if chunked else data).json()
    assert received == {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def test_an_offer_of_http_2_is_declined_and_the_request_answered(client: httpx.Client) -> None:
    """Some programs make it with every first request."""
    offer = {
        "connection": "Upgrade, HTTP2-Settings",
        "upgrade": "h2c",
        "http2-settings": "AAMAAABkAAQAAP__",
    }
    assert client.get("/api/v1/cameras/gate", headers=offer).json()["id"] == "gate"


@pytest.mark.parametrize("door", ["plain", "kept"])
def test_a_load_balancer_without_a_host_learns_the_health(site: Site, door: str) -> None:
    address = urlsplit(getattr(site.doors, door))
    with socket.create_connection((address.hostname, address.port), timeout=10) as balancer:
        balancer.sendall(b"GET /api/v1/monitoring/health HTTP/1.0\r\n\r\n")
        answer = b"".join(iter(lambda: balancer.recv(65536), b""))
    assert answer.split()[1] == b"200", answer


def talking(site: Site, door: str) -> Any:
    url = getattr(site.doors, door).replace("http", "ws", 1)
    trust: ssl.SSLContext | None = site.doors.trust if door == "tls" else None
    return connect(f"{url}/old/socket", ssl=trust, proxy=None)


@pytest.mark.parametrize("door", ["kept", "tls"])
def test_a_websocket_is_held_with_the_old_server(site: Site, door: str) -> None:
    with talking(site, door) as ws:
        for word in ("门", "x" * 200_000):
            ws.send(word)
            assert ws.recv(SECONDS) == f"heard {word}"
        ws.send("enough")
        with pytest.raises(ConnectionClosed) as closed:
            ws.recv(SECONDS)
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4001, "as you like")


def test_nginx_as_it_comes_takes_no_websocket(site: Site) -> None:
    """It asks in HTTP/1.0 and leaves the upgrade out, so the old server knows no such page."""
    with pytest.raises(InvalidStatus) as refused:
        talking(site, "plain")
    assert refused.value.response.status_code == 404
