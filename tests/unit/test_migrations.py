"""Migrations are numbered: what is the newest is told without loading Alembic."""

from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from servicekit.database.migrate import newest

ROOT = Path(__file__).parents[2]
FOLDERS = [
    *("alert_service/shared_state/migrations", "camera_service/adapters/database/migrations"),
    *("gateway/telemetry/migrations", "gateway/rollout/decisions/migrations"),
    "gateway/audit/migrations",
]


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_newest_file_is_alembics_only_head(folder: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / folder))
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [newest(ROOT / folder)]
    for one in scripts.walk_revisions():
        assert Path(one.path).name.startswith(f"{one.revision}_")


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_migration_makes_a_table_anew_whose_triggers_it_does_not_know(folder: str) -> None:
    """Alembic's batches copy tables on SQLite, without the triggers by which logs only grow."""
    for one in (ROOT / folder / "versions").glob("*.py"):
        assert "batch_alter_table" not in one.read_text("utf-8"), one


def test_every_folder_of_migrations_is_looked_at() -> None:
    services = ("alert_service", "camera_service", "gateway", "servicekit")
    found = {one.parent for name in services for one in (ROOT / name).rglob("migrations/versions")}
    assert found == {ROOT / one for one in FOLDERS}
