"""`camplane rollout …`: how the traffic moves to the domain implementations, live."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli.output import console, fail, note, print_json
from gateway.cli.rest import DEFAULT_DATA, AsJson, Data, Url
from gateway.cli.rollout import history, lint, pins, plan, status
from gateway.cli.rollout.client import (
    ORDER,
    Asking,
    Author,
    Context,
    One,
    OneOrBoth,
    Reason,
    Rollouts,
    who_and_why,
)
from gateway.cli.rollout.plan import context_of_plan, read_text
from gateway.cli.rollout.views import begins_first, summary

app = typer.Typer(
    help=(
        "Move the traffic to domain by a plan, judged by evidence, and see how far it is.\n\n"
        "CONTEXT is `camera` or `alert`. Every change is kept in the decision log, with who "
        "asked for it and why. Exit code 3: no controller answers; the gateway then goes on "
        "with its last weights."
    ),
    no_args_is_help=True,
)

Percent = Annotated[int | None, typer.Option(min=0, max=100, help="Percent to domain.")]
Directly = Annotated[
    bool,
    typer.Option(
        "--directly",
        help="Without a controller, for when it is dead: on the files of --data themselves.",
    ),
]

app.command()(status.status)


@app.command()
def start(
    context: OneOrBoth = None,
    plan: Annotated[
        list[Path] | None,
        typer.Option(
            help="The plan in YAML, once for each context; those that come with camplane if "
            "left out."
        ),
    ] = None,
    author: Author = "",
    reason: Reason = "",
    as_json: AsJson = False,
    data: Data = DEFAULT_DATA,
    url: Url = "",
) -> None:
    """Begin a plan; without CONTEXT both, alert rules first: cameras wait as their plan says.

    It begins at the first step that does not lower the share domain has already.
    """
    texts = _plans(context, plan or [])
    said = who_and_why(author, reason)
    changes = [_asking(one, "start", {"plan": text, **said}) for one, text in texts.items()]
    rollouts = Rollouts(data, url)
    _ask_all(rollouts, changes, as_json)
    if as_json or "camera" not in texts:
        return
    answer = rollouts.state()["rollouts"]
    for hint in filter(None, (begins_first(one, answer) for one in answer)):
        note(hint)


@app.command()
def promote(
    context: One,
    full: Annotated[
        bool, typer.Option("--full", help="To the last step instead of the next one.")
    ] = False,
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help="Also in a freeze window, while domain does not serve, and by more than "
            "the plan allows at a time.",
        ),
    ] = False,
    author: Author = "",
    reason: Reason = "",
    as_json: AsJson = False,
    data: Data = DEFAULT_DATA,
    url: Url = "",
) -> None:
    """Go on to the next step, whatever the evidence says."""
    body = {"full": full, "force": force, **who_and_why(author, reason)}
    _ask_all(Rollouts(data, url), [_asking(context.value, "promote", body)], as_json)


@app.command()
def pause(
    context: One,
    author: Author = "",
    reason: Reason = "",
    as_json: AsJson = False,
    data: Data = DEFAULT_DATA,
    url: Url = "",
) -> None:
    """Keep the weight until somebody resumes. A domain that fails is rolled back all the same."""
    body = who_and_why(author, reason)
    _ask_all(Rollouts(data, url), [_asking(context.value, "pause", body)], as_json)


@app.command()
def resume(
    context: One,
    author: Author = "",
    reason: Reason = "",
    as_json: AsJson = False,
    data: Data = DEFAULT_DATA,
    url: Url = "",
) -> None:
    """Let a paused rollout go on where it was."""
    body = who_and_why(author, reason)
    _ask_all(Rollouts(data, url), [_asking(context.value, "resume", body)], as_json)


@app.command()
def abort(
    context: OneOrBoth = None,
    gradual: Annotated[
        bool,
        typer.Option(
            "--gradual", help="Step by step, the newest adopters first, instead of all at once."
        ),
    ] = False,
    directly: Directly = False,
    author: Author = "",
    reason: Reason = "",
    as_json: AsJson = False,
    data: Data = DEFAULT_DATA,
    url: Url = "",
) -> None:
    """Give all requests back to legacy; without CONTEXT of both, cameras first.

    Requests under way finish where they began. Works in every phase. What
    the plan says is aborted with this context goes with it.
    """
    contexts: Sequence[str] = ORDER[::-1] if context is None else (context.value,)
    said = who_and_why(author, reason)
    if directly:
        if gradual:
            fail("--gradual needs a controller, which --directly does without; give one", 2)
        from gateway.cli.rollout.directly import command_directly  # with all of the controller

        command_directly(_local(data, url), dict.fromkeys(contexts), said, as_json)
        return
    body = {"gradual": gradual, **said}
    _ask_all(Rollouts(data, url), [_asking(one, "abort", body) for one in contexts], as_json)


@app.command("set")
def set_weights(
    camera: Percent = None,
    alert: Percent = None,
    directly: Directly = False,
    author: Author = "",
    reason: Reason = "",
    as_json: AsJson = False,
    data: Data = DEFAULT_DATA,
    url: Url = "",
) -> None:
    """Set the split by hand, such as --camera 25, without a plan and without judgement.

    No request is lost, and a camera moves at most once while its percentage
    grows. It holds until `camplane up` starts anew, which begins as its
    environment says.
    """
    weights = {"camera": camera, "alert": alert}
    asked = {context: weight for context, weight in weights.items() if weight is not None}
    if not asked:
        fail("say how much, such as --camera 25 or --alert 10", 2)
    said = who_and_why(author, reason)
    if directly:
        from gateway.cli.rollout.directly import command_directly

        command_directly(_local(data, url), asked, said, as_json)
        return
    changes = [
        Asking(context, "PUT", f"/{context}/weight", {"weight": weight, **said})
        for context, weight in asked.items()
    ]
    _ask_all(Rollouts(data, url), changes, as_json)


app.command()(pins.pin)
app.command()(pins.unpin)
app.command()(pins.pins)
app.command()(pins.explain)
app.command()(history.history)
app.command()(history.replay)
app.command()(plan.plan)
app.command("lint")(lint.lint_command)


def _plans(context: Context | None, files: Sequence[Path]) -> Mapping[str, str]:
    """Return the text of the plan for each context that is meant; "" for the shipped one."""
    if not files:
        return dict.fromkeys(_in_order(context), "")
    texts: dict[str, str] = {}
    for file in files:
        text = read_text(file)
        # With CONTEXT the controller says what is wrong with a plan, or whose it is.
        of = context_of_plan(file, text) if context is None else context.value
        if of in texts:
            fail(f"two plans are for {of}; give one --plan for each context", 2)
        texts[of] = text
    return {one: texts[one] for one in ORDER if one in texts}


def _in_order(context: Context | None) -> Sequence[str]:
    """Return the contexts that are meant, in the order in which they begin."""
    return ORDER if context is None else (context.value,)


def _asking(context: str, verb: str, body: Mapping[str, Any]) -> Asking:
    return Asking(context, "POST", f"/{context}/{verb}", body)


def _ask_all(rollouts: Rollouts, changes: Sequence[Asking], as_json: bool) -> None:
    """Ask for changes and say what became of each; end with what was refused."""
    made, refused, code = rollouts.ask_all(changes)
    if as_json:
        print_json({"rollouts": made})
    else:
        for one in made:
            console.print(summary(one), soft_wrap=True)
    if refused:
        fail("\n".join(refused), code)


def _local(data: Path, url: str) -> Path:
    if url:
        fail("--directly works on the files of --data; leave out --url", 2)
    return data.absolute()
