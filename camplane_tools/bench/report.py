"""The report: for the terminal, as Markdown between a document's markers, and as JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from camplane_tools.bench.results import Claim, Findings, Table
from camplane_tools.probe.numbers import number

BEGIN = "<!-- make bench writes from here -->"
END = "<!-- to here -->"


def begin_of(only: str) -> str:
    """Return the mark before the figures of these sections alone; of all sections for ""."""
    return f"<!-- make bench writes {only} from here -->" if only else BEGIN


_CLAIM_COLUMNS = ("Promise", "Target", "Reached", "95 % interval", "")
_WIDTH = 150
_COLOURS = {"met": "green", "met?": "yellow", "missed?": "yellow", "missed": "red"}


class MarkersMissingError(Exception):
    """The document has no place for the report; the text says what it needs."""


def print_report(machine: Mapping[str, str], findings: Sequence[Findings]) -> None:
    """Print everything for a person to read."""
    console = Console(highlight=False)
    console.width = max(console.width, _WIDTH)
    for name, value in machine.items():
        console.print(f"{name}: {value}", markup=False, soft_wrap=True)
    for table in _tables(findings):
        console.print()
        shown = RichTable(title=table.title, title_justify="left", box=None, pad_edge=False)
        for index, column in enumerate(table.columns):
            shown.add_column(column, justify="left" if index == 0 else "right")
        for row in table.rows:
            shown.add_row(*(Text(cell, style=_COLOURS.get(cell, "")) for cell in row))
        console.print(shown)
        if table.note:
            console.print(table.note, markup=False)


def as_json(machine: Mapping[str, str], findings: Sequence[Findings]) -> str:
    """Return everything, raw figures too, as JSON text."""
    sections = [
        {
            "section": one.section,
            "claims": [asdict(claim) | {"verdict": claim.verdict} for claim in one.claims],
            "tables": [asdict(table) for table in one.tables],
            "data": one.data,
        }
        for one in findings
    ]
    return json.dumps({"machine": dict(machine), "sections": sections}, indent=1) + "\n"


def as_markdown(
    machine: Mapping[str, str], findings: Sequence[Findings], title: str = "The machine"
) -> str:
    """Return everything but the raw figures as Markdown; title: of what `machine` says."""
    parts = [_markdown(Table(title, ("", ""), list(machine.items())))]
    parts += [_markdown(table) for table in _tables(findings)]
    return "\n\n".join(parts)


def require_markers(document: Path, begin: str = BEGIN) -> None:
    """Raise MarkersMissingError unless `document` has a place for the report."""
    text = document.read_text("utf-8") if document.is_file() else ""
    if END not in text.partition(begin)[2]:
        raise MarkersMissingError(
            f"{document} needs the lines {begin} and {END} around the figures"
        )


def write_between_markers(document: Path, text: str, begin: str = BEGIN) -> None:
    """Replace what stands between the markers of `document`; MarkersMissingError without them."""
    require_markers(document, begin)
    before, _, rest = document.read_text("utf-8").partition(begin)
    after = rest.partition(END)[2]
    document.write_text(f"{before}{begin}\n\n{text}\n\n{END}{after}", "utf-8")


def _tables(findings: Sequence[Findings]) -> list[Table]:
    claims = [claim for one in findings for claim in one.claims]
    tables = [table for one in findings for table in one.tables]
    if not claims:
        return tables
    missed = sum(not claim.met for claim in claims)
    note = f"{len(claims) - missed} of {len(claims)} targets met, {missed} missed."
    return [Table("Targets", _CLAIM_COLUMNS, [_claim_row(c) for c in claims], note), *tables]


def _claim_row(claim: Claim) -> list[str]:
    def shown(value: float) -> str:
        if not claim.unit:
            return f"{value:.0%}"
        return f"{number(value)}{'' if claim.unit == '×' else ' '}{claim.unit}"

    sign = "≥" if claim.at_least else "≤"
    interval = ""
    if claim.low is not None and claim.high is not None:
        interval = f"{shown(claim.low)} to {shown(claim.high)}"
    return [
        *(claim.name, f"{sign} {shown(claim.target)}", shown(claim.reached)),
        *(interval, claim.verdict),
    ]


def _markdown(table: Table) -> str:
    rows = ["| " + " | ".join(row) + " |" for row in (table.columns, *table.rows)]
    rows.insert(1, "|---" + "|---:" * (len(table.columns) - 1) + "|")
    note = f"\n\n{table.note}" if table.note else ""
    return f"### {table.title}\n\n" + "\n".join(rows) + note
