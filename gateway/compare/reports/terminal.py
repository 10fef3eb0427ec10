"""The run for people, in a terminal."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway.compare.findings import Findings, Group
from gateway.compare.reports import shown

_MOST_GROUPS = 40


def print_findings(console: Console, findings: Findings) -> None:
    """Print the groups that fail, the declared ones, and the verdict."""
    failed, meant = findings.undeclared, findings.meant
    if failed:
        console.print(_table(findings, failed[:_MOST_GROUPS]))
        if len(failed) > _MOST_GROUPS:
            console.print(f"… and {len(failed) - _MOST_GROUPS} more groups (--json, --html)")
        console.print()
    for row in sorted({group.row for group in meant}):
        groups = [group for group in meant if group.row == row]
        cases = {member[0].case for group in groups for member in group.members}
        name = f"row {row} of docs/rest-api.md" if row else "declared by you"
        console.print(Text(f"{name}: {groups[0].why}; in {len(cases)} cases", style="dim"))
    for one in findings.stale:
        name = f"row {one.row}" if one.row else "yours"
        console.print(Text(f"declared, and no longer so ({name}): {one.why}", style="yellow"))
    for reason, number in findings.skipped.items():
        console.print(Text(f"not asked: {number} cases: {reason}", style="yellow"))
    for note in findings.notes:
        console.print(Text(note, style="yellow"))
    console.print(verdict(findings))


def verdict(findings: Findings) -> Text:
    """Return the last line."""
    cases = len({one.case for one in findings.comparisons})
    told = f"{len(findings.comparisons)} comparisons in {cases} cases, {findings.seconds:.1f} s: "
    if not findings.comparisons:
        return Text(told, "") + Text("nothing was compared", style="bold red")
    differing = sum(bool(one.undeclared) for one in findings.comparisons)
    if not differing:
        return Text(told) + Text(f"{findings.old} and {findings.new} are equal", style="bold green")
    return Text(told) + Text(f"{differing} differ", style="bold red")


def _table(findings: Findings, groups: list[Group]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("operation", overflow="fold", ratio=3)
    table.add_column("field", overflow="fold", ratio=2)
    table.add_column("cause", overflow="fold", ratio=2)
    table.add_column("times", justify="right")
    table.add_column("first in", overflow="fold", ratio=3)
    table.add_column(findings.old, overflow="fold", ratio=3)
    table.add_column(findings.new, overflow="fold", ratio=3)
    for group in groups:
        comparison, difference = group.members[0]
        old, new = shown.both(difference)
        table.add_row(
            *(Text(group.operation), Text(group.field), Text(group.cause)),
            Text(str(len(group.members))),
            Text(f"{comparison.case}, step {comparison.step}"),
            *(Text(shown.cut(old, 80), style="red"), Text(shown.cut(new, 80), style="green")),
        )
    return table
