"""The state that cases begin with: cameras, rules and history, written as files and rows."""

import contextlib
import json
import sqlite3
from pathlib import Path
from typing import Any

import yaml

from servicekit import atomic_file, strict_yaml

_HERE = Path(__file__).parent
_ALERTS: dict[str, list[dict[str, Any]]] = json.loads((_HERE / "alerts.json").read_bytes())
_JSON_COLUMNS = ("conditions", "details")
_TIMES = ("created_at", "updated_at", "timestamp")
GIVEN_RULE_IDS = frozenset(row["id"] for row in _ALERTS["alert_rules"])


def cameras_text(clip: Path, begin_with: Path | None = None) -> str:
    """Return the text of cameras.yaml: the fixture's, or a copy of `begin_with`.

    In a copy every source becomes the clip, so that no real camera is opened.
    Raises OSError, yaml.YAMLError or ValueError when the file cannot be used.
    """
    if begin_with is None:
        return (_HERE / "cameras.yaml").read_text("utf-8").replace("{CLIP}", str(clip))
    document = strict_yaml.load(begin_with.read_text("utf-8"))
    if not isinstance(document, dict) or not isinstance(document.get("cameras"), list):
        raise ValueError(f"{begin_with} needs a list `cameras:` at its top level")
    for entry in document["cameras"]:
        if isinstance(entry, dict) and entry.get("source"):
            entry["source"] = str(clip)
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False)


def lay_cameras(path: Path, text: str) -> None:
    """Replace cameras.yaml, as an editor would."""
    atomic_file.replace(path, text.encode())


def lay_alerts(path: Path) -> None:
    """Put the fixture's rules and history into a SQLite database whose tables exist."""
    with contextlib.closing(sqlite3.connect(path, timeout=10)) as database:
        database.execute("PRAGMA synchronous = OFF")  # it lives as long as the run
        for table, rows in _ALERTS.items():
            database.execute(f"DELETE FROM {table}")  # noqa: S608 (names of our own file)
            for row in rows:
                values = [_column(name, value) for name, value in row.items()]
                names, marks = ", ".join(row), ", ".join("?" * len(row))
                database.execute(
                    f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608
                    values,
                )
            # The next id is the same after every reset.
            database.execute(
                "UPDATE sqlite_sequence SET seq = ? WHERE name = ?", (len(rows), table)
            )
        database.commit()


def _column(name: str, value: Any) -> Any:
    if name in _JSON_COLUMNS or isinstance(value, list | dict):
        return None if value is None else json.dumps(value, ensure_ascii=False)
    if name in _TIMES:
        # As SQLAlchemy stores times in SQLite.
        text = value.replace("T", " ")
        return text if "." in text else f"{text}.000000"
    return value
