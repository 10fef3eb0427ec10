"""The page at /ui, in a real Chromium, on a running camplane."""

import json
import os
import re
import signal

import pytest
from playwright.sync_api import expect

from gateway.proxy import web_routes
from tests.e2e.browser import WIDER_THAN_THE_PAGE, needs_chromium
from tests.e2e.command_line import Up, until

LIST_CAMERAS = "CameraRestService/ListCameras"
# Both paths are drawn with one chance in two: fewer than 5 of 60 on one is one in 10^11.
REQUESTS = 60


@pytest.fixture(scope="module")
def traffic(demo: Up) -> None:
    """Have requests counted on both paths."""
    for _ in range(REQUESTS):
        demo.ask("GET", "/api/v1/cameras")

    def is_counted() -> bool:
        told = demo.ask("GET", "/api/v1/monitoring/comparison", params={"rpc": LIST_CAMERAS})
        rpcs = [rpc for context in told["contexts"] for rpc in context["rpcs"]]
        sides = ("legacy", "domain")
        found = rpcs and all(rpcs[0][side]["requests"] for side in sides)
        kinds = {(one["assigned"], one["kind"]) for one in rpcs[0]["exemplars"]} if found else ()
        return all((side, "typical") in kinds for side in sides)

    until(is_counted, what="typical requests of both paths")


def test_its_files_come_from_envoy_with_a_strict_policy(demo) -> None:
    """Every file, by GET and HEAD, with its type; and nothing else below /ui."""
    for file in web_routes.files():
        path = "/ui" if file.name == "index.html" else f"/ui/{file.name}"
        answer = demo.http.get(path)
        assert answer.content == file.read_bytes()
        assert answer.headers.get_list("content-type") == [web_routes.CONTENT_TYPES[file.suffix]]
        for name, value in web_routes.SECURITY_HEADERS.items():
            assert answer.headers.get_list(name) == [value]
        head = demo.http.head(path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == str(len(answer.content))
    for path in ("/ui/none.js", "/ui/../settings.py", "/ui/main.js/x", "/uix"):
        answer = demo.http.get(path)
        assert (answer.status_code, answer.json()) == (404, {"detail": "Not Found"})
    answer = demo.http.get("/ui/?a=1")
    assert (answer.status_code, answer.headers["location"]) == (307, "/ui?a=1")


def test_every_module_of_a_page_is_loaded_ahead_and_no_other() -> None:
    source = {file.name: file.read_text("utf-8") for file in web_routes.files()}
    scripts = {}
    for page in ("index.html", "api.html"):
        named = re.findall(r'(?:href|src)="(?:ui/)?([\w.]+\.(?:js|css|svg|json))"', source[page])
        modules = {name for name in named if name.endswith(".js")}
        reached = set(re.findall(r'<script type="module" src="(?:ui/)?([^"]+)"', source[page]))
        while new := {
            name for one in reached for name in re.findall(r'from "\./(.+)"', source[one])
        }.difference(reached):
            reached |= new
        assert modules == reached
        scripts[page] = set(named)
    named = scripts["index.html"] | scripts["api.html"] - {"openapi.json"}
    assert named | scripts.keys() == source.keys()


def test_every_word_is_there_in_both_languages() -> None:
    source = {file.name: file.read_text("utf-8") for file in web_routes.files()}
    tables = ("words.js", "rollout_words.js", "reference_words.js")
    table = "".join(source.pop(name) for name in tables)
    words = re.findall(r"^  (\w+): \[", table, re.M)
    assert len(words) == len(set(words))
    use = re.compile(r'(?:\bt\(|data-(?:aria-)?word=)"(\w+)"')
    used = {word for text in source.values() for word in use.findall(text)}
    assert used <= set(words)
    pairs = re.findall(r'\["(?:[^"\\]|\\.)*",\s*"(?:[^"\\]|\\.)*"\]', table)
    assert len(pairs) == len(words)
    for pair in pairs:
        english, chinese = json.loads(pair)
        assert sorted(re.findall(r"\{\w+\}", english)) == sorted(re.findall(r"\{\w+\}", chinese))


@needs_chromium
def test_one_glance_tells_the_stage_who_answered_and_the_verdict(visit, traffic) -> None:
    page = visit().go()
    card = page.get_by_role("article", name="Cameras")
    expect(card).to_contain_text("50 %")
    expect(card).to_contain_text("domain answered")
    expect(card.locator(".new-path .verdict")).to_have_text(re.compile("unknown|same|better|worse"))
    expect(card.locator(".reasons li").first).not_to_be_empty()
    expect(card.locator(".phase")).to_contain_text("set by hand")
    expect(page.locator("#connection")).to_contain_text("live")
    row = page.get_by_role("row").filter(has_text="ListCameras")
    expect(row).to_contain_text(re.compile(r"legacy.*\d.*domain.*\d", re.S))
    load = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
    print(f"the page was loaded after {load:.0f} ms")


@needs_chromium
def test_live_figures_follow_requests(visit, demo) -> None:
    page = visit().go()
    told = page.get_by_role("article", name="Alert rules").get_by_role("row", name="domain")
    expect(page.locator("#connection")).to_contain_text("live")

    def rules_are_seen() -> bool:
        demo.ask("GET", "/api/v1/alerts/rules")
        cells = told.get_by_role("cell")
        return cells.count() > 0 and cells.first.inner_text() not in ("0", "–")

    until(rules_are_seen)


@needs_chromium
def test_it_is_used_by_keyboard_alone(visit, traffic) -> None:
    """Sort, open an operation, see its parts, compare two requests, look into a span."""
    page = visit().go()
    sort = page.get_by_role("button", name="Requests", exact=True)
    sort.focus()
    page.keyboard.press("Enter")
    column = page.get_by_role("columnheader", name="Requests", exact=True)
    expect(column).to_have_attribute("aria-sort", "ascending")
    expect(page.get_by_role("button", name=re.compile("^Requests"))).to_be_focused()

    page.get_by_role("link", name="ListCameras").focus()
    page.keyboard.press("Enter")
    detail = page.locator("#detail")
    expect(detail.get_by_role("heading", name=LIST_CAMERAS)).to_be_visible()
    assert page.evaluate("location.hash") == f"#rpc={LIST_CAMERAS}"
    chart = detail.get_by_role(
        "img", name=re.compile(r"legacy: \d+ requests.*domain: \d+ requests")
    )
    expect(chart).to_be_visible()
    expect(detail.get_by_role("region", name="Answers by code")).to_contain_text("OK")

    page.get_by_role("link", name="Compare the typical requests").focus()
    page.keyboard.press("Enter")
    expect(page.locator("table.waterfall")).to_have_count(2)
    span = page.locator("table.waterfall").last.get_by_role("button").first
    span.focus()
    page.keyboard.press("Enter")
    expect(span).to_have_attribute("aria-expanded", "true")
    expect(span).to_be_focused()
    expect(page.locator("table.waterfall").last).to_contain_text("camplane.route")
    page.go_back()
    expect(detail.get_by_role("heading", name=LIST_CAMERAS)).to_be_visible()


@needs_chromium
def test_traces_are_filtered_and_a_link_opens_the_same_again(visit, traffic) -> None:
    page = visit().go("#traces")
    rows = page.locator("table.traces tbody tr")
    expect(rows.first).to_be_visible()
    page.get_by_label("Assigned").select_option("domain")
    expect(rows.filter(has_text="legacy")).to_have_count(0)
    rows.first.get_by_role("link").first.click()
    expect(page.locator("table.waterfall")).to_have_count(1)
    told = page.locator("table.waterfall").inner_text()
    again = visit().go(page.evaluate("location.hash"))
    expect(again.locator("table.waterfall")).to_be_visible()
    assert again.locator("table.waterfall").inner_text() == told


@needs_chromium
@pytest.mark.parametrize("place", ["", f"#rpc={LIST_CAMERAS}", "#traces", "#cameras"])
def test_a_phone_of_360_pixels_needs_no_scrolling_sideways(visit, traffic, place) -> None:
    page = visit(viewport={"width": 360, "height": 740}).go(place)
    expect(page.locator("#connection")).to_contain_text("live")
    expect(page.locator("main table, .camera").first).to_be_visible()
    assert page.evaluate(WIDER_THAN_THE_PAGE) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 360


@needs_chromium
def test_it_is_dark_where_the_reader_prefers_that(visit) -> None:
    def brightness(scheme: str) -> int:
        page = visit(color_scheme=scheme).go()
        color = page.evaluate("getComputedStyle(document.body).backgroundColor")
        return sum(map(int, re.findall(r"\d+", color)))

    assert brightness("dark") < 150 < 600 < brightness("light")


@needs_chromium
def test_it_speaks_chinese_to_who_prefers_that_and_remembers_another_choice(visit) -> None:
    visitor = visit(locale="zh-CN")
    page = visitor.go()
    expect(page.get_by_role("heading", name="由谁应答，效果如何")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.get_by_role("article", name="摄像头")).to_contain_text("新路径")
    page.get_by_role("button", name="English").click()
    page = visitor.go()
    expect(page.get_by_role("heading", name="Who answers, and how well")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")


@needs_chromium
def test_cameras_show_state_speed_and_a_picture_and_never_a_source(visit, demo) -> None:
    """A name that is markup is shown as the text it is."""
    name = "<img src=x onerror=alert(1)>"
    source = "rtsp://user:hunter2@127.0.0.1:9/1"
    entry = {"id": "<b>1", "name": name, "source": source}
    demo.ask("POST", "/api/v1/cameras", json=entry)
    try:
        visitor = visit()
        page = visitor.go("#cameras")
        hostile = page.get_by_role("listitem").filter(has_text="onerror")
        expect(hostile.get_by_role("heading")).to_have_text(name)
        expect(hostile).to_contain_text("stopped")
        street = page.get_by_role("listitem").filter(has_text="demo-street")
        expect(street).to_contain_text(re.compile(r"streaming.* fps", re.S))
        street.get_by_role("button").click()
        picture = street.get_by_role("img", name="Preview of Street")
        expect(picture).to_be_visible()
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
        assert "hunter2" not in page.content()
    finally:
        demo.camplane("cameras", "remove", entry["id"])


@needs_chromium
def test_a_camera_whose_source_fails_comes_first_and_says_why(visit, demo) -> None:
    """Its process lives: that alone would be shown green."""
    entry = {"id": "zz-gone", "name": "Gone", "source": "gone.mp4"}
    demo.ask("POST", "/api/v1/cameras", json=entry)
    try:
        demo.ask("POST", "/api/v1/cameras/zz-gone/start")
        page = visit().go("#cameras")
        first = page.locator(".camera").first
        expect(first).to_contain_text("Gone")
        expect(first.locator(".state")).to_contain_text("source failed")
        expect(first.locator(".why")).to_contain_text("no such stream, file or device, since")
        expect(page.locator("#camera-list .failing")).to_have_text("Failing: 1.")
        # On every view, as /health counts them: at most so old as it remembers and is asked.
        header = page.locator("#failing")
        expect(header).to_contain_text("1 of 4 cameras fail", timeout=30_000)
        page.get_by_role("link", name="Comparison").click()
        header.click()
        expect(page.locator("#cameras")).to_be_visible()
        status = demo.camplane("status")
        assert "1 of 4 cameras fail" in status
        assert re.search(r"zz-gone +source failed", status), status
    finally:
        demo.camplane("cameras", "remove", "zz-gone")


@needs_chromium
def test_a_dead_control_process_is_told_and_the_page_recovers(up, contexts) -> None:
    camplane = up()
    context = contexts(locale="en-US")
    page = context.new_page()
    page.goto(f"{camplane.url}/ui")
    expect(page.locator("#connection")).to_contain_text("live")
    # Stopped it answers nobody, and is not replaced as a dead one is.
    control = camplane.pids["control"]
    os.kill(control, signal.SIGSTOP)
    try:
        expect(page.locator("#connection")).to_contain_text("connection lost", timeout=10_000)
        page.reload()
        expect(page.get_by_role("heading", name="Who answers, and how well")).to_be_visible()
        expect(page.locator("#connection")).not_to_contain_text("live")
    finally:
        os.kill(control, signal.SIGCONT)
    os.kill(control, signal.SIGKILL)
    page.reload()
    until(lambda: camplane.pids.get("control") not in (None, control))
    expect(page.locator("#connection")).to_contain_text("live", timeout=20_000)
    expect(page.get_by_role("article", name="Cameras")).to_be_visible()
    context.close()
