"""Answers and values as reports show them: short, without secrets, without bytes. Pure."""

import json
from collections.abc import Mapping
from typing import Any

from camplane_tools.compare.body import read
from camplane_tools.compare.differ import ABSENT, HEADERS, Difference
from camplane_tools.compare.model import Answer, Request
from camplane_tools.compare.secrets import HIDDEN, hidden_body, hidden_text, hidden_value

MAX_LETTERS = 8_000
_IN_HIDING = "differs in what is hidden"


def value(found: Any, field: str = "") -> str:
    """Return a differing value; `field` names it, and so says whether it is a secret."""
    if found is ABSENT:
        return "absent"
    key = field.rpartition(".")[2]
    return cut(json.dumps(hidden_value(found, key), ensure_ascii=False, default=str), 300)


def both(difference: Difference) -> tuple[str, str]:
    """Return both values; two that are alike once their secrets are hidden say so."""
    pair = value(difference.old, difference.field), value(difference.new, difference.field)
    if pair[0] == pair[1] and HIDDEN in pair[0]:
        return pair[0], f"{pair[1]} ({_IN_HIDING})"
    return pair


def request(asked: Request) -> str:
    """Return the request as people write it."""
    lines = [hidden_text(asked.label)]
    if asked.body:
        lines.append(cut(hidden_body(asked.body).decode(errors="replace"), 1000))
    return "\n".join(lines)


def headers(answer: Answer) -> Mapping[str, str]:
    """Return the headers that are compared."""
    return {name: hidden_text(answer.headers[name]) for name in HEADERS if name in answer.headers}


def body(answer: Answer) -> str:
    """Return the body, JSON one value a line."""
    if answer.problem:
        return answer.problem
    found = read(answer)
    if found.kind in ("json", "events", "image"):
        text = json.dumps(hidden_value(found.value), ensure_ascii=False, indent=1)
        return cut(text, MAX_LETTERS)
    if found.kind == "empty":
        return ""
    if found.kind == "bytes":
        return f"{found.value} bytes"
    return cut(hidden_text(answer.body.decode(errors="replace")), MAX_LETTERS)


def cut(text: str, most: int) -> str:
    """Return the text, what is too long of it left out and said."""
    return text if len(text) <= most else f"{text[:most]}… ({len(text)} letters)"
