"""The commands of `camplane`, which are imported when they are asked for."""

import pytest
from typer.testing import CliRunner

from gateway.cli.app import COMMANDS, app


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
