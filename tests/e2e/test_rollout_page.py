"""The rollout on the page at /ui: moved with reasons, seen as it moves."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.browser import WIDER_THAN_THE_PAGE, Visit, needs_chromium
from tests.e2e.command_line import Up, ending

pytestmark = needs_chromium

NAME = "Li Wei"
# Steps that nothing in these tests completes; all together are more than is allowed at a time.
PLAN = """
apiVersion: camplane/v1
kind: Rollout
metadata: {name: tried-here}
spec:
  context: alert
  steps:
    - {setWeight: 10, minDwell: 1h, minRequests: 500}
    - {setWeight: 50, minDwell: 1h, minRequests: 500}
    - {setWeight: 90, minDwell: 1h, minRequests: 500}
  blastRadius: {maxWeightIncrease: 50}
"""
# Chromium says of every refused request that it was refused.
REFUSED = re.compile(r"status of 400 ")


@pytest.fixture(scope="module")
def camplane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """Give a camplane without cameras, for all tests of this file, in order."""
    with ending(tmp_path_factory.mktemp("rollout-page")) as start:
        yield start()


@pytest.fixture
def visit(camplane: Up, contexts: Callable) -> Iterator[Callable[..., Page]]:
    """Give `visit(**context options)`: the rollout's view; the browser must not complain."""
    visits: list[Visit] = []

    def new(**options: object) -> Page:
        context = contexts(**{"locale": "en-US", **options})
        visits.append(Visit(context.new_page(), camplane.url))
        page = visits[-1].go("#rollout")
        expect(page.locator("#rollouts article")).to_have_count(2)
        return page

    yield new
    for one in visits:
        one.page.context.close()
        assert [said for said in one.complaints if not REFUSED.search(said)] == []


def alert_card(page: Page) -> Locator:
    return page.get_by_role("article", name="Alert rules")


def ask(page: Page, button: str, reason: str) -> Locator:
    """Open a dialog of the alert rules' card and give a reason; returns the dialog."""
    alert_card(page).get_by_role("button", name=f"{button} …", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill(reason)
    return dialog


def do(page: Page, button: str, reason: str) -> None:
    """Ask for it and confirm it; the dialog closes."""
    ask(page, button, reason).get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def start(page: Page, camplane: Up) -> None:
    """Begin PLAN over REST, whatever the tests before left; see it run."""
    said = {"author": NAME, "reason": "for the next test"}
    camplane.ask("POST", "/api/v1/rollouts/alert/abort", json=said)
    camplane.ask("POST", "/api/v1/rollouts/alert/start", json={**said, "plan": PLAN})
    expect(alert_card(page)).to_contain_text("running")


def test_a_rollout_is_started_paused_resumed_and_aborted_each_with_a_reason(visit) -> None:
    """Each is in the log with name and reason, and the buttons are those that the phase allows."""
    page = visit()
    card = alert_card(page)
    dialog = ask(page, "Start", "")
    dialog.get_by_text("Another plan").click()
    dialog.get_by_label("The plan, YAML").fill(PLAN)
    dialog.get_by_label("Your name").fill(NAME)
    dialog.get_by_role("button", name="Start", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("Say why")
    dialog.get_by_label("Reason").fill("a first try")
    dialog.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(card).to_contain_text("running")
    expect(card).to_contain_text("10 % in force")
    steps = card.get_by_role("list", name="Steps of the plan tried-here").get_by_role("listitem")
    expect(steps).to_have_text(
        [re.compile("10 %.*current"), re.compile("50 %.*ahead"), re.compile("90 %.*ahead")]
    )
    expect(card).to_contain_text("Waits for: evidence")
    expect(card.locator(".findings")).to_contain_text("0 requests of domain")

    do(page, "Pause", "lunch")
    expect(card).to_contain_text("paused")
    expect(card.get_by_role("button", name="Pause …")).to_have_count(0)
    do(page, "Resume", "back again")
    expect(card).to_contain_text("running")
    do(page, "Abort", "enough was seen")
    expect(card).to_contain_text("0 % in force")
    expect(card.get_by_role("group")).to_have_text("Start …Set weight …")
    expect(page.locator("#phases")).to_contain_text("Alert rules: aborted, 0 % to domain.")

    log = page.get_by_role("table", name="Decisions")
    for what, reason in (
        ("started", "a first try"),
        ("paused", "lunch"),
        ("resumed", "back again"),
        ("aborted", "enough was seen"),
    ):
        row = log.get_by_role("row").filter(has_text=reason).filter(has_text=what)
        expect(row).to_contain_text(NAME)


def test_a_refusal_is_told_in_the_dialog_which_stays(visit, camplane) -> None:
    page = visit()
    start(page, camplane)
    dialog = ask(page, "Promote fully", "no patience")
    expect(dialog).to_contain_text("Goes from 10 % to 90 % now, whatever the evidence.")
    dialog.get_by_role("button", name="Promote fully", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text(
        "from 10 to 90 % is more than the 50 points that the plan allows"
    )
    dialog.get_by_label("Force").check()
    dialog.get_by_role("button", name="Promote fully", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(alert_card(page)).to_contain_text("90 % in force")


def test_a_move_from_elsewhere_is_seen_and_summed_up_beside_the_comparison(visit, camplane) -> None:
    page = visit()
    start(page, camplane)
    page.get_by_role("link", name="Comparison").click()
    card = alert_card(page)
    expect(card).to_contain_text("Step 1 of 3")
    said = {"author": NAME, "reason": "from elsewhere"}
    camplane.ask("POST", "/api/v1/rollouts/alert/pause", json=said)
    expect(card.locator(".phase")).to_contain_text("paused")
    card.get_by_role("link", name="Rollout").click()
    expect(alert_card(page)).to_contain_text(f"{NAME}: from elsewhere")


def test_a_camera_is_explained_pinned_and_unpinned(visit) -> None:
    page = visit()
    part = page.get_by_role("region", name="Where a camera's requests go")
    part.get_by_label("Camera id").fill("<b>1")
    page.keyboard.press("Enter")
    answer = part.locator(".placement")
    expect(answer).to_contain_text("<b>1 → legacy")
    expect(answer).to_contain_text("Its percentage point is")
    part.get_by_role("button", name="Pin <b>1 …").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("domain").check()
    dialog.get_by_label("Reason").fill("the reference")
    dialog.get_by_role("button", name="Pin", exact=True).click()
    expect(answer).to_contain_text("<b>1 → domain")
    pins = part.locator(".pins li")
    expect(pins).to_have_text(re.compile(r"<b>1 domain"))
    pins.get_by_role("button", name="Unpin <b>1").click()
    dialog.get_by_label("Reason").fill("no longer")
    dialog.get_by_role("button", name="Unpin", exact=True).click()
    expect(pins).to_have_count(0)
    expect(page.get_by_role("heading", name="Where a camera's requests go")).to_be_focused()


def test_a_dialog_is_used_by_keyboard_alone_and_gives_the_focus_back(visit) -> None:
    """The name is remembered; Escape changes nothing."""
    page = visit()
    button = page.get_by_role("article", name="Cameras").get_by_role("button", name="Set weight …")
    dialog = page.get_by_role("dialog", name="Set weight: Cameras")
    for keys in (("Escape",), ("Tab", "Tab", "Tab", "Tab", "Enter")):
        button.focus()
        page.keyboard.press("Enter")
        expect(dialog.get_by_label("Percent to domain")).to_be_focused()
        page.keyboard.type("7")
        page.keyboard.press("Tab")
        page.keyboard.type("by hand")
        page.keyboard.press("Tab")
        expect(dialog.get_by_label("Your name")).to_be_focused()
        for key in keys if keys == ("Escape",) else ("Tab", "Tab", "Enter"):
            page.keyboard.press(key)
        expect(dialog).to_have_count(0)
        expect(button).to_be_focused()
    expect(page.get_by_role("article", name="Cameras")).to_contain_text("7 % in force")


def test_it_speaks_chinese_also_in_what_the_controller_says(visit, camplane) -> None:
    page = visit(locale="zh-CN")
    said = {"author": NAME, "reason": "中文"}
    camplane.ask("POST", "/api/v1/rollouts/alert/abort", json=said)
    camplane.ask("POST", "/api/v1/rollouts/alert/start", json={**said, "plan": PLAN})
    card = page.get_by_role("article", name="告警规则")
    expect(card).to_contain_text("进行中")
    expect(card.locator(".findings")).to_contain_text("没有操作在两条路径上都有计时")
    expect(card.locator(".findings summary [lang=en]")).to_have_count(0)
    card.get_by_role("button", name="中止……").click()
    dialog = page.get_by_role("dialog", name="中止：告警规则")
    expect(dialog).to_contain_text("所有请求立即转到旧路径")


def test_a_phone_of_360_pixels_needs_no_scrolling_sideways_in_the_rollout(visit, camplane) -> None:
    page = visit(viewport={"width": 360, "height": 740})
    start(page, camplane)
    expect(page.get_by_role("table", name="Decisions")).to_be_visible()
    assert page.evaluate(WIDER_THAN_THE_PAGE) == []
    alert_card(page).get_by_role("button", name="Abort …").click()
    assert page.evaluate(WIDER_THAN_THE_PAGE.replace("main *", "dialog, dialog *")) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 360
