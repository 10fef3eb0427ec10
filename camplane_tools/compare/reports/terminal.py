"""The run for people, in a terminal."""

from rich.console import Console
from rich.text import Text

from camplane_tools.compare.findings import Findings, Group
from camplane_tools.compare.reports import shown
from camplane_tools.compare.secrets import hidden_text
from gateway.cli.output import counted

_MAX_GROUPS = 40


def print_findings(console: Console, findings: Findings) -> None:
    """Print the groups that fail, the declared ones, and the verdict."""
    failed, meant = findings.undeclared, findings.meant
    if failed:
        for group in failed[:_MAX_GROUPS]:
            _print_group(console, group)
        if len(failed) > _MAX_GROUPS:
            console.print(f"… and {len(failed) - _MAX_GROUPS} more groups (--json, --html)")
        console.print()
    for row in sorted({group.row for group in meant}):
        groups = [group for group in meant if group.row == row]
        cases = {member[0].case for group in groups for member in group.members}
        name = f"row {row} of docs/rest-api.md" if row else "declared by you"
        console.print(
            Text(f"{name}: {groups[0].why}; in {counted(len(cases), 'case')}", style="dim"),
            soft_wrap=True,
        )
    for one in findings.stale:
        name = f"row {one.row}" if one.row else "yours"
        console.print(
            Text(f"declared, and no longer so ({name}): {one.why}", style="yellow"), soft_wrap=True
        )
    for reason, number in findings.skipped.items():
        console.print(
            Text(f"not asked: {counted(number, 'case')}: {reason}", style="yellow"), soft_wrap=True
        )
    for note in findings.notes:
        console.print(Text(note, style="yellow"), soft_wrap=True)
    console.print(verdict(findings))


def verdict(findings: Findings) -> Text:
    """Return the last line."""
    cases = len({one.case for one in findings.comparisons})
    told = (
        f"{counted(len(findings.comparisons), 'comparison')} in {counted(cases, 'case')}, "
        f"{findings.seconds:.1f} s: "
    )
    if not findings.comparisons:
        return Text(told, "") + Text("nothing was compared", style="bold red")
    differing = sum(bool(one.undeclared) for one in findings.comparisons)
    if not differing:
        return Text(told) + Text(f"{findings.old} and {findings.new} are equal", style="bold green")
    return Text(told) + Text(f"{differing} differ", style="bold red")


def _print_group(console: Console, group: Group) -> None:
    comparison, difference = group.members[0]
    old, new = shown.both(difference)
    head = Text(f"{group.operation}  ", style="bold")
    head += Text(f"{group.field}: ", style="cyan") + Text(group.cause, style="red")
    head += Text(f"  {len(group.members)}×", style="dim")
    console.print(head, soft_wrap=True)
    where = f"    {hidden_text(comparison.case)}, step {comparison.step}: "
    told = Text(where, style="dim") + Text(shown.cut(old, 100), style="red")
    told += Text(" became ", style="dim") + Text(shown.cut(new, 100), style="green")
    console.print(told, soft_wrap=True)
