"""`camplane rollout lint` on files."""

import json
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from gateway.cli.rollout.lint import lint_command
from gateway.rollout.plan.file import shipped_plan

app = typer.Typer()
app.command()(lint_command)


def lint(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments])


@pytest.fixture
def plans(tmp_path: Path) -> tuple[Path, Path]:
    """The shipped plans in files, the alert rules' first."""
    for context in ("alert", "camera"):
        (tmp_path / f"{context}.yaml").write_text(shipped_plan(context))
    return tmp_path / "alert.yaml", tmp_path / "camera.yaml"


def test_without_a_file_the_shipped_plans_are_checked_and_it_says_so() -> None:
    done = lint()
    assert done.exit_code == 0
    assert "checking the plans that come with camplane" in done.output


def test_good_files_are_fine(plans: tuple[Path, Path]) -> None:
    assert lint(*plans).exit_code == 0


def test_each_problem_is_named_by_file_line_and_level(plans: tuple[Path, Path]) -> None:
    alert, camera = plans
    lines = shipped_plan("alert").replace("setWeight: 10\n", "setWeight: ten\n").splitlines()
    alert.write_text("\n".join(lines))
    camera.write_text(shipped_plan("camera").replace("minRequests: 500", "minRequests: 0"))
    done = lint(*plans)
    assert done.exit_code == 1
    wrong = next(n for n, line in enumerate(lines, 1) if "ten" in line)
    assert f"{alert}:{wrong}: error: spec.steps[0].setWeight: 'ten': give a whole" in done.output
    assert f"{camera}:" in done.output and ": warning: spec.steps[0].minRequests" in done.output


def test_machines_get_the_same_as_json(plans: tuple[Path, Path]) -> None:
    alert, camera = plans
    alert.write_text("kind: [")
    done = lint("--json", *plans)
    document = json.loads(done.stdout)
    assert done.exit_code == 1
    assert document["checked"] == [str(alert), str(camera)]
    (problem,) = document["problems"]
    assert (problem["file"], problem["line"], problem["level"]) == (str(alert), 1, "error")


def test_files_that_are_no_text_or_not_there_are_named(tmp_path: Path) -> None:
    binary, large = tmp_path / "binary", tmp_path / "large"
    binary.write_bytes(b"\xff\xfe")
    large.write_text("é" * 100_000)
    done = lint(binary, large, tmp_path, tmp_path / "none")
    assert done.exit_code == 1
    for path, said in (
        (binary, "is no text in UTF-8"),
        (large, "larger than"),
        (tmp_path, "Is a directory"),
        (tmp_path / "none", "No such file"),
    ):
        assert any(
            line.startswith(f"{path}:1: error: ") and said in line
            for line in done.output.splitlines()
        )


def test_plans_that_wait_for_each_other_are_refused_together(plans: tuple[Path, Path]) -> None:
    alert, _ = plans
    alert.write_text(shipped_plan("alert").replace("abortTogether: [camera]", "after: [camera]"))
    done = lint(*plans)
    assert done.exit_code == 1
    assert "the plans together: error: they wait for each other" in done.output
