"""Reasons in words, by reasons.json, the table that the page reads, too. Pure but for reading it.

A sentence of the table holds parameters, `{name}` or `{name:format}`, and sections, `[a|b]`:
of a section stands the first part of which every parameter is known, and nothing where none
is. Sections may hold sections. The formats are those of _FORMATS; `{name:if}` stands for
nothing, and makes a part depend on a parameter. gateway/web/wording.js does the same.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from gateway.vocabulary.quantities import duration, milliseconds, percent
from gateway.vocabulary.reason import Code, Reason, Value

TABLE = Path(__file__).with_name("reasons.json")
_LANGUAGE = "en"
# Of a parameter that another release left out: words are to stop no decision.
_UNKNOWN = "?"
_SIGN = re.compile(r"\{(?P<name>\w+)(?::(?P<format>\w+))?\}|(?P<mark>[\[|\]])")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter in a sentence; format: "" for a text as it is."""

    name: str
    format: str


@dataclass(frozen=True, slots=True)
class Section:
    """What depends on which parameters are known: the first part of which all are."""

    parts: "tuple[Sentence, ...]"


Sentence = tuple[str | Parameter | Section, ...]


def text(reason: Reason) -> str:
    """Return a reason in English."""
    return _filled(_sentences()[reason.code], reason.values)


def texts(reasons: Iterable[Reason]) -> tuple[str, ...]:
    """Return each of several reasons in English."""
    return tuple(map(text, reasons))


def together(reasons: Iterable[Reason]) -> str:
    """Return several reasons in English, as one text."""
    return "; ".join(texts(reasons))


def parsed(sentence: str) -> Sentence:
    """Return a sentence of the table in its parts; ValueError when a section is not whole."""
    (whole,) = _parts(_read(sentence))
    return whole


def _read(sentence: str) -> Iterator[str | Parameter]:
    """Yield texts, parameters, and the marks of sections."""
    at = 0
    for found in _SIGN.finditer(sentence):
        yield sentence[at : found.start()]
        at = found.end()
        yield found["mark"] or Parameter(found["name"], found["format"] or "")
    yield sentence[at:]


def _parts(pieces: Iterator[str | Parameter], within: bool = False) -> tuple[Sentence, ...]:
    """Return what bars set apart, up to the end of a section or of all."""
    parts: list[list[str | Parameter | Section]] = [[]]
    for piece in pieces:
        if piece == "[":
            parts[-1].append(Section(_parts(pieces, within=True)))
        elif piece == "|":
            parts.append([])
        elif piece == "]":
            if not within:
                raise ValueError("a section ends that did not begin")
            return tuple(map(tuple, parts))
        elif piece:
            parts[-1].append(piece)
    if within:
        raise ValueError("a section has no end")
    return tuple(map(tuple, parts))


def _filled(sentence: Sentence, values: Mapping[str, Value]) -> str:
    return "".join(_said(part, values) for part in sentence)


def _said(part: str | Parameter | Section, values: Mapping[str, Value]) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, Parameter):
        return _FORMATS[part.format](values[part.name]) if part.name in values else _UNKNOWN
    known = (one for one in part.parts if _is_known(one, values))
    return _filled(next(known, ()), values)


def _is_known(sentence: Sentence, values: Mapping[str, Value]) -> bool:
    return all(part.name in values for part in sentence if isinstance(part, Parameter))


# What is said of a parameter, by the format's name.
_FORMATS: Mapping[str, Callable[[Any], str]] = {
    "": str,
    "if": lambda value: "",
    "count": lambda value: f"{value:,.0f}",
    "whole": lambda value: f"{value:.0f}",
    "change": lambda value: f"{value:+,.0f}",
    "number": lambda value: f"{value:g}",
    "digits2": lambda value: f"{value:.2g}",
    "digits3": lambda value: f"{value:.3g}",
    "digits4": lambda value: f"{value:.4g}",
    "percent": percent,
    "ms": milliseconds,
    "duration": duration,
    "context": str,
    "list": ", ".join,
    "contexts": " and ".join,
    "listed": lambda reasons: ", ".join(texts(reasons)),
    "sentences": together,
}


@cache
def _sentences() -> Mapping[Code, Sentence]:
    table = json.loads(TABLE.read_bytes())["sentences"]
    return {code: parsed(table[code][_LANGUAGE]) for code in Code}
