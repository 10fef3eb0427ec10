"""The run as one HTML file: no script, nothing fetched, both answers side by side. Pure."""

import difflib
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from camplane_tools.compare.differ import Difference
from camplane_tools.compare.findings import Comparison, Findings, Group
from camplane_tools.compare.model import Answer
from camplane_tools.compare.reports import shown
from camplane_tools.compare.secrets import hidden_text

_CSS = Path(__file__).with_name("page.css").read_text("utf-8")
_MAX_EXAMPLES = 5


def page(findings: Findings) -> str:
    """Return the page."""
    title = f"{findings.old} and {findings.new}"
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8>",
        '<meta name=viewport content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title><style>{_CSS}</style>",
        f"<h1>{escape(title)}</h1>{_verdict(findings)}",
        *_section("Differences", findings, findings.undeclared, opened=True),
        *_section("Declared differences", findings, findings.meant),
        *_notes(findings),
        _operations(findings),
        "</html>",
    ]
    # A lone surrogate in an answer has no place in a file.
    return "\n".join(parts).encode("utf-8", "replace").decode()


def _verdict(findings: Findings) -> str:
    differing = sum(bool(one.undeclared) for one in findings.comparisons)
    if findings.is_equal:
        said, kind = "They answer alike.", "equal"
    elif not findings.comparisons:
        said, kind = "Nothing was compared.", "differs"
    else:
        said, kind = f"{differing} answers differ, and nothing declares it.", "differs"
    cases = len({one.case for one in findings.comparisons})
    facts = f"{len(findings.comparisons)} comparisons in {cases} cases, {findings.seconds:.1f} s"
    return f'<p class="verdict {kind}">{said}</p><p class=facts>{facts}</p>'


def _section(
    title: str, findings: Findings, groups: Sequence[Group], opened: bool = False
) -> Iterable[str]:
    if not groups:
        return
    yield f"<h2>{title}</h2>"
    for group in groups:
        cause = f"row {group.row}: {group.why}" if group.row else group.why or group.cause
        is_open = " open" if opened and group is groups[0] else ""
        kind = "meant" if group.why else "undeclared"
        yield (
            f'<details class="{kind}"{is_open}><summary>'
            f"<span><code>{escape(group.field)}</code> "
            f"<span class=cause>{escape(cause)}</span></span>"
            f"<span class=times>{len(group.members)}&times;</span>"
            f"<code class=where>{escape(group.operation)}</code></summary>"
        )
        for comparison, difference in group.members[:_MAX_EXAMPLES]:
            yield _example(findings, comparison, difference)
        if len(group.members) > _MAX_EXAMPLES:
            rest = {c.case for c, _ in group.members[_MAX_EXAMPLES:]}
            yield f"<p class=example>also in: {escape(', '.join(sorted(rest)))}</p>"
        yield "</details>"


def _example(findings: Findings, comparison: Comparison, difference: Difference) -> str:
    exchange = comparison.exchange
    old, new = shown.both(difference)
    left, right = _lines(exchange.old), _lines(exchange.new)
    marks = _marked(left, right)
    return (
        f"<div class=example><h3>{escape(hidden_text(comparison.case))}, "
        f"step {comparison.step}</h3>"
        f"<pre class=request>{escape(shown.request(exchange.request))}</pre>"
        f"<p><code>{escape(difference.field)}</code>: "
        f"<code>{escape(old)}</code> became <code>{escape(new)}</code></p>"
        f"<div class=sides>{_side('old', findings.old, left, marks[0])}"
        f"{_side('new', findings.new, right, marks[1])}</div></div>"
    )


def _side(kind: str, name: str, lines: list[str], marked: set[int]) -> str:
    text = "".join(
        f"<span{' class=mark' if number in marked else ''}>{escape(line)}</span>"
        for number, line in enumerate(lines)
    )
    return f'<div class="side {kind}"><h4>{escape(name)}</h4><pre>{text}</pre></div>'


def _lines(answer: Answer) -> list[str]:
    head = [f"{answer.status or 'no answer'}"]
    head += [f"{name}: {value}" for name, value in shown.headers(answer).items()]
    return [*head, "", *shown.body(answer).splitlines()]


def _marked(old: list[str], new: list[str]) -> tuple[set[int], set[int]]:
    """Return the numbers of the lines that only one side has."""
    left: set[int] = set()
    right: set[int] = set()
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for kind, from_old, to_old, from_new, to_new in matcher.get_opcodes():
        if kind != "equal":
            left |= set(range(from_old, to_old))
            right |= set(range(from_new, to_new))
    return left, right


def _notes(findings: Findings) -> Iterable[str]:
    said = [f"declared, and no longer so (row {one.row}): {one.why}" for one in findings.stale]
    said += [f"not asked: {number} cases: {why}" for why, number in findings.skipped.items()]
    said += findings.notes
    if said:
        yield "<h2>Notes</h2><ul class=warn>"
        yield from (f"<li>{escape(one)}" for one in said)
        yield "</ul>"


def _operations(findings: Findings) -> str:
    counts: dict[str, list[int]] = {}
    for one in findings.comparisons:
        count = counts.setdefault(one.operation, [0, 0])
        count[0] += 1
        count[1] += bool(one.undeclared)
    rows = "".join(
        f"<tr><td><code>{escape(name)}</code><td>{number}<td>{wrong or ''}"
        for name, (number, wrong) in sorted(counts.items())
    )
    head = "<tr><th>Operation<th>Compared<th>Differing"
    return f"<h2>What was asked</h2><table>{head}{rows}</table>"
