"""Where two answers differ, field by field. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from camplane_tools.compare.body import Body

# What a client may depend on; others (date, server) say who carried the answer.
HEADERS = (
    "content-type",
    "allow",
    "location",
    "cache-control",
    "retry-after",
    "x-camplane-path",
    "x-camplane-fallback",
)

STATUS = "another status"
NO_ANSWER = "no whole answer"
KIND = "another kind of body"
BROKEN = "unreadable body"
HEADER = "another header"
MISSING = "missing"
ADDED = "added"
TYPE = "another type"
VALUE = "another value"
ORDER = "another order of keys"
LENGTH = "another number of items"
SPACING = "another spacing"

ABSENT = object()


@dataclass(frozen=True)
class Difference:
    """One difference. field: such as body.items[2].name; old, new: ABSENT where there is none."""

    field: str
    cause: str
    old: Any
    new: Any

    @property
    def pattern(self) -> str:
        """The field with any index."""
        head, *rest = self.field.split("[")
        return head + "".join("[*" + part[part.index("]") :] for part in rest if "]" in part)


@dataclass(frozen=True)
class Seen:
    """An answer, read and normalised."""

    status: int
    headers: Mapping[str, str]
    body: Body
    problem: str = ""


def differences(old: Seen, new: Seen) -> list[Difference]:
    """Return every difference; an answer that did not come whole differs even from its like.

    Of another status the body tells nothing more: it is another one of necessity.
    """
    if old.problem or new.problem:
        return [
            Difference("answer", NO_ANSWER, old.problem or "answered", new.problem or "answered")
        ]
    found = []
    if old.status != new.status:
        return [Difference("status", STATUS, old.status, new.status)]
    for name in HEADERS:
        one, two = old.headers.get(name, ABSENT), new.headers.get(name, ABSENT)
        if one != two:
            found.append(Difference(f"header.{name}", HEADER, one, two))
    return [*found, *_bodies(old.body, new.body)]


def _bodies(old: Body, new: Body) -> Iterator[Difference]:
    if old.kind == "broken" or new.kind == "broken":
        yield Difference("body", BROKEN, _said(old), _said(new))
    elif old.kind != new.kind:
        yield Difference("body", KIND, old.kind, new.kind)
    else:
        yield from _values("body", old.value, new.value)
        if old.loose != new.loose:
            yield Difference("body", SPACING, _spacing(old), _spacing(new))


def _said(body: Body) -> str:
    return str(body.value) if body.kind == "broken" else body.kind


def _spacing(body: Body) -> str:
    return "with blanks" if body.loose else "compact"


def _values(at: str, old: Any, new: Any) -> Iterator[Difference]:
    if type(old) is not type(new):
        yield Difference(at, TYPE, old, new)
    elif isinstance(old, dict):
        yield from _objects(at, old, new)
    elif isinstance(old, list):
        if len(old) != len(new):
            yield Difference(at, LENGTH, len(old), len(new))
            return
        for number, (one, two) in enumerate(zip(old, new, strict=True)):
            yield from _values(f"{at}[{number}]", one, two)
    elif old != new or repr(old) != repr(new):  # -0.0 is not 0.0
        yield Difference(at, VALUE, old, new)


def _objects(at: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Difference]:
    for key, value in old.items():
        if key not in new:
            yield Difference(f"{at}.{key}", MISSING, value, ABSENT)
        else:
            yield from _values(f"{at}.{key}", value, new[key])
    for key, value in new.items():
        if key not in old:
            yield Difference(f"{at}.{key}", ADDED, ABSENT, value)
    shared = [key for key in old if key in new]
    if shared != [key for key in new if key in old]:
        yield Difference(at, ORDER, list(old), list(new))
