"""The page, given answers in every shape that the API may have; no camplane runs."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from gateway.proxy import web_routes
from tests.e2e import shapes
from tests.e2e.browser import needs_chromium

ADDRESS = "http://camplane.test"
FILES = {file.name: file for file in web_routes.files()}
API = "/api/v1/"
STREAMS = ("monitoring/stream", "rollouts/stream")
PATHS = sorted(shapes.DOCUMENT["paths"], key=lambda path: path.count("{"))
PLACES = (
    "",
    "#rpc=CameraRestService/ListCameras",
    "#rollout",
    "#traces",
    "#cameras",
    "#alerts",
)

pytestmark = needs_chromium


@pytest.fixture
def page(contexts: Callable[..., BrowserContext]) -> Iterator[Page]:
    context = contexts(locale="en-US")
    yield context.new_page()
    context.close()


def served(page: Page, answer: Callable[[str, str], Any]) -> list[str]:
    """Answer all that the page asks; return what the browser holds against it, as it comes."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(f"{error}\n{error.stack}"))
    page.on(
        "console",
        lambda said: complaints.append(said.text) if said.type == "error" else None,
    )

    def handle(route: Route) -> None:
        path = route.request.url.removeprefix(ADDRESS).partition("?")[0]
        if path.startswith(API):
            document = json.dumps(answer(path, route.request.method.lower()))
            if path.removeprefix(API) in STREAMS:
                route.fulfill(content_type="text/event-stream", body=f"data: {document}\n\n")
            else:
                route.fulfill(content_type="application/json", body=document)
            return
        file = FILES.get(path.removeprefix("/ui/")) or FILES["index.html"]
        route.fulfill(content_type=web_routes.CONTENT_TYPES[file.suffix], path=file)

    page.route("**/*", handle)
    return complaints


def operation(path: str) -> str:
    """Return the path of the OpenAPI document that a request's path is of."""
    return next(one for one in PATHS if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", one), path))


@pytest.mark.parametrize("seed", range(6))
def test_every_section_is_drawn_whatever_figures_the_api_sends(page: Page, seed: int) -> None:
    """Fields that may be missing, lists that may be empty, counts of nothing."""
    complaints = served(page, lambda path, method: shapes.answer(operation(path), method, seed))
    for place in PLACES:
        page.goto("about:blank")
        page.goto(f"{ADDRESS}/ui{place}")
        expect(page.locator("#alarm")).to_be_attached()
        page.wait_for_load_state("networkidle")
        assert complaints == [], place
        expect(page.locator("main [role=status].warning")).to_have_count(0)


def test_a_section_that_cannot_be_drawn_says_so_and_the_others_are_there(page: Page) -> None:
    """A figure that the document does not allow, as from a gateway of another release."""

    def answer(path: str, method: str) -> Any:
        told = shapes.answer(operation(path), method, 3)
        if path.endswith("/comparison"):
            for context in told["contexts"]:
                context["rpcs"] = [{"rpc": None}]
        return told

    complaints = served(page, answer)
    page.goto(f"{ADDRESS}/ui")
    expect(page.locator("#rpcs")).to_contain_text("This part cannot be shown")
    expect(page.get_by_role("article", name="Cameras")).to_be_visible()
    expect(page.get_by_role("article", name="Alert rules")).to_be_visible()
    assert all("null" in one or "undefined" in one for one in complaints), complaints
    page.get_by_role("link", name="Rollout", exact=True).first.click()
    expect(page.locator("#rollouts article")).to_have_count(2)


def test_a_card_says_one_thing_about_a_rollout_that_is_over_or_was_taken_back(page: Page) -> None:
    """No verdict where nothing is left to compare with, and no step that an abort has left."""
    phases = {"camera": "completed", "alert": "aborted"}

    def answer(path: str, method: str) -> Any:
        told = shapes.answer(operation(path), method, 5)
        for rollout in told.get("rollouts", ()):
            rollout["phase"] = phases[rollout["context"]]
            rollout["steps"] = [
                {"weight": 50, "gate": False, "min_dwell_seconds": 60, "min_requests": 9}
                | {"state": "current"}
            ]
        for context in told.get("contexts", ()) if "monitoring" in path else ():
            context["verdict"] = "unknown"
        return told

    complaints = served(page, answer)
    page.goto(f"{ADDRESS}/ui")
    over = page.locator("#overview").get_by_role("article", name="Cameras")
    expect(over).to_contain_text("nothing to compare with")
    expect(over.locator(".new-path")).to_have_count(0)
    under_way = page.locator("#overview").get_by_role("article", name="Alert rules")
    expect(under_way.locator(".new-path")).to_have_count(1)
    page.goto(f"{ADDRESS}/ui#rollout")
    articles = page.locator("#rollouts article")
    expect(articles).to_have_count(2)
    expect(articles.first).to_contain_text("Cameras")
    expect(articles.last.locator(".step.ahead")).to_have_count(1)
    expect(articles.last.locator("[aria-current]")).to_have_count(0)
    assert complaints == []
