"""The run for machines: JSON, and JUnit's XML. Pure."""

import re
from collections import defaultdict
from typing import Any
from xml.etree import ElementTree as Xml

from camplane_tools.compare.findings import Comparison, Findings, Group
from camplane_tools.compare.reports import shown
from camplane_tools.compare.secrets import hidden_text

# What XML 1.0 has no way to write.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def json_document(findings: Findings) -> dict[str, Any]:
    """Return the findings as JSON; the members of a group name their cases."""
    return {
        "equal": findings.is_equal,
        "old": findings.old,
        "new": findings.new,
        "comparisons": len(findings.comparisons),
        "differing": sum(bool(one.undeclared) for one in findings.comparisons),
        "seconds": round(findings.seconds, 3),
        "groups": [_group(group) for group in findings.undeclared],
        "declared": [_group(group) for group in findings.meant],
        "stale": [{"row": one.row, "why": one.why} for one in findings.stale],
        "skipped": findings.skipped,
        "notes": findings.notes,
    }


def _group(group: Group) -> dict[str, Any]:
    said = {"row": group.row, "why": group.why} if group.why else {}
    return {
        "operation": group.operation,
        "field": group.field,
        "cause": group.cause,
        **said,
        "count": len(group.members),
        "members": [
            {
                "case": hidden_text(comparison.case),
                "step": comparison.step,
                "request": hidden_text(comparison.exchange.request.label),
                "field": difference.field,
                **dict(zip(("old", "new"), shown.both(difference), strict=True)),
            }
            for comparison, difference in group.members[:100]
        ],
    }


def junit_document(findings: Findings) -> bytes:
    """Return JUnit's XML: a suite an operation's first segment, a test a case."""
    by_case: dict[str, list[Comparison]] = defaultdict(list)
    for comparison in findings.comparisons:
        by_case[comparison.case].append(comparison)
    failed = [name for name, found in by_case.items() if any(one.undeclared for one in found)]
    skipped = sum(findings.skipped.values())
    suite = Xml.Element(
        "testsuite",
        name=f"camplane compare {findings.old} {findings.new}",
        tests=str(len(by_case) + skipped),
        failures=str(len(failed)),
        errors="0",
        skipped=str(skipped),
        time=f"{findings.seconds:.3f}",
    )
    for name, found in by_case.items():
        _test(suite, name, found)
    for reason, number in findings.skipped.items():
        for index in range(number):
            test = Xml.SubElement(suite, "testcase", classname="skipped", name=f"skipped {index}")
            Xml.SubElement(test, "skipped", message=_clean(reason))
    root = Xml.Element("testsuites")
    root.append(suite)
    document: bytes = Xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _test(suite: Xml.Element, name: str, found: list[Comparison]) -> None:
    took = sum(max(one.exchange.old.milliseconds, one.exchange.new.milliseconds) for one in found)
    test = Xml.SubElement(
        suite,
        "testcase",
        classname=_clean(found[-1].operation),
        name=_clean(hidden_text(name)),
        time=f"{took / 1000:.3f}",
    )
    lines = [
        f"step {one.step}, {difference.field}: {difference.cause}: {old} became {new}"
        for one in found
        for difference in one.undeclared
        for old, new in (shown.both(difference),)
    ]
    if lines:
        failure = Xml.SubElement(test, "failure", message=_clean(lines[0]))
        failure.text = _clean("\n".join(lines))


def _clean(text: str) -> str:
    return _NO_XML.sub("�", text)
