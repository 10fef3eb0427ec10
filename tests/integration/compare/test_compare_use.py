"""Wrong use of `camplane compare` is refused before anything is started."""

import pytest
from typer.testing import CliRunner

from gateway.cli.app import app


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--old", "nobody"), "is no side"),
        (("--old", "http://u:p@h"), "--header-from"),
        (("--old", "friend@http://h"), "before @ stands"),
        (("--from", "/nowhere"), "cannot be read"),
        (("--from", "/nowhere", "--generate", "5"), "give one"),
        (("--only", "["), "malformed"),
        (("--cameras", "/nowhere"), "cannot be read"),
        (("--declared", "/nowhere"), "cannot be read"),
        (("--old", "legacy@http://h", "--new", "domain@http://h", "--allow-writes"), "would meet"),
        (("--header-from", "Authorization=NOT_SET_ANYWHERE"), "a variable that is set"),
    ],
)
def test_wrong_use_is_told_in_words(arguments: tuple[str, ...], said: str) -> None:
    done = CliRunner().invoke(app, ["compare", *arguments])
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
