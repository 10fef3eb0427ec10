"""Commands as somebody types them, read and not carried out."""

import shlex

from typer.main import get_command

from gateway.cli.app import app


def typed(line: str) -> None:
    """Read a line such as `camplane cameras list`; an error of use when it is none."""
    program, *arguments = shlex.split(line, comments=True)
    assert program == "camplane", line
    command, context = get_command(app), None
    while hasattr(command, "commands"):
        context = command.make_context(command.name or "", arguments, parent=context)
        if not (left := [*context._protected_args, *context.args]):
            return
        name, command, arguments = command.resolve_command(context, left)
        assert command is not None, name
    command.make_context(command.name or "", arguments, parent=context)
