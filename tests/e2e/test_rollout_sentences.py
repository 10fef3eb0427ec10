"""The page tells the controller's sentences in Chinese: those of now, by its own modules."""

from gateway.proxy import web_routes
from gateway.vocabulary.wording import text
from tests import said
from tests.e2e.browser import launched, needs_chromium

SITE = "http://page.test"
# "p95" and the like stay; a word of more letters was not translated.
TOLD = """async (sentences) => {
  const { reasonNode } = await import("/ui/reasons.js");
  return sentences.filter((one) => reasonNode(one).lang === "en");
}"""


@needs_chromium
def test_what_the_controller_says_is_told_in_chinese() -> None:
    found = [*said.verdicts(), *said.replies(), *said.moves(), *said.placements()]
    sentences = sorted({text(one).removeprefix("nothing: ") for one in found})
    assert len(sentences) > 100
    joined = "; ".join(sentences[::20])
    with launched() as new_context:
        page = new_context(locale="zh-CN").new_page()

        def answer(route) -> None:
            name = route.request.url.removeprefix(f"{SITE}/ui/")
            file = web_routes.FILES / name
            kind = web_routes.CONTENT_TYPES.get(file.suffix, "text/html")
            route.fulfill(body=file.read_bytes() if file.is_file() else b"", content_type=kind)

        page.route("**/*", answer)
        page.goto(f"{SITE}/ui/")
        assert page.evaluate(TOLD, sentences) == []
        assert page.evaluate(TOLD, [f"evidence: {joined}"]) == []
        assert page.evaluate(TOLD, ["somebody's own words"]) == ["somebody's own words"]
        page.context.close()
