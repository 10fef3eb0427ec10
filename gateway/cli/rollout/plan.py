"""`camplane rollout plan`: what a plan does, and how long it will take."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.output import REFUSED, console, fail, print_json
from gateway.cli.rest import DEFAULT_DATA, AsJson, Data, Url
from gateway.cli.rollout.client import ORDER, OneOrBoth, Rollouts
from gateway.cli.rollout.plan_views import forecast, plan_in_words
from gateway.rollout.plan.file import PlanError, plan_to_json, read_plan, shipped_plan
from gateway.rollout.plan.model import RolloutPlan


def plan(
    context: OneOrBoth = None,
    file: Annotated[
        Path | None, typer.Option(help="The plan in YAML; those that come with camplane if none.")
    ] = None,
    at_current_traffic: Annotated[
        bool,
        typer.Option(
            "--at-current-traffic",
            help="Say how long each step will need to reach a verdict, at the traffic of the "
            "last hour.",
        ),
    ] = False,
    as_json: AsJson = False,
    data: Data = DEFAULT_DATA,
    url: Url = "",
) -> None:
    """Show what a plan does, step by step; nothing is started, and no camplane need run."""
    texts = _texts(context.value if context else "", file)
    if not at_current_traffic:
        plans = [_read(text, file) for text in texts.values()]
        if as_json:
            # A webhook's address may be a secret.
            shown = [plan_to_json(one) | {"notifications": len(one.notifications)} for one in plans]
            print_json({"plans": shown})
            return
        for one in plans:
            console.print(plan_in_words(one), soft_wrap=True)
        return
    rollouts = Rollouts(data, url)
    answers = {
        one: rollouts.ask("POST", f"/{one}/forecast", {"plan": text}) for one, text in texts.items()
    }
    if as_json:
        print_json(answers)
        return
    for name, answer in answers.items():
        console.print(forecast(name, answer))


def read_text(path: Path) -> str:
    """Return the text of a plan; ends the command when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        fail(f"{path} cannot be read: {error.strerror}", 2)
    except UnicodeDecodeError:
        fail(f"{path} is no text in UTF-8", REFUSED)


def context_of_plan(path: Path, text: str) -> str:
    """Return the context that a plan is for; ends the command when it is no plan."""
    return _read(text, path).context


def _texts(context: str, file: Path | None) -> dict[str, str]:
    """Return the plans that are meant, by context."""
    if file is None:
        return {one: shipped_plan(one) for one in ([context] if context else ORDER)}
    text = read_text(file)
    found = context_of_plan(file, text)
    if context and found != context:
        fail(f"{file} is a plan for {found}, not for {context}", REFUSED)
    return {found: text}


def _read(text: str, path: Path | None) -> RolloutPlan:
    try:
        return read_plan(text)
    except PlanError as error:
        where = path or "the plan that comes with camplane"
        fail("\n".join(f"{where}:{one.line}: {one.text}" for one in error.problems), REFUSED)
