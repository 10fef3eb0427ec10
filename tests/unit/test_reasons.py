"""Each reason has a code, a sentence in English and in Chinese, and somebody who says it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from camplane.gateway.v1 import reason_pb2 as pb

from gateway.analysis.judgement.evidence import StageEvidence
from gateway.analysis.report import SampleRatio
from gateway.rollout.decisions.state import RolloutState
from gateway.vocabulary.reason import Code, Reason, because, read_reasons
from gateway.vocabulary.reason_message import encoded
from gateway.vocabulary.wording import TABLE, Parameter, Section, Sentence, parsed, text, together
from tests.said import everything

SENTENCES = json.loads(TABLE.read_bytes())["sentences"]
# What was said first with each code: programs and people read it, so it stays as it is.
RECORDED = json.loads(Path(__file__).with_name("recorded_english.json").read_bytes())
CONTRACT = Path(__file__).parents[2] / "protos/camplane/gateway/v1/reason.proto"
LANGUAGES = ("en", "zh")


def parameters(sentence: Sentence) -> set[Parameter]:
    """Return what a sentence tells of, in its sections, too."""
    found: set[Parameter] = set()
    for part in sentence:
        if isinstance(part, Section):
            found.update(*map(parameters, part.parts))
        elif isinstance(part, Parameter):
            found.add(part)
    return found


def within(reason: Reason) -> Iterator[Reason]:
    """Yield a reason and those within it."""
    yield reason
    for value in reason.values.values():
        for part in value if isinstance(value, tuple) else ():
            if isinstance(part, Reason):
                yield from within(part)


@pytest.fixture(scope="module")
def said() -> list[Reason]:
    return [one for reason in everything() for one in within(reason)]


def test_the_contract_the_table_and_the_code_know_the_same_codes() -> None:
    named = {f"REASON_CODE_{code.name}" for code in Code}
    assert named == set(pb.ReasonCode.keys()) - {"REASON_CODE_UNSPECIFIED"}
    assert list(SENTENCES) == [code.value for code in Code]


def test_the_contract_explains_each_code_by_its_english_sentence() -> None:
    comments = re.findall(r"((?:  //.*\n)+)  REASON_CODE_(\w+) = ", CONTRACT.read_text("utf-8"))
    told = {name.lower(): " ".join(re.sub("//", " ", text).split()) for text, name in comments}
    plain = {code.value: re.sub(r":\w+}", "}", SENTENCES[code]["en"]) for code in Code}
    assert told == {"unspecified": "Never sent."} | plain


@pytest.mark.parametrize("code", Code)
def test_both_languages_tell_the_same_of_a_reason_in_the_same_format(code: Code) -> None:
    assert list(SENTENCES[code]) == list(LANGUAGES)
    english, chinese = (parameters(parsed(SENTENCES[code][one])) for one in LANGUAGES)
    alike = {one.name: one.format for one in english} == {one.name: one.format for one in chinese}
    context = {Parameter("context", ""), Parameter("context", "context")}
    assert alike or english ^ chinese == context


@pytest.mark.parametrize("code", Code)
def test_chinese_is_chinese(code: Code) -> None:
    assert any("\u4e00" <= letter <= "\u9fff" for letter in SENTENCES[code]["zh"]) or (
        SENTENCES[code]["zh"] == SENTENCES[code]["en"]
    )


def test_every_code_is_said_by_the_real_judgement(said: list[Reason]) -> None:
    assert {one.code for one in said} == set(Code)


def test_a_reason_tells_what_its_sentence_has_a_place_for_and_nothing_else(
    said: list[Reason],
) -> None:
    places = {
        code: {one.name for one in parameters(parsed(SENTENCES[code]["en"]))} for code in Code
    }
    for reason in said:
        assert set(reason.values) <= places[reason.code], reason
        assert text(reason).strip(), reason


def test_what_is_said_in_english_is_what_was_said_before(said: list[Reason]) -> None:
    first: dict[str, str] = {}
    for reason in said:
        first.setdefault(reason.code.value, text(reason))
    assert first == RECORDED


def test_a_reason_survives_the_log(said: list[Reason]) -> None:
    for reason in said[::7]:
        kept = Reason.from_json(json.loads(json.dumps(reason.to_json())))
        assert (kept.code, text(kept)) == (reason.code, text(reason))


def test_the_log_knows_no_infinity() -> None:
    endless = because(Code.TIMES_LONGER, low=float("inf"), percentile=95.0)
    assert endless.to_json()["values"] == {"percentile": 95.0}


def test_a_code_of_a_later_release_leaves_the_words_alone() -> None:
    """Whoever goes back to this release goes on with its rollouts."""
    known = because(Code.TURN_CAME)
    later = {"code": "of_tomorrow", "values": {}}
    assert read_reasons([known.to_json()]) == (known,)
    assert read_reasons([known.to_json(), later]) == ()
    within = {"code": Code.CONTEXT_ABORTED.value, "values": {"context": "alert", "why": [later]}}
    assert read_reasons([within]) == ()
    state = RolloutState("alert").changed("controller", (known,), 1.0)
    read = RolloutState.from_json({**state.to_json(), "reasons": [later]})
    assert (read.reason, read.reasons) == ("nothing was left to wait for", ())


def test_a_doubt_of_a_later_release_is_known_by_its_words() -> None:
    ratio = SampleRatio(10, 10, 0, alarm=False)
    doubted = StageEvidence("alert", 10, 0.0, 1.0, (), ratio, (because(Code.SPANS_DISAGREE),))
    document = doubted.to_json()
    assert StageEvidence.from_json(document) == doubted
    document["doubts"][0].update(code="of_tomorrow", text="nobody knows")
    assert StageEvidence.from_json(document).warnings == (
        because(Code.AS_SAID, text="nobody knows"),
    )
    document["doubts"] = ["nobody knew"]
    assert StageEvidence.from_json(document).warnings == (
        because(Code.AS_SAID, text="nobody knew"),
    )


def test_words_stop_nothing_when_a_parameter_is_missing() -> None:
    assert text(because(Code.WAITS_FOR_GATE)) == "the gate's time, ? more"


def test_a_message_has_each_parameter_by_its_kind() -> None:
    why = (because(Code.DOMAIN_SILENT, seconds=12.0), because(Code.NO_PLAN))
    message = encoded(because(Code.WAITS_FOR_DOMAIN, context="alert", why=why))
    assert message.code == pb.REASON_CODE_WAITS_FOR_DOMAIN
    assert message.texts == {"context": "alert"}
    silent, no_plan = message.reasons["why"].reasons
    assert (silent.code, dict(silent.numbers)) == (pb.REASON_CODE_DOMAIN_SILENT, {"seconds": 12.0})
    assert no_plan.code == pb.REASON_CODE_NO_PLAN
    others = encoded(because(Code.WAITS_FOR_CONTEXTS, contexts=("alert", "camera")))
    assert others.names["contexts"].names == ["alert", "camera"]


def test_reasons_together_are_one_text() -> None:
    assert together(()) == ""
    assert together((because(Code.NO_PLAN), because(Code.TURN_CAME))) == (
        "no plan is under way; nothing was left to wait for"
    )


@pytest.mark.parametrize("broken", ["a [b", "a ] b", "a | b"])
def test_a_sentence_whose_sections_are_not_whole_is_none(broken: str) -> None:
    with pytest.raises(ValueError, match=r"section|unpack"):
        parsed(broken)


@pytest.mark.parametrize(
    "document",
    [{}, {"code": "no_such_code", "values": {}}, {"code": "no_plan", "values": {"a": None}}],
)
def test_what_is_no_reason_is_not_read(document: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        Reason.from_json(document)
