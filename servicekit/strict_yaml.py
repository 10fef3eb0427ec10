"""YAML text to data: whatever the text, it is read or refused, and never harms the reader.

The parser alone overflows the stack on deep nesting, which ends the process,
and lets any exception through for a value that does not fit its tag. Of two equal keys
it keeps the second without a word, and whoever writes the data back loses the first.
"""

import re
from typing import Any

import yaml

# Far from what the stack, and recursion over the data, bear.
MAX_DEPTH = 100
# Values in all, those that anchors repeat counted again: every reader unfolds them.
MAX_VALUES = 1_000_000
# No double comes near a longer integer, and so no protobuf number.
MAX_INTEGER_BITS = 1_023

# Each level of block style stands further right than the one around it, or
# two share a column; each of flow style has a bracket of its own.
# A key that fits into a sentence; any other is not quoted.
_SHORT_KEY = re.compile(r"[\w.-]{1,40}")
MERGE_TAG = "tag:yaml.org,2002:merge"
_VALUE_TAG = "tag:yaml.org,2002:value"
_INDENTATION = re.compile(rf"[ \t?:-]{{{MAX_DEPTH // 4}}}")
_BRACKETS = MAX_DEPTH // 2


def load(text: str) -> Any:
    """Return the data of a YAML text; yaml.YAMLError, and no other, when it is unusable."""
    loader = _loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        _require_unique_keys(node)
        return loader.construct_document(node)
    finally:
        loader.dispose()


def compose(text: str) -> yaml.Node | None:
    """Return a YAML text as nodes, which know their lines and what was written; None when empty.

    A key may stand twice: who reads nodes sees both.

    Raises yaml.YAMLError, and no other, when it is unusable.
    """
    loader = _loader(text)
    try:
        node: yaml.Node | None = loader.get_single_node()
        return node
    finally:
        loader.dispose()


def _loader(text: str) -> "_Loader":
    """Return a loader of the text once that is known to be harmless."""
    if _may_unfold(text):
        _check_unfolded(text)
    return _Loader(text)


class _Loader(yaml.CSafeLoader):
    """A loader that says of every value that cannot be read where it stands."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            value = super().construct_object(node, deep)
        except yaml.YAMLError:
            if node.tag == _VALUE_TAG:
                raise _refusal(
                    "a `=` alone is no text in YAML; quote it", node.start_mark
                ) from None
            raise
        except Exception as error:  # PyYAML lets through whatever int() and date() raise
            raise _refusal("its value cannot be read", node.start_mark) from error
        if isinstance(value, int) and value.bit_length() > MAX_INTEGER_BITS:
            raise _refusal("the number is too long", node.start_mark)
        return value


def _require_unique_keys(root: yaml.Node) -> None:
    """Refuse a mapping in which a key stands twice; `<<` may, since all that it names is read."""
    collections = [root] if isinstance(root, yaml.CollectionNode) else []
    known = {id(root)}
    while collections:
        node = collections.pop()
        if isinstance(node, yaml.MappingNode):
            _require_unique(node)
            inner = [one for pair in node.value for one in pair]
        else:
            inner = node.value
        for one in inner:
            # An anchor's node is there as often as it is named.
            if isinstance(one, yaml.CollectionNode) and id(one) not in known:
                known.add(id(one))
                collections.append(one)


def _require_unique(mapping: yaml.MappingNode) -> None:
    lines: dict[tuple[str, str], int] = {}
    for key, _ in mapping.value:
        if not isinstance(key, yaml.ScalarNode) or key.tag == MERGE_TAG:
            continue
        name, line = (key.tag, key.value), key.start_mark.line + 1
        if name in lines:
            raise _twice(key, lines[name])
        lines[name] = line


def _twice(key: yaml.ScalarNode, before: int) -> yaml.MarkedYAMLError:
    name = f"`{key.value}`" if _SHORT_KEY.fullmatch(key.value) else "a key"
    return _refusal(
        f"{name} stands here, and on line {before} as well; keep one of them", key.start_mark
    )


def _may_unfold(text: str) -> bool:
    """Tell quickly the many texts that cannot nest deeply and repeat nothing."""
    return (
        "*" in text
        or text.count("[") + text.count("{") > _BRACKETS
        or _INDENTATION.search(text) is not None
    )


def _check_unfolded(text: str) -> None:
    """Refuse what nests too deeply, or would when its anchors are unfolded."""
    loader = _Loader(text)
    try:
        _Unfolding().read(loader)
    finally:
        loader.dispose()


class _Unfolding:
    """Counts values and levels event by event, without recursion."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, int]] = {}  # anchor to values and levels
        self._open: list[tuple[str | None, int, int]] = [(None, 0, 0)]  # the same, so far

    def read(self, loader: yaml.CSafeLoader) -> None:
        while (event := loader.get_event()) is not None:
            if isinstance(event, yaml.AliasEvent):
                if event.anchor not in self._known:
                    raise _refusal(self._unknown(event.anchor), event.start_mark)
                self._add(event, *self._known[event.anchor])
            elif isinstance(event, yaml.ScalarEvent):
                self._finish(event, event.anchor, 1, 0)
            elif isinstance(event, yaml.CollectionStartEvent):
                if event.anchor is not None:
                    self._known.pop(event.anchor, None)
                self._open.append((event.anchor, 1, 1))
                self._check(event, 0)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._finish(event, *self._open.pop())

    def _unknown(self, anchor: str | None) -> str:
        if any(anchor == opened for opened, _, _ in self._open):
            return "an alias stands inside its own anchor"
        # Not quoted: it may be a password that begins with a star.
        return "an alias (`*…`) without its anchor (`&…`); quote a text that begins with `*`"

    def _finish(self, event: yaml.Event, anchor: str | None, values: int, levels: int) -> None:
        if anchor is not None:
            self._known[anchor] = (values, levels)
        self._add(event, values, levels)

    def _add(self, event: yaml.Event, values: int, levels: int) -> None:
        anchor, values_so_far, deepest = self._open[-1]
        self._open[-1] = (anchor, values_so_far + values, max(deepest, levels + 1))
        self._check(event, levels)

    def _check(self, event: yaml.Event, levels: int) -> None:
        if len(self._open) - 1 + levels > MAX_DEPTH:
            raise _refusal("it is nested too deeply", event.start_mark)
        if self._open[-1][1] > MAX_VALUES:
            raise _refusal("its anchors repeat too much", event.start_mark)


def _refusal(problem: str, mark: Any) -> yaml.MarkedYAMLError:
    return yaml.constructor.ConstructorError(None, None, problem, mark)
