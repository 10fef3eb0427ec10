"""The page with access on: who logs in sees who it is, and is offered what the roles allow."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import Visit, launched, needs_chromium
from tests.e2e.command_line import ending
from tests.security.guarded import Guarded

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder: Path = tmp_path_factory.mktemp("page")
    configuration = folder / "camplane.yaml"
    configuration.write_text("access: {mode: on}\n")
    with ending(folder) as start:
        yield Guarded(start("--config", str(configuration)))


def logged_in(page: Page, token: str) -> None:
    page.get_by_label("Token").fill(token)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("button", name="Log out")).to_be_visible()


def test_one_is_offered_what_ones_roles_allow_and_nothing_else(guarded: Guarded) -> None:
    """A viewer sees how a rollout is and no button that would be refused; a releaser has them."""
    url = f"http://127.0.0.1:{guarded.port}"
    with launched() as new_context:
        for role, may in (("viewer", False), ("releaser", True), ("admin", True)):
            page = Visit(new_context(locale="en-US").new_page(), url).go("#rollout")
            logged_in(page, guarded.token(role))
            page.goto(f"{url}/ui#rollout")
            expect(page.get_by_text(f"a {role}: {role}")).to_be_visible()
            heading = page.get_by_role("heading", name="Cameras").first
            expect(heading).to_be_visible()
            expect(page.get_by_text("0 %").first).to_be_visible()
            offered = page.get_by_role("button", name="Start …")
            if may:
                expect(offered.first).to_be_visible()
            else:
                expect(offered).to_have_count(0)
            page.context.close()
