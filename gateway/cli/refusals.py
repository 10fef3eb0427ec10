"""Refusals in the terminal's language. Pure.

The monolith says some in Chinese, and its REST clients know them by their words: they stay
on the wire. In a terminal that does not speak Chinese they are said in English.
"""

from collections.abc import Mapping

# The beginning of a sentence, and what it is in English; what follows it stays.
_ENGLISH = (
    ("告警规则不存在: ", "no alert rule has this id: "),
    ("缺少必填字段: ", "a required field is missing: "),
    (
        "摄像头未激活，请先激活后再启动",
        "the camera is inactive; `camplane cameras activate ID` allows it to be started",
    ),
    (
        "摄像头未激活，无法设置自动启动",
        "the camera is inactive and cannot start by itself; `camplane cameras activate ID` first",
    ),
)


def in_language(detail: str, variables: Mapping[str, str]) -> str:
    """Return a refusal as the terminal that these variables are of is to show it."""
    locale = next(filter(None, map(variables.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    if locale.startswith("zh"):
        return detail
    for said, english in _ENGLISH:
        if detail.startswith(said):
            return english + detail.removeprefix(said)
    return detail
