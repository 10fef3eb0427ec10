"""What the monolith says in Chinese is English in a terminal that speaks no Chinese."""

import pytest

from gateway.cli.output import counted
from gateway.cli.refusals import in_language

NO_RULE = "告警规则不存在: 77"


@pytest.mark.parametrize("variables", [{}, {"LANG": "C.UTF-8"}, {"LC_ALL": "de_DE.UTF-8"}])
def test_a_refusal_in_chinese_is_english_in_another_terminal(variables: dict[str, str]) -> None:
    assert in_language(NO_RULE, variables) == "no alert rule has this id: 77"
    assert in_language("摄像头未激活，请先激活后再启动", variables).startswith(
        "the camera is inactive"
    )


@pytest.mark.parametrize("variables", [{"LANG": "zh_CN.UTF-8"}, {"LANG": "C", "LC_ALL": "zh_TW"}])
def test_a_chinese_terminal_shows_it_as_it_is(variables: dict[str, str]) -> None:
    assert in_language(NO_RULE, variables) == NO_RULE


def test_what_is_said_otherwise_stays() -> None:
    assert in_language("Camera not found", {}) == "Camera not found"


def test_one_is_no_several() -> None:
    said = [counted(number, "entry", "entries") for number in (0, 1, 1200)]
    assert said == ["0 entries", "1 entry", "1,200 entries"]
