"""Commands that are imported once they are asked for: all of them together take more than a second.

Those of `camplane_tools` are a plug-in: where that, or what it needs, is not installed, a
command in their place says which extra brings it.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

import typer
from rich.markup import escape
from typer.core import TyperGroup
from typer.main import get_command, get_group

from gateway.cli.output import fail

TOOLS = "camplane_tools."
_EXTRA = "pip install 'camplane[tools]'"


def group_of(table: Mapping[str, str]) -> type[TyperGroup]:
    """Return a group of these commands: where each, or each group of them, is ("module:name").

    It finds them as any group does, and suggests one for a name that is mistyped.
    """

    class Group(TyperGroup):
        def __init__(self, **attributes: Any) -> None:
            super().__init__(**attributes)
            self.commands = _Commands(table)  # type: ignore[assignment]

    return Group


class _Commands(Mapping[str, Any]):
    def __init__(self, table: Mapping[str, str]) -> None:
        self._table = table

    def __getitem__(self, name: str) -> Any:
        module, _, attribute = self._table[name].partition(":")
        try:
            found = getattr(import_module(module), attribute)
        except ModuleNotFoundError as error:
            if not module.startswith(TOOLS):
                raise
            return _missing(name, str(error.name).partition(".")[0])
        if isinstance(found, typer.Typer):
            group = get_group(found)
            group.name = name
            return group
        alone = typer.Typer(add_completion=False)
        alone.command(name)(found)
        return get_command(alone)

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)


def _missing(name: str, needed: str) -> Any:
    """Return a command that says what is needed for the one of this name."""
    alone = typer.Typer(add_completion=False)
    anything = {"ignore_unknown_options": True, "allow_extra_args": True}

    @alone.command(name, help=f"Not installed: {escape(_EXTRA)}", context_settings=anything)
    def say() -> None:
        fail(f"{name} needs {needed}, which is not installed: {_EXTRA}")

    return get_command(alone)
