"""Commands that are imported once they are asked for: all of them together take more than a second.

Those of `camplane_tools` are a plug-in: where that, or what it needs, is not installed, a
command in their place says which extra brings it.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import typer
from rich.markup import escape
from typer.core import TyperGroup
from typer.main import get_command, get_group

from gateway.cli.examples import with_examples
from gateway.cli.output import fail

TOOLS = "camplane_tools."
_EXTRA = "pip install 'camplane[tools]'"


def group_of(table: Mapping[str, str], summaries: Mapping[str, str], of: str) -> type[TyperGroup]:
    """Return a group of these commands: where each, or each group of them, is ("module:name").

    It finds them as any group does, and suggests one for a name that is mistyped.
    summaries: a line about each, for the list, which imports none. of: the group's own name.
    """

    class Group(TyperGroup):
        def __init__(self, **attributes: Any) -> None:
            super().__init__(**attributes)
            self.commands = _Commands(table, of)  # type: ignore[assignment]

        def list_commands(self, ctx: Any) -> list[str]:
            """Return the names; none is imported for that."""
            return list(table)

        def get_command(self, ctx: Any, cmd_name: str) -> Any:
            """Return what the list shows of it: see resolve_command."""
            if cmd_name not in table:
                return None
            return _listed(cmd_name, table[cmd_name], summaries[cmd_name])

        def resolve_command(self, ctx: Any, args: list[str]) -> Any:
            """Return the command that was asked for, which is imported now."""
            name, listed, rest = super().resolve_command(ctx, args)
            return name, listed and self.commands[listed.name or ""], rest

    return Group


class _Commands(Mapping[str, Any]):
    def __init__(self, table: Mapping[str, str], of: str) -> None:
        self._table, self._of = table, of

    def __getitem__(self, name: str) -> Any:
        return with_examples(self._made(name), f"{self._of} {name}".strip())

    def _made(self, name: str) -> Any:
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


def _listed(name: str, where: str, summary: str) -> Any:
    """Return a command that is only listed."""
    top = where.partition(".")[0]
    if f"{top}." == TOOLS and not _is_installed(top):
        return _missing(name, top)
    alone = typer.Typer(add_completion=False)
    alone.command(name, help=summary)(lambda: None)
    return get_command(alone)


def _is_installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ValueError:  # it was imported in a way that left no trace of where it is
        return False


def _missing(name: str, needed: str) -> Any:
    """Return a command that says what is needed for the one of this name."""
    alone = typer.Typer(add_completion=False)
    anything = {"ignore_unknown_options": True, "allow_extra_args": True}

    @alone.command(name, help=f"Not installed: {escape(_EXTRA)}", context_settings=anything)
    def say() -> None:
        fail(f"{name} needs {needed}, which is not installed: {_EXTRA}")

    return get_command(alone)
