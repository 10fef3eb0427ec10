"""YAML text to data: whatever the text, it is read or refused, and never harms the reader.

The parser alone overflows the stack on deep nesting, which ends the process,
and lets any exception through for a value that does not fit its tag.
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
_INDENTATION = re.compile(rf"[ \t?:-]{{{MAX_DEPTH // 4}}}")
_BRACKETS = MAX_DEPTH // 2


def load(text: str) -> Any:
    """Return the data of a YAML text; yaml.YAMLError, and no other, when it is unusable."""
    loader = _loader(text)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


def compose(text: str) -> yaml.Node | None:
    """Return a YAML text as nodes, which know their lines and what was written; None when empty.

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
            raise
        except Exception as error:  # PyYAML lets through whatever int() and date() raise
            raise _refusal("its value cannot be read", node.start_mark) from error
        if isinstance(value, int) and value.bit_length() > MAX_INTEGER_BITS:
            raise _refusal("the number is too long", node.start_mark)
        return value


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
                    raise _refusal("an alias stands inside its own anchor", event.start_mark)
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
