"""The alerts on the page at /ui, in a real Chromium: what fires is seen, and what it was said."""

import time

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import WIDER_THAN_THE_PAGE, needs_chromium
from tests.e2e.command_line import Up, until

RAISED = "/api/v1/alerts/raised"
RULE = {"name": "Gone <b>", "rule_type": "camera_offline", "conditions": {}, "priority": "high"}

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def alerts(demo: Up) -> list[int]:
    """Have two alerts: one that fires for the hall, one for the gate that is over."""
    demo.ask("POST", "/api/v1/alerts/rules", json=RULE)
    for number, (camera_id, kind) in enumerate(
        [("hall", "source_failed"), ("gate", "source_failed"), ("gate", "source_recovered")]
    ):
        now = time.time()
        event = {"event_id": f"{number}", "camera_id": camera_id, "type": kind, "time": now}
        demo.ask("POST", "/api/v1/alerts/events", json={"events": [event]})

        def is_seen(kind: str = kind, camera_id: str = camera_id) -> bool:
            wanted = "firing" if kind == "source_failed" else "resolved"
            items = demo.ask("GET", RAISED)["items"]
            return any((one["camera_id"], one["state"]) == (camera_id, wanted) for one in items)

        until(is_seen, what=f"{camera_id}: {kind}")
    return sorted(one["id"] for one in demo.ask("GET", RAISED)["items"])


def test_what_fires_and_what_is_over_is_shown_and_filtered(visit, alerts) -> None:
    """A rule's name that is markup is shown as the text it is."""
    page = visit().go("#alerts")
    rows = page.locator("#alert-list tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("gate")
    expect(rows.first).to_contain_text("over at")
    expect(rows.last).to_contain_text("Gone <b>")
    expect(rows.last.locator("strong")).to_contain_text("firing")
    page.get_by_label("State").select_option("firing")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("hall")
    page.get_by_label("State").select_option("")
    page.get_by_label("What it was").select_option("confirmed")
    expect(page.locator("#alert-list")).to_contain_text("No such alert.")


def test_an_alert_is_acknowledged_and_then_called_a_false_positive(visit, demo, alerts) -> None:
    page = visit().go("#alerts")
    hall = page.locator("#alert-list tbody tr", has_text="hall")
    hall.get_by_role("button", name="Acknowledge").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Gone <b> fires for camera hall")
    dialog.get_by_label("Comment").fill("a ladder in front of it")
    dialog.get_by_label("Your name").fill("ops")
    dialog.get_by_role("button", name="Acknowledge").click()
    expect(dialog).to_have_count(0)
    expect(hall).to_contain_text("acknowledged, by ops")
    expect(hall).to_contain_text("a ladder in front of it")
    hall.get_by_role("button", name="False positive").click()
    dialog.get_by_role("button", name="False positive").click()
    expect(hall).to_contain_text("false positive, by ops")
    said = {one["camera_id"]: one.get("handling") for one in demo.ask("GET", RAISED)["items"]}
    assert said == {"hall": "false_positive", "gate": None}


@pytest.mark.parametrize("width", [1400, 800, 360])
def test_alerts_fit_the_page_in_both_languages(visit, alerts, width: int) -> None:
    visitor = visit(viewport={"width": width, "height": 800}, locale="zh-CN")
    page = visitor.go("#alerts")
    expect(page.locator("#alert-list tbody tr")).to_have_count(2)
    expect(page.get_by_role("heading", name="告警")).to_be_visible()
    assert page.evaluate(WIDER_THAN_THE_PAGE) == []
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Alerts")).to_be_visible()
    assert page.evaluate(WIDER_THAN_THE_PAGE) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
