"""`camplane probe` refuses wrong use in words, before anything is loaded."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli.app import app

# Nobody listens there; what is refused for its words is refused before that is seen.
NOBODY = ("--url", "http://127.0.0.1:1")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--against", "http://192.0.2.1"), "--load-other-machines"),
        (("--url", "http://192.0.2.1"), "--load-other-machines"),
        (("--url", "https://127.0.0.1"), "TLS is not probed"),
        (("--paths", "both"), "give legacy, domain"),
        (("--paths", "legacy,legacy"), "give legacy, domain"),
        ((*NOBODY, "--endpoint", "rule-update"), "it needs --writes"),
        ((*NOBODY, "--endpoint", "nothing"), "give one of status"),
        ((*NOBODY, "--fresh"), "leave out --url"),
        (("--chart", "/nowhere/at/all.svg"), "no such folder"),
        (("--connections", "100000"), "connections"),
        (("--mode", "open", "--rate", "1000000"), "rate"),
    ],
)
def test_wrong_use_ends_with_2(arguments: tuple[str, ...], words: str) -> None:
    done = CliRunner().invoke(app, ["probe", *arguments])
    assert done.exit_code == 2, done.output
    assert words in " ".join(done.output.split())


def test_a_gateway_that_is_not_there_ends_with_1_and_no_camplane_with_3(tmp_path: Path) -> None:
    for writes in ((), ("--writes",)):
        done = CliRunner().invoke(app, ["probe", *NOBODY, *writes])
        assert done.exit_code == 1, done.output
        assert "/api/v1/cameras" in done.output
    assert CliRunner().invoke(app, ["probe", "--data", str(tmp_path)]).exit_code == 3
