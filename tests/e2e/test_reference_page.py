"""The OpenAPI document and its page at /ui/api.html, on a running camplane."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gateway.proxy import web_routes
from tests.e2e.browser import WIDER_THAN_THE_PAGE, Visit, launched, needs_chromium
from tests.e2e.command_line import Up

Opened = Callable[..., Page]


@pytest.fixture(scope="module")
def document(quiet: Up) -> dict[str, Any]:
    found: dict[str, Any] = quiet.ask("GET", "/api/openapi.json")
    return found


@pytest.fixture
def opened(quiet: Up) -> Iterator[Opened]:
    """Give `opened(hash, **context options)`; afterwards, the browser must have no complaint."""
    with launched() as new_context:
        visits: list[Visit] = []

        def new(place: str = "", **options: Any) -> Page:
            visit = Visit(new_context(**{"locale": "en-US", **options}).new_page(), quiet.url)
            visits.append(visit)
            return visit.go(f"/api.html{place}")

        yield new
        for one in visits:
            assert one.complaints == []


def test_the_document_is_served_by_envoy_itself_and_read_only(quiet: Up) -> None:
    for path in ("/api/openapi.json", "/ui/openapi.json"):
        answer = quiet.http.get(path)
        assert answer.content == web_routes.OPENAPI_FILE.read_bytes()
        assert answer.headers.get_list("content-type") == ["application/json"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert quiet.http.head(path).headers["content-length"] == str(len(answer.content))
    refused = quiet.http.post("/api/openapi.json")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")
    assert quiet.http.get("/api/openapi.json/").status_code == 307
    assert quiet.http.get("/api/openapiXjson").status_code == 404


@needs_chromium
def test_every_operation_is_on_the_page_and_opens_by_its_link(
    opened: Opened, document: dict[str, Any]
) -> None:
    page = opened("#CreateCamera")
    operations = [one for path in document["paths"].values() for one in path.values()]
    expect(page.locator(".operation")).to_have_count(len(operations))
    creating = page.locator("#CreateCamera")
    expect(creating).to_have_attribute("open", "")
    expect(creating).to_contain_text("Idempotency-Key")
    expect(creating).to_contain_text("CAMERA_EXISTS")
    expect(creating.locator("pre")).to_contain_text("curl -s -X POST")
    expect(creating.locator("summary").first).to_be_focused()
    # What it refers to opens in its place.
    creating.locator(".answers details", has_text="Camera").locator("summary").first.click()
    expect(creating.locator(".answers")).to_contain_text("auto_start")


@needs_chromium
def test_operations_are_found_by_words(opened: Opened) -> None:
    page = opened()
    page.get_by_label("Find").fill("rules deleterule")
    expect(page.locator(".operation:visible")).to_have_count(1)
    expect(page.locator("#DeleteRule")).to_be_visible()
    expect(page.locator("#found")).to_have_text("Operations shown: 1")


@needs_chromium
def test_it_speaks_chinese_where_the_words_are_its_own(opened: Opened) -> None:
    page = opened("#ListTraces", locale="zh-CN")
    expect(page.get_by_label("查找")).to_be_visible()
    expect(page.locator("#ListTraces")).to_contain_text("参数")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_label("Find")).to_be_visible()
    expect(page.locator("#found")).to_have_text(re.compile(r"Operations shown: \d+"))


@needs_chromium
def test_a_phone_needs_no_scrolling_sideways_whatever_is_open(opened: Opened) -> None:
    page = opened(viewport={"width": 360, "height": 740})
    page.locator(".operation").first.wait_for()
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    expect(page.locator("#GetComparison .answers")).to_be_visible()
    wide = page.evaluate(WIDER_THAN_THE_PAGE)
    assert [one for one in wide if not one.startswith("CODE")] == []
    assert page.evaluate("document.documentElement.scrollWidth") == 360
