"""A real Chromium, for the tests of the page at /ui."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, sync_playwright

CHROMIUM = shutil.which("chromium")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# What ends beyond the right edge, but for what its own box scrolls or hides.
WIDER_THAN_THE_PAGE = """[...document.querySelectorAll("main *")]
    .filter((node) => !node.closest(".scroll, .hidden, thead"))
    .filter((node) => node.getBoundingClientRect().right > innerWidth)
    .map((node) => `${node.tagName} ${node.className} ${node.textContent}`)"""

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")


class Visit:
    """A page, and what the browser had to say against it."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.complaints: list[str] = []
        page.on("console", lambda message: self._heard(message))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def go(self, hash_: str = "") -> Page:
        """Load the page at this place."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.url}/ui{hash_}")
        return self.page

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.text} {message.location['url']}")


@contextlib.contextmanager
def launched(*flags: str) -> Iterator[Callable[..., BrowserContext]]:
    """Give new browser contexts, such as one of a phone, of one Chromium."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as profile:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*FLAGS, *flags], env={**os.environ, "HOME": profile}
        )
        yield browser.new_context
        browser.close()
