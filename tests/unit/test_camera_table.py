"""docs/cameras.md says what the tests hold."""

import subprocess
import sys

from tests.camera_table import DOCUMENT, ROOT, Row, document


def test_the_document_has_the_table_that_the_tests_make() -> None:
    """Another one: `.venv/bin/python -m tests.camera_table --write`."""
    made = subprocess.run(
        [sys.executable, "-m", "tests.camera_table"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    ).stdout
    assert made.count("\n") > 30
    text = DOCUMENT.read_text("utf-8")
    assert document(text, made) == text


def test_a_row_is_borne_out_by_state_cause_and_words_alone() -> None:
    failed = {"state": "source_failed", "cause": "auth", "message": "check user and password"}
    assert Row("", "auth", "user").is_borne_out_by(failed)
    assert not Row("", "auth", "path").is_borne_out_by(failed)
    assert not Row("", "other", "user").is_borne_out_by(failed)
    assert not Row("", "streaming", "").is_borne_out_by(failed)
