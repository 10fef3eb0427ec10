"""What a page of another site can do in its reader's browser, a real Chromium."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Page

from tests.e2e.browser import launched, needs_chromium
from tests.e2e.command_line import Up

# Names that resolve to this machine in the browser, as those of any site may.
SITE = "site.example"
CAMERA = '{"id": "intruder", "name": "n", "source": "rtsp://h/1"}'
# What each page tries: method, path, body as a JavaScript expression.
WRITES = {
    "a body without a type": ("POST", "/api/v1/cameras", f"new Blob([{CAMERA!r}])"),
    "a text": ("POST", "/api/v1/cameras", f"{CAMERA!r}"),
    "no body": ("POST", "/api/v1/cameras/refresh", "undefined"),
    "a form": ("POST", "/api/v1/rollouts/camera/pause", "new URLSearchParams({author: 'x'})"),
    "a rollout": (
        *("POST", "/api/v1/rollouts/camera/abort"),
        """new Blob(['{"author": "x", "reason": "x"}'])""",
    ),
}


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """Give the URL of a page of another site."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"<!doctype html><title>site</title>"
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://{SITE}:{server.server_address[1]}/"
        server.shutdown()


@pytest.fixture(scope="module")
def page(site: str) -> Iterator[Page]:
    with launched(f"--host-resolver-rules=MAP {SITE} 127.0.0.1") as new_context:
        page = new_context().new_page()
        page.goto(site)
        yield page


@pytest.fixture
def gateway(opened: Up) -> str:
    """Give the gateway's URL on loopback."""
    return f"http://127.0.0.1:{urlsplit(opened.url).port}"


@needs_chromium
@pytest.mark.parametrize("write", WRITES)
def test_a_page_of_another_site_changes_nothing(page: Page, gateway: str, write: str) -> None:
    """It cannot read the answer, and what it asks for is not done."""
    method, path, body = WRITES[write]
    with page.expect_response(f"{gateway}{path}") as answered:
        page.evaluate(
            f"fetch('{gateway}{path}', {{method: '{method}', mode: 'no-cors', body: {body}}})"
        )
    assert answered.value.status == 403
    assert httpx.get(f"{gateway}/api/v1/cameras", trust_env=False).json() == {"cameras": []}


@needs_chromium
def test_a_name_that_leads_here_reads_nothing(page: Page, site: str, gateway: str) -> None:
    """A site whose name resolves to this machine is of one origin with the gateway's port."""
    rebound = f"http://{SITE}:{urlsplit(gateway).port}"
    for path in ("/api/v1/cameras", "/ui", "/metrics", "/api/v1/rollouts"):
        answer = page.goto(f"{rebound}{path}")
        assert answer is not None
        assert answer.status == 421
    assert "gateway.hosts" in page.content()
    page.goto(site)


@needs_chromium
def test_the_gateways_own_page_may_write(page: Page, site: str, gateway: str) -> None:
    """Of the same origin, a write does what it says."""
    page.goto(f"{gateway}/ui")
    asked = f"fetch('{gateway}/api/v1/cameras/refresh', {{method: 'POST'}}).then((a) => a.status)"
    assert page.evaluate(asked) == 200
    page.goto(site)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"origin": "http://localhost:3000"}, 200),
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"origin": "https://site.example"}, 403),
        ({"origin": "http://127.0.0.1.site.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"origin": "", "sec-fetch-site": "cross-site"}, 403),
        ({"host": "site.example"}, 421),
        ({"host": "localhost.site.example"}, 421),
        ({"host": "LOCALHOST:1"}, 200),
        ({"host": "[::1]:80"}, 200),
        ({"host": "10.0.0.7"}, 200),
    ],
)
def test_programs_notice_nothing_and_each_refusal_is_a_sentence(
    gateway: str, headers: dict[str, str], status: int
) -> None:
    """Who names no origin is no browser; whose name is none of ours is told which setting."""
    answer = httpx.post(f"{gateway}/api/v1/cameras/refresh", headers=headers, trust_env=False)
    assert answer.status_code == status
    if status != 200:
        assert "camplane.yaml" in answer.json()["detail"]


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded"])
@pytest.mark.parametrize("path", ["/rollouts/camera/pause", "/monitoring/consistency/repair"])
def test_a_body_of_another_type_than_json_is_refused(
    gateway: str, path: str, content_type: str
) -> None:
    """Rollouts and repairs are no different from cameras in this."""
    answer = httpx.post(
        f"{gateway}/api/v1{path}",
        content="{}",
        headers={"content-type": content_type},
        trust_env=False,
    )
    assert answer.status_code == 400
    assert answer.json()["detail"] == "Content-Type must be application/json"
