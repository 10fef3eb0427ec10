"""Fields of a plan's YAML, read from its nodes: problems are gathered with their lines. Pure.

A value is taken as it was written, not as YAML understands it, to which 10:30 is
630, `no` is false and 2027-02-05 is a date.
"""

import difflib
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import yaml

T = TypeVar("T")

ERROR, WARNING = "error", "warning"
# Who has made more mistakes will not read on; and anchors can repeat one without end.
MAX_PROBLEMS = 50
_LONGEST_QUOTE = 40
_NULL = "tag:yaml.org,2002:null"
_STANDARD = "tag:yaml.org,2002:"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong on a line (counted from 1) of a plan; level: "error" or "warning"."""

    line: int
    level: str
    text: str


class TooManyProblemsError(Exception):
    """Reading on is of no use."""


@dataclass
class Findings:
    """The problems of one text, and on which line each of its fields stands."""

    problems: list[Problem] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)

    def add(self, line: int, text: str) -> None:
        """Keep an error; raises TooManyProblemsError when it is one too many."""
        if len(self.problems) >= MAX_PROBLEMS:
            last = max(one.line for one in self.problems)
            self.problems.append(Problem(last, ERROR, "and more, which are not listed"))
            raise TooManyProblemsError
        self.problems.append(Problem(line, ERROR, text))


class Field:
    """One value at its place, such as spec.steps[0].setWeight."""

    def __init__(self, node: yaml.Node, path: str, findings: Findings) -> None:
        self.path = path
        self._node = node
        self._findings = findings
        findings.lines[path] = self.line

    @property
    def line(self) -> int:
        """Where it stands, counted from 1."""
        return int(self._node.start_mark.line) + 1

    def refuse(self, text: str) -> None:
        """Say what is wrong with it."""
        self._findings.add(self.line, f"{self.path or 'the plan'}: {text}")

    def fields(self, known: Collection[str], required: Collection[str] = ()) -> dict[str, "Field"]:
        """Return the fields of a mapping; what is unknown, doubled or missing is a problem."""
        if not isinstance(self._node, yaml.MappingNode):
            self.refuse(f"must be a mapping with {_listed(known)}")
            return {}
        found: dict[str, Field] = {}
        for key, value in self._node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else ""
            line = int(key.start_mark.line) + 1
            if name in found:
                self._findings.add(line, f"{found[name].path}: is given twice")
            elif name in known:
                path = f"{self.path}.{name}" if self.path else name
                found[name] = Field(value, path, self._findings)
            else:
                where = f" in {self.path}" if self.path else ""
                hint = _hint(name, known)
                self._findings.add(line, f"unknown field {quoted(name)}{where}{hint}")
        for name in required:
            if name not in found:
                self.refuse(f"{name} is missing")
        return found

    def items(self, least: int, most: int) -> list["Field"]:
        """Return the items of a list; its length outside of `least` to `most` is a problem."""
        if not isinstance(self._node, yaml.SequenceNode):
            self.refuse("must be a list")
            return []
        if not least <= len(self._node.value) <= most:
            self.refuse(f"has {len(self._node.value)} items; {least} to {most} are allowed")
            return []
        return [
            Field(node, f"{self.path}[{index}]", self._findings)
            for index, node in enumerate(self._node.value)
        ]

    def read(self, convert: Callable[[str], T], default: T, *, secret: bool = False) -> T:
        """Return the value; `default`, and a problem, when there is none or it is refused.

        convert: raises ValueError with what is allowed. secret: do not quote it.
        """
        node = self._node
        if not isinstance(node, yaml.ScalarNode):
            self.refuse("must be a single value, no list and no mapping")
        elif node.tag == _NULL:
            self.refuse("has no value; leave it out or give one")
        elif not node.tag.startswith(_STANDARD):
            self.refuse(f"has an unknown tag {quoted(node.tag)}")
        else:
            try:
                return convert(node.value)
            except ValueError as error:
                self.refuse(f"{error}" if secret else f"{quoted(node.value)}: {error}")
        return default


def read_in(fields: Mapping[str, Field], name: str, convert: Callable[[str], T], default: T) -> T:
    """Return what the field of this name holds, `default` where there is none."""
    return fields[name].read(convert, default) if name in fields else default


def items_in(fields: Mapping[str, Field], name: str, most: int, least: int = 0) -> list[Field]:
    """Return the items of the list of this name, none where there is no such field."""
    return fields[name].items(least, most) if name in fields else []


def quoted(text: str) -> str:
    """Return a text as messages quote it: on one line, and not all of a long one."""
    short = text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"
    return repr(short)


def _hint(name: str, known: Collection[str]) -> str:
    """Return what may have been meant, or what there is."""
    if len(name) <= _LONGEST_QUOTE:
        plain = {_plain(one): one for one in known}
        close = difflib.get_close_matches(_plain(name), plain, n=1)
        if close:
            return f"; did you mean {plain[close[0]]}?"
    return f"; there are {_listed(known)}"


def _plain(name: str) -> str:
    """Return a name without what people write differently."""
    return re.sub(r"[-_ ]", "", name).lower()


def _listed(names: Collection[str]) -> str:
    return ", ".join(names)
