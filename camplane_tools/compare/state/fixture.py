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
Tables = Mapping[str, Sequence[Mapping[str, Any]]]
ALERTS: Tables = json.loads((_HERE / "alerts.json").read_bytes())
# The columns of each table.
_COLUMNS = {table: tuple(rows[0]) for table, rows in ALERTS.items()}
_JSON_COLUMNS = frozenset(
    {"conditions", "details", "recipients", "notification_channels", "notification_channels_used"}
)
_TIMES = ("created_at", "updated_at", "timestamp")


def cameras_text(clip: Path) -> str:
    """Return the text of the fixture's cameras.yaml."""
    return (_HERE / "cameras.yaml").read_text("utf-8").replace("{CLIP}", str(clip))


def stand_ins_text(clip: Path, entries: Sequence[Any]) -> tuple[str, Mapping[str, str]]:
    """Return the text of a cameras.yaml that holds these entries; and their sources.

    Every source becomes a link to the clip, so that no real camera is opened. The second
    value says for each link which source it stands for.
    """
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


def lay_alerts(path: Path, tables: Tables) -> None:
    """Put rules and history in the place of those in a SQLite database whose tables exist."""
    with contextlib.closing(sqlite3.connect(path, timeout=10)) as database:
        database.execute("PRAGMA synchronous = OFF")  # it lives as long as the run
        for table, columns in _COLUMNS.items():
            rows = tables.get(table, ())
            names, marks = ", ".join(columns), ", ".join("?" * len(columns))
            database.execute(f"DELETE FROM {table}")  # noqa: S608 (names of our own file)
            database.executemany(
                f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608
                [[_column(name, row.get(name)) for name in columns] for row in rows],
            )
            # The next id is the same after every reset.
            database.execute(
                "UPDATE sqlite_sequence SET seq = ? WHERE name = ?",
                (max((row["id"] for row in rows), default=0), table),
            )
        database.commit()


def _column(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _JSON_COLUMNS:
        return json.dumps(value, ensure_ascii=False)
    if name in _TIMES:
        # As SQLAlchemy stores times in SQLite.
        text = value.replace("T", " ")
        return text if "." in text else f"{text}.000000"
    return value
