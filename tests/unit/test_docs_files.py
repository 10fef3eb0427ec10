"""Docs name files of the repository that are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("deploy/*.md")])
CODE = ("alert_service", "camera_service", "camplane_tools", "deploy", "docs", "findings")
CODE += ("gateway", "protos", "servicekit", "tests")
# Such as `gateway/cli/` or `gateway/rollout/controller.py`, where the first part is ours.
NAMED = re.compile(rf"`((?:{'|'.join(CODE)})/[\w./-]+)`")


@pytest.mark.parametrize("document", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_document_names_is_there(document: Path) -> None:
    named = NAMED.findall(document.read_text("utf-8"))
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_table_of_places_names_many() -> None:
    found = NAMED.findall((ROOT / "docs" / "architecture.md").read_text("utf-8"))
    assert len(found) > 30
