"""Editing the text of cameras.yaml in place, so that comments and layout survive.

`edit` replaces, adds and removes keys and entries line by line. It handles the
block style that people and the monolith write; for anything else (flow style,
anchors, tabs in odd places) it returns None and the caller writes the whole
file anew. The caller also verifies: the new text must read back as meant.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from camera_service.domain.entry import Entry
from servicekit import strict_yaml

LIST_KEY = "cameras"


def load(text: str) -> Any:
    """Return the data of a YAML text; yaml.YAMLError when it is unusable."""
    return strict_yaml.load(text)


def dump(data: Any) -> str:
    """Return `data` as block-style YAML, in its own order, letters as they are."""
    return yaml.dump(
        data, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False, width=10_000
    )


@dataclass(frozen=True)
class _Key:
    name: object
    first: int  # line the key stands on
    last: int  # last line of its value


@dataclass(frozen=True)
class _Item:
    first: int  # line of the dash
    last: int  # last line of the item
    column: int  # where its text stands, behind the dash
    keys: Sequence[_Key]  # empty when it is no block mapping: it is moved, never edited


def edit(text: str, old: Sequence[Any], new: Sequence[Any]) -> str | None:
    """Return `text` with its list of cameras turned from `old` into `new`, or None.

    `new` may change entries of `old` in place (same position), then leave out
    some (None stands at their position), then append others.
    """
    items = _items(text)
    if items is None or len(items) != len(old):
        return None
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    appended = list(new[len(old) :])
    if not items:
        return None
    if not appended and all(entry is None for entry in new[: len(old)]):
        return None  # an empty list is written `[]`, which is no block
    end = items[-1].last + 1
    lines[end:end] = [line for entry in appended for line in _block(entry, items[0])]
    for index in reversed(range(len(old))):
        item = items[index]
        if new[index] is None:
            del lines[item.first : item.last + 1]
        elif new[index] is not old[index] and not _edit_item(lines, item, old[index], new[index]):
            return None
    return "".join(lines)


def _items(text: str) -> list[_Item] | None:
    """Return where each camera stands, None when the layout is not the plain block style."""
    root = yaml.compose(text, Loader=yaml.CSafeLoader)
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        return None
    found = [value for key, value in root.value if key.value == LIST_KEY]
    if len(found) != 1 or not isinstance(found[0], yaml.SequenceNode) or found[0].flow_style:
        return None
    lines = text.splitlines()
    items = []
    for node in found[0].value:
        item = _item(node, lines)
        if item is None:
            return None
        items.append(item)
    return items


def _item(node: yaml.Node, lines: Sequence[str]) -> _Item | None:
    first, column = node.start_mark.line, node.start_mark.column
    if lines[first][:column].strip() != "-" or "\t" in lines[first][:column]:
        return None
    if not isinstance(node, yaml.MappingNode) or node.flow_style or not node.value:
        return _Item(first, _last_content(lines, first, node.end_mark.line + 1), column, ())
    starts = [key.start_mark.line for key, _ in node.value]
    if len(set(starts)) != len(starts):
        return None
    keys = []
    for index, (key, value) in enumerate(node.value):
        if not isinstance(key, yaml.ScalarNode) or key.start_mark.column != column:
            return None
        stop = starts[index + 1] if index + 1 < len(starts) else value.end_mark.line + 1
        name = yaml.CSafeLoader("").construct_object(key)
        keys.append(_Key(name, starts[index], _last_content(lines, starts[index], stop)))
    return _Item(first, keys[-1].last, column, keys)


def _last_content(lines: Sequence[str], first: int, stop: int) -> int:
    """Return the last line in [first, stop) that is not blank and no comment alone.

    Comments after it belong to what follows, or to the reader: they stay.
    """
    last = min(stop, len(lines)) - 1
    while last > first and lines[last].lstrip()[:1] in ("", "#"):
        last -= 1
    return last


def _block(entry: Entry, like: _Item) -> list[str]:
    """Return the lines of a new entry, indented as the list's other entries are."""
    body = _indented(dump(entry), like.column)
    body[0] = " " * (like.column - 2) + "- " + body[0].lstrip(" ")
    return body


def _indented(text: str, column: int) -> list[str]:
    return [" " * column + line for line in text.splitlines(keepends=True)]


def _edit_item(lines: list[str], item: _Item, old: Entry, new: Entry) -> bool:
    """Change one entry's lines; False when it cannot be done line by line."""
    known = {key.name: key for key in item.keys}
    if not item.keys or len(known) != len(item.keys):
        return False
    if item.keys[0].name not in new:
        return False  # the first key shares its line with the dash
    added = {key: value for key, value in new.items() if key not in known}
    after = item.keys[-1].last + 1
    if added:
        lines[after:after] = _indented(dump(added), item.column)
    for key in reversed(item.keys):
        if key.name not in new:
            del lines[key.first : key.last + 1]
        elif not _same(new[key.name], old[key.name]):
            replacement = _indented(dump({key.name: new[key.name]}), item.column)
            if key.first == item.first:
                replacement[0] = lines[key.first][: item.column] + replacement[0][item.column :]
            lines[key.first : key.last + 1] = replacement
    return True


def _same(left: object, right: object) -> bool:
    # By text: [1] and [true] are equal to Python.
    return repr(left) == repr(right)
