"""The state that cases begin with: cameras, rules and history, written as files and rows."""

import contextlib
import json
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from servicekit import atomic_file, strict_yaml

_HERE = Path(__file__).parent
_ALERTS: dict[str, list[dict[str, Any]]] = json.loads((_HERE / "alerts.json").read_bytes())
_JSON_COLUMNS = ("conditions", "details")
_TIMES = ("created_at", "updated_at", "timestamp")
GIVEN_RULE_IDS = frozenset(row["id"] for row in _ALERTS["alert_rules"])


def cameras_text(
    clip: Path, entries: Sequence[Any] | None = None
) -> tuple[str, Mapping[str, str] | None]:
    """Return the text of cameras.yaml, the fixture's or one that holds these entries; and sources.

    Every source of theirs becomes a link to the clip, so that no real camera is
    opened. The second value says for each link which source it stands for.
    """
    if entries is None:
        return (_HERE / "cameras.yaml").read_text("utf-8").replace("{CLIP}", str(clip)), None
    stand_ins: dict[str, str] = {}
    harmless: list[Any] = []
    for number, entry in enumerate(entries):
        if isinstance(entry, dict) and isinstance(entry.get("source"), str) and entry["source"]:
            link = clip.with_name(f"clip-{number}-.mp4")
            link.symlink_to(clip)
            stand_ins[str(link)] = entry["source"]
            entry = {**entry, "source": str(link)}
        harmless.append(entry)
    text = yaml.safe_dump({"cameras": harmless}, allow_unicode=True, sort_keys=False)
    return text, stand_ins


def entries_of(path: Path) -> list[Any]:
    """Return the entries of a cameras.yaml; ValueError when there are none to be had."""
    try:
        document = strict_yaml.load(path.read_text("utf-8"))
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is malformed: {' '.join(str(error).split())}") from error
    if not isinstance(document, dict) or not isinstance(document.get("cameras"), list):
        raise ValueError(f"{path} needs a list `cameras:` at its top level")
    return document["cameras"]


def lay_cameras(path: Path, text: str) -> None:
    """Replace cameras.yaml, as an editor would."""
    atomic_file.replace(path, text.encode())


def lay_alerts(path: Path, with_rows: bool) -> None:
    """Put the fixture's rules and history, or none, into a SQLite database whose tables exist."""
    with contextlib.closing(sqlite3.connect(path, timeout=10)) as database:
        database.execute("PRAGMA synchronous = OFF")  # it lives as long as the run
        for table, fixture in _ALERTS.items():
            rows = fixture if with_rows else []
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
