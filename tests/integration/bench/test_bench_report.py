"""The report goes between a document's markers and nowhere else."""

import json
from pathlib import Path

import pytest

from camplane_tools.bench.report import (
    BEGIN,
    END,
    MarkersMissingError,
    as_json,
    as_markdown,
    write_between_markers,
)
from camplane_tools.bench.results import Findings, Table, at_least
from camplane_tools.probe.statistics import Estimate

MACHINE = {"CPU": "a fast one"}
FINDINGS = [
    Findings(
        "rest",
        claims=[
            at_least("status: share", Estimate(0.9, 0.86, 0.95), 0.85),
            at_least("list: share", Estimate(0.2, 0.1, 0.25), 0.3),
        ],
        tables=[Table("Rates", ("Endpoint", "req/s"), [["status", "1,900"]], "A note.")],
        data=[{"rate": 1900.0}],
    )
]


def test_a_missed_target_is_printed_as_missed() -> None:
    text = as_markdown(MACHINE, FINDINGS)
    assert "| status: share | ≥ 85% | 90% | 86% to 95% | met |" in text
    assert "| list: share | ≥ 30% | 20% | 10% to 25% | missed |" in text
    assert "1 of 2 targets met, 1 missed." in text


def test_markdown_holds_the_machine_and_every_table() -> None:
    text = as_markdown(MACHINE, FINDINGS)
    assert "| CPU | a fast one |" in text
    assert "### Rates\n\n| Endpoint | req/s |\n|---|---:|\n| status | 1,900 |\n\nA note." in text


def test_json_holds_verdicts_and_raw_figures() -> None:
    (section,) = json.loads(as_json(MACHINE, FINDINGS))["sections"]
    assert [claim["verdict"] for claim in section["claims"]] == ["met", "missed"]
    assert section["data"] == [{"rate": 1900.0}]


def test_only_what_stands_between_the_markers_is_replaced(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text(f"before\n{BEGIN}\nold figures\n{END}\nafter\n", "utf-8")
    write_between_markers(document, "new figures")
    write_between_markers(document, "newer figures")
    assert document.read_text("utf-8") == f"before\n{BEGIN}\n\nnewer figures\n\n{END}\nafter\n"


def test_a_document_without_markers_is_left_alone(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text(f"{END} {BEGIN}", "utf-8")
    with pytest.raises(MarkersMissingError, match="needs the lines"):
        write_between_markers(document, "figures")
    assert document.read_text("utf-8") == f"{END} {BEGIN}"
