"""Editing the text of cameras.yaml in place, so that comments and layout survive.

`edit` replaces, adds and removes keys and entries line by line. It handles the
block style that people and the monolith write; for anything else (flow style,
tabs in odd places, an anchor that goes while something names it) it returns None and the
caller writes the whole file anew. The caller also verifies: the new text must read back as meant.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from camera_service.domain.entry import Entry
from servicekit import strict_yaml

LIST_KEY = "cameras"
# In the place of a key's name: `<<`, which takes in the keys of what it names.
_MERGE = object()


def load(text: str) -> Any:
    """Return the data of a YAML text; yaml.YAMLError when it is unusable."""
    return strict_yaml.load(text)


def dump(data: Any) -> str:
    """Return `data` as block-style YAML, in its own order, letters as they are."""
    return yaml.dump(
        data, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False, width=10_000
    )


@dataclass(frozen=True)
class Place:
    """Where an entry stands: its line, from 1, and its id as it is written there, if it has one."""

    line: int
    written_id: str | None


def places(text: str) -> list[Place]:
    """Return the place of each item of the list in a text that `load` has read; by any layout."""
    root = strict_yaml.compose(text)
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    found = [value for key, value in pairs if key.value == LIST_KEY]
    items = found[0].value if found and isinstance(found[0], yaml.SequenceNode) else []
    return [_place(item) for item in items]


def _place(item: yaml.Node) -> Place:
    for key, value in item.value if isinstance(item, yaml.MappingNode) else ():
        if key.value == "id" and isinstance(value, yaml.ScalarNode):
            return Place(value.start_mark.line + 1, value.value)
    return Place(item.start_mark.line + 1, None)


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
    root = yaml.compose(text, Loader=yaml.CSafeLoader)
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    appended = list(new[len(old) :])
    if root is None or _lacks_list(root):
        return "".join([*lines, f"{LIST_KEY}:\n", *_blocks(appended)])
    found = _list(root, lines)
    if found is None:
        return None
    if not old:
        return _begun(lines, found, appended)
    items = _items(found.value, lines)
    if items is None or len(items) != len(old):
        return None
    end = items[-1].last + 1
    lines[end:end] = _blocks(appended, items[0].column)
    for index in reversed(range(len(old))):
        item = items[index]
        if new[index] is None:
            del lines[item.first : item.last + 1]
        elif new[index] is not old[index] and not _edit_item(lines, item, old[index], new[index]):
            return None
    if not appended and all(entry is None for entry in new):
        head = lines[found.line]  # a list without items is written `[]`
        lines[found.line] = f"{head[: found.column]} []{head[found.column :]}"
    return "".join(lines)


@dataclass(frozen=True)
class _List:
    line: int  # where its key stands
    column: int  # behind the colon of the key
    value: yaml.Node


def _lacks_list(root: yaml.Node) -> bool:
    is_block = isinstance(root, yaml.MappingNode) and not root.flow_style
    return is_block and all(key.value != LIST_KEY for key, _ in root.value)


def _list(root: yaml.Node, lines: Sequence[str]) -> _List | None:
    """Return where the list of cameras stands; None when it is not in the plain block style."""
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        return None
    for key, value in root.value:
        if key.value == LIST_KEY:
            colon = lines[key.end_mark.line].find(":", key.end_mark.column)
            return None if colon < 0 else _List(key.end_mark.line, colon + 1, value)
    return None


def _begun(lines: list[str], found: _List, appended: Sequence[Entry]) -> str | None:
    """Return the text with the first cameras of a list that had none: `[]`, or nothing, or null."""
    first, last = found.value.start_mark, found.value.end_mark
    if first.line != found.line or last.line != found.line:
        return None
    line = lines[found.line]
    lines[found.line] = line[: found.column] + line[max(last.column, found.column) :]
    lines[found.line + 1 : found.line + 1] = _blocks(appended)
    return "".join(lines)


def _items(node: yaml.Node, lines: Sequence[str]) -> list[_Item] | None:
    """Return where each camera stands, None when the layout is not the plain block style."""
    if not isinstance(node, yaml.SequenceNode) or node.flow_style:
        return None
    items = []
    for one in node.value:
        item = _item(one, lines)
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
        is_merge = key.tag == strict_yaml.MERGE_TAG
        name = _MERGE if is_merge else yaml.CSafeLoader("").construct_object(key)
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


def _blocks(entries: Sequence[Entry], column: int = len("- ")) -> list[str]:
    """Return the lines of new entries, their keys in the column of the list's other entries."""
    lines = []
    for entry in entries:
        body = _indented(dump(entry), column)
        body[0] = " " * (column - 2) + "- " + body[0].lstrip(" ")
        lines += body
    return lines


def _indented(text: str, column: int) -> list[str]:
    return [" " * column + line for line in text.splitlines(keepends=True)]


def _edit_item(lines: list[str], item: _Item, old: Entry, new: Entry) -> bool:
    """Change one entry's lines; False when it cannot be done line by line."""
    own = [key for key in item.keys if key.name is not _MERGE]
    known = {key.name for key in own}
    if not item.keys or len(known) != len(own):
        return False
    if item.keys[0].name in known and item.keys[0].name not in new:
        return False  # the first key shares its line with the dash
    if old.keys() - known - new.keys():
        return False  # it came by `<<`, and others may have it by that, too
    # What came by `<<` and is to be another gets a line of its own, which counts.
    added = {
        key: value
        for key, value in new.items()
        if key not in known and not (key in old and _same(value, old[key]))
    }
    after = item.keys[-1].last + 1
    if added:
        lines[after:after] = _indented(dump(added), item.column)
    for key in reversed(own):
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
