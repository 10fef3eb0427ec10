"""The page words reasons by its own modules: in English as the gateway does, and in Chinese."""

import re

import pytest
from google.protobuf.json_format import MessageToDict
from playwright.sync_api import Route

from gateway.proxy import web_routes
from gateway.vocabulary.reason import Code, because
from gateway.vocabulary.reason_message import encoded
from gateway.vocabulary.wording import text, together
from tests import said
from tests.e2e.browser import launched, needs_chromium

SITE = "http://page.test"
FILES = {file.name: file for file in web_routes.files()}
# Of the reasons that are asked for, what is in no language of camplane's.
OWN_WORDS = {"spans are missing", "New Year", "somebody's own words"}
WORDED = """async (reasons) => {
  const { worded } = await import("/ui/wording.js");
  return reasons.map(worded);
}"""
TOGETHER = """async (reasons) => (await import("/ui/wording.js")).together(reasons)"""
# Language and text of nodes.
AS_THEY_CAME = """async ([reason, words]) => {
  const { reasonNode, reasonsNode } = await import("/ui/reasons.js");
  return [reasonNode(reason, words), reasonsNode(reason ? [reason] : [], words)]
    .map((node) => [node.lang, node.textContent]);
}"""


@pytest.fixture(scope="module")
def reasons():
    return [*said.everything(), because(Code.AS_SAID, text="somebody's own words")]


@pytest.fixture(scope="module")
def browser():
    with launched() as new_context:
        yield new_context


@pytest.fixture
def page(browser):
    """Give a page of a language, served with the gateway's own files."""
    opened = []

    def answer(route: Route) -> None:
        file = FILES.get(route.request.url.removeprefix(f"{SITE}/ui/"))
        kind = web_routes.CONTENT_TYPES[file.suffix if file else ".html"]
        route.fulfill(body=file.read_bytes() if file else b"", content_type=kind)

    def visit(locale: str):
        page = browser(locale=locale).new_page()
        opened.append(page)
        page.route("**/*", answer)
        page.goto(f"{SITE}/ui/")
        return page

    yield visit
    for one in opened:
        one.context.close()


def printed(reason) -> dict[str, object]:
    """Return a reason as Envoy prints it: fields that are empty, too."""
    return MessageToDict(
        encoded(reason),
        preserving_proto_field_name=True,
        always_print_fields_with_no_presence=True,
    )


@needs_chromium
def test_english_is_what_the_gateway_says_to_the_letter(page, reasons) -> None:
    found = page("en").evaluate(WORDED, [printed(one) for one in reasons])
    assert found == [text(one) for one in reasons]


@needs_chromium
def test_what_camplane_says_is_told_in_chinese(page, reasons) -> None:
    found = page("zh-CN").evaluate(WORDED, [printed(one) for one in reasons])
    for reason, chinese in zip(reasons, found, strict=True):
        assert re.search("[\u4e00-\u9fff]", chinese) or chinese in OWN_WORDS, reason
        assert not re.search(r"undefined|NaN|\[object|[{}]|requests|\bdomain", chinese), chinese


@needs_chromium
def test_words_without_a_code_and_codes_of_another_release_are_told_as_they_came(page) -> None:
    unknown = {"code": "REASON_CODE_OF_TOMORROW", "numbers": {}, "texts": {}}
    chinese = page("zh-CN")
    for reason in (None, unknown):
        found = chinese.evaluate(AS_THEY_CAME, [reason, "somebody's own words"])
        assert found == [["en", "somebody's own words"]] * 2


@needs_chromium
def test_a_parameter_that_another_release_left_out_breaks_no_page(page) -> None:
    reason = because(Code.WAITS_FOR_GATE)
    assert page("en").evaluate(WORDED, [printed(reason)]) == [text(reason)]


@needs_chromium
def test_many_reasons_are_one_text(page) -> None:
    reasons = (because(Code.NO_PLAN), because(Code.TURN_CAME))
    found = page("en").evaluate(TOGETHER, [printed(one) for one in reasons])
    assert found == together(reasons)
