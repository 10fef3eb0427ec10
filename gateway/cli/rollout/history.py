"""`camplane rollout history|replay`: the decision log, checked and made again."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.chain.entry import Seen
from gateway.cli.output import REFUSED, console, counted, fail, print_json, print_table
from gateway.cli.rest import DEFAULT_DATA, AsJson, Data, Url
from gateway.cli.rollout.client import OneOrBoth
from gateway.cli.rollout.views import HISTORY_COLUMNS, history_row

if TYPE_CHECKING:
    from gateway.cli.rollout.log import LogSource

# What decides, and what reads the log, takes a while to import: not for a help text.


def history(
    context: OneOrBoth = None,
    count: Annotated[
        int, typer.Option("--count", "-n", min=1, max=1000, help="How many, at most.")
    ] = 50,
    verify: Annotated[
        bool,
        typer.Option(
            "--verify",
            help="Check the whole log instead: that no decision was changed, dropped or put in.",
        ),
    ] = False,
    head: Annotated[
        str,
        typer.Option(
            help="With --verify: a hash noted before, such as a webhook's. It must still be in "
            "the log, which tells whether its end was cut off."
        ),
    ] = "",
    as_json: AsJson = False,
    data: Data = DEFAULT_DATA,
    url: Url = "",
) -> None:
    """List the newest decisions, or check the whole log with --verify.

    Exit code 1: it is broken. When no camplane runs on --data, the log is read
    from its file, and not changed.
    """
    if head and not verify:
        fail("--head belongs to --verify", 2)
    if verify and context is not None:
        fail("the log of both contexts is one chain: leave out CONTEXT, or --verify", 2)
    from gateway.cli.rollout.log import open_log

    source = open_log(data, url)
    if verify:
        _verify(source, head, as_json)
        return
    found = source.newest(context.value if context else "", count)
    if as_json:
        print_json({"decisions": found})
        return
    print_table(HISTORY_COLUMNS, map(history_row, found), empty="nothing was decided yet")


def replay(
    context: OneOrBoth = None,
    as_json: AsJson = False,
    data: Data = DEFAULT_DATA,
    url: Url = "",
) -> None:
    """Make every recorded verdict again from its evidence and its plan.

    Exit code 1 when one comes out otherwise; the first such is named. Verdicts by
    another release's rules are counted, not made again. When no camplane runs on
    --data, the log is read from its file.
    """
    from gateway.cli.rollout.log import open_log
    from gateway.rollout.decisions import replay as replaying

    found = replaying.replay(open_log(data, url).all(context.value if context else ""))
    if as_json:
        print_json(
            {
                "decisions": found.decisions,
                "verdicts": found.verdicts,
                "other_rules": found.other_rules,
                "difference": found.difference,
            }
        )
    if found.difference:
        if as_json:
            raise typer.Exit(REFUSED)
        fail(f"a verdict comes out otherwise: {found.difference}", REFUSED)
    if not as_json:
        console.print(
            f"{counted(found.decisions, 'decision')}, {counted(found.verdicts, 'verdict')} "
            "made again: all the same"
        )
        if found.other_rules:
            console.print(
                f"{found.other_rules:,} more verdicts were made by another release's rules;"
                " only that release can make them again"
            )


def _verify(source: "LogSource", head: str, as_json: bool) -> None:
    from gateway.rollout.decisions.decision import broken_at

    seen = Seen(head)
    trouble = broken_at(seen.by(source.all()))
    if not trouble and not seen.found:
        trouble = f"{head} is no decision's hash: the end was cut off, or it is another log"
    if as_json:
        said: dict[str, Any] = {"decisions": seen.count, "head": seen.head, "trouble": trouble}
        print_json(said)
        raise typer.Exit(REFUSED if trouble else 0)
    if trouble:
        fail(f"the decision log is broken: {trouble}", REFUSED)
    console.print(
        f"{counted(seen.count, 'decision')}, unbroken; head {seen.head or 'none'}", soft_wrap=True
    )
