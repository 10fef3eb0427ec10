"""`camplane rollout lint`: is a rollout's plan usable, and is it wise?"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.output import REFUSED, console, print_json
from gateway.cli.rest import AsJson
from gateway.rollout.plan.fields import ERROR, Problem
from gateway.rollout.plan.file import MAX_BYTES, PlanError, read_plan, shipped_plan
from gateway.rollout.plan.lint import lint, order_problem
from gateway.vocabulary.split import CONTEXTS

Files = Annotated[
    list[Path] | None, typer.Argument(help="Plans in YAML; none: the plans that come with this.")
]


def lint_command(files: Files = None, as_json: AsJson = False) -> None:
    """Check rollout plans: errors, and what is risky. Exit code 1 when there is either."""
    texts = _read(files) if files else {f"{c} (shipped)": shipped_plan(c) for c in CONTEXTS}
    found = [(name, problem) for name, text in texts.items() for problem in _lint(text)]
    if together := _order_problem([text for text in texts.values() if isinstance(text, str)]):
        found.append(("the plans together", Problem(0, ERROR, together)))
    if as_json:
        print_json(
            {
                "checked": list(texts),
                "problems": [
                    {"file": name, "line": one.line, "level": one.level, "text": one.text}
                    for name, one in found
                ],
            }
        )
    else:
        if not files:
            console.print("checking the plans that come with camplane")
        for name, one in found:
            place = f"{name}:{one.line}" if one.line else name
            console.print(f"{place}: {one.level}: {one.text}", soft_wrap=True)
        if not found:
            console.print(f"{', '.join(texts)}: nothing to say against", soft_wrap=True)
    if found:
        raise typer.Exit(REFUSED)


def _read(files: Sequence[Path]) -> dict[str, str | Problem]:
    """Return the text of each file, or why there is none."""
    texts: dict[str, str | Problem] = {}
    for path in files:
        try:
            with path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
            # A larger one is refused for its size, even if it was cut within a character.
            errors = "strict" if len(data) <= MAX_BYTES else "replace"
            texts[str(path)] = data.decode(errors=errors)
        except OSError as error:
            texts[str(path)] = Problem(1, ERROR, f"cannot be read: {error.strerror}")
        except UnicodeDecodeError:
            texts[str(path)] = Problem(1, ERROR, "is no text in UTF-8")
    return texts


def _lint(text: str | Problem) -> list[Problem]:
    return lint(text) if isinstance(text, str) else [text]


def _order_problem(texts: Sequence[str]) -> str | None:
    """Return what is wrong between the plans that can be read."""
    plans = []
    for text in texts:
        try:
            plans.append(read_plan(text))
        except PlanError:
            continue
    return order_problem(plans)
