"""The commands of `camplane`, which are imported when they are asked for."""

from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from gateway.cli.app import COMMANDS, SUMMARIES, app
from gateway.cli.examples import EXAMPLES
from tests.typed import typed


def names(command: Any, name: str = "") -> Iterator[str]:
    """Yield the name of a group and of all below it."""
    yield name
    for each, below in getattr(command, "commands", {}).items():
        yield from names(below, f"{name} {each}".strip())


ALL = list(names(get_command(app)))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_where_the_list_says_and_has_a_help_of_its_own(name: str) -> None:
    done = CliRunner().invoke(app, [name, "--help"])
    assert done.exit_code == 0, done.output
    assert f"Usage: camplane {name} " in done.output


def test_the_help_names_every_command() -> None:
    listed = CliRunner().invoke(app, ["--help"]).output
    assert [name for name in COMMANDS if f" {name} " not in listed] == []


def test_for_a_mistyped_command_the_one_that_was_meant_is_named() -> None:
    done = CliRunner().invoke(app, ["shado"])
    assert done.exit_code == 2
    assert "Did you mean 'shadow'?" in done.output


def test_every_command_has_a_line_in_the_list_of_the_help() -> None:
    assert SUMMARIES.keys() == COMMANDS.keys()
    listed = CliRunner().invoke(app, ["--help"]).output
    assert [line for line in SUMMARIES.values() if line not in listed] == []


@pytest.mark.parametrize("name", ALL)
def test_every_help_ends_with_examples_and_h_is_enough_to_ask_for_it(name: str) -> None:
    done = CliRunner().invoke(app, [*name.split(), "-h"], env={"COLUMNS": "120"})
    assert done.exit_code == 0, done.output
    said = done.output.partition("Example")[2]
    assert [example for example in EXAMPLES[name] if example not in said] == []


@pytest.mark.parametrize(
    "example", sorted({one for some in EXAMPLES.values() for one in some}), ids=str
)
def test_an_example_is_a_command_that_can_be_typed(example: str) -> None:
    """Every option, argument and choice in it exists; nothing of it is carried out."""
    typed(example)


def test_no_example_is_of_a_command_that_there_is_not() -> None:
    assert EXAMPLES.keys() - set(ALL) == set()
