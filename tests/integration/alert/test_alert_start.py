"""Starting: migrations, and databases on which no service can start."""

import asyncio
import contextlib
import fcntl
import sqlite3
import sys
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from alert_service.bootstrap import MIGRATIONS
from alert_service.shared_state.tables import metadata
from servicekit.database.connections import Database, parse_url
from servicekit.database.migrate import ADVISORY_LOCK, migrate
from servicekit.database.trouble import DatabaseUnavailableError

RULE = {"name": "n", "rule_type": "t", "conditions": {}}


@pytest.fixture
def database(database_url):
    """Give an empty database of either kind."""
    database = Database("alert", parse_url(database_url))
    yield database
    database.close()


async def failure_of(start_process, implementation, url):
    """Return the exit code and the last line on standard error of a start that fails."""
    child, _ = await start_process(implementation, url)
    async with asyncio.timeout(30):
        _, log = await child.communicate()
    return child.returncode, log.decode().splitlines()[-1]


def test_migrations_make_the_tables_that_queries_use(database):
    """Alembic finds no difference between the migrated database and tables.py."""
    migrate(database, MIGRATIONS)
    with database.read() as connection:
        context = MigrationContext.configure(
            # SQLite keeps JSON as text; the types of PostgreSQL are compared.
            connection,
            opts={
                "compare_type": not database.is_sqlite,
                "version_table": "alert_schema_version",
            },
        )
        differences = [d for d in compare_metadata(context, metadata) if d[0] != "remove_index"]
    assert differences == []


def test_migrating_again_changes_nothing(database):
    """Rows survive, and the version stays."""
    migrate(database, MIGRATIONS)
    with database.write() as connection:
        connection.execute(
            text("INSERT INTO alert_history (alert_type, timestamp) VALUES ('t', '2026-01-01')")
        )
    migrate(database, MIGRATIONS)
    with database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM alert_history")).scalar_one() == 1
        versions = connection.execute(text("SELECT version_num FROM alert_schema_version")).all()
    assert len(versions) == 1


async def test_processes_that_start_at_once_migrate_once(new_database):
    """Four of them on one empty database all succeed, three times in a row."""
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from servicekit.database.connections import Database, parse_url\n"
        "from servicekit.database.migrate import migrate\n"
        "for line in sys.stdin:\n"
        "    migrate(Database('alert', parse_url(line.strip())), Path(sys.argv[1]))\n"
        "    print('migrated', flush=True)\n"
    )
    pipe = asyncio.subprocess.PIPE
    children = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", code, str(MIGRATIONS), stdin=pipe, stdout=pipe, stderr=pipe
        )
        for _ in range(4)
    ]
    async with asyncio.timeout(60):
        for _ in range(3):
            url = new_database()
            for child in children:
                child.stdin.write(f"{url}\n".encode())
            # A child that fails ends, and its output with it.
            await asyncio.gather(*(child.stdout.readline() for child in children))
        ends = await asyncio.gather(*(child.communicate(b"") for child in children))
    assert [child.returncode for child in children] == [0] * 4, ends


@pytest.fixture
def another_migrates(database):
    """Give a context in which another process seems to be migrating."""

    @contextlib.contextmanager
    def hold():
        if database.is_sqlite:
            with Path(f"{database.url.database}.lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
        else:
            with database.write() as connection:
                connection.execute(text(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})"))
                yield

    return hold


async def test_a_migration_waits_for_another(database, another_migrates):
    """It does nothing until the other one is done, and then its part."""
    with another_migrates():
        migration = asyncio.create_task(asyncio.to_thread(migrate, database, MIGRATIONS))
        done, _ = await asyncio.wait({migration}, timeout=1)
        assert not done
    await migration
    database.check("alert_rules")


async def test_tables_of_the_monolith_are_taken_over(serving, implementation, postgres_url):
    """Its rows are read and written where they are, with jsonb, JSON's null and missing times."""
    url = postgres_url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(url, autocommit=True) as monolith:
        monolith.execute(
            "CREATE TABLE alert_rules (id serial PRIMARY KEY, name varchar(100) NOT NULL, "
            "camera_id varchar(50), rule_type varchar(50) NOT NULL, conditions jsonb NOT NULL, "
            "notification_channels jsonb, recipients jsonb, enabled boolean, "
            "priority varchar(20), created_at timestamp, updated_at timestamp, owner text)"
        )
        monolith.execute(
            "INSERT INTO alert_rules (name, rule_type, conditions, notification_channels) "
            """VALUES ('old', 't', '{"k": 1}', 'null')"""
        )
    async with serving(implementation, Database("alert", parse_url(postgres_url))) as client:
        rule = await client.rule(1)
        assert (rule["conditions"], rule["notification_channels"]) == ({"k": 1}, None)
        assert rule["updated_at"] is None
        await client.update(1, {"conditions": [1, {"a": "中"}], "recipients": ["r"]})
        rule = await client.rule(1)
        assert (rule["conditions"], rule["recipients"]) == ([1, {"a": "中"}], ["r"])
        assert await client.create(RULE) == 2


def test_a_database_of_a_newer_release_is_left_alone(database):
    """Its migrations are unknown here; the message says to start that release."""
    migrate(database, MIGRATIONS)
    with database.write() as connection:
        connection.execute(text("UPDATE alert_schema_version SET version_num = '9999'"))
    with pytest.raises(DatabaseUnavailableError, match="a newer camplane has written it"):
        migrate(database, MIGRATIONS)


@pytest.mark.parametrize("place", ["missing", "read-only", "a file"])
async def test_a_place_for_no_file_is_said_at_start(start_process, implementation, tmp_path, place):
    """Exit code 3, and one line that names the place and what to do."""
    directory = tmp_path / "data"
    if place == "read-only":
        directory.mkdir(mode=0o555)
    elif place == "a file":
        directory.touch()
    code, line = await failure_of(start_process, implementation, f"sqlite:///{directory}/alert.db")
    assert code == 3
    assert line.startswith(f"error: cannot open or create the alert database {directory}/alert.db")
    assert "make it writable, or set CAMPLANE_ALERT_DATABASE_URL" in line


async def test_a_file_that_is_no_database_is_said_at_start(start_process, implementation, tmp_path):
    """And it is left as it was."""
    path = tmp_path / "alert.db"
    path.write_text("camera,rule\n" * 1000)
    code, line = await failure_of(start_process, implementation, f"sqlite:///{path}")
    assert code == 3
    assert f"{path}" in line
    assert "file is not a database" in line
    assert path.read_text() == "camera,rule\n" * 1000


async def test_a_read_only_file_is_said_at_start(start_process, implementation, tmp_path):
    """Not at the first write."""
    path = tmp_path / "alert.db"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (x)")
    path.chmod(0o444)
    code, line = await failure_of(start_process, implementation, f"sqlite:///{path}")
    assert code == 3
    assert f"{path}" in line


async def test_an_unreachable_server_is_said_at_start_without_the_password(
    start_process, implementation, unused_tcp_port
):
    """The message names host, port and database."""
    url = (
        f"postgresql://camplane:hunter2@127.0.0.1:{unused_tcp_port}/alerts?application_name=hunter3"
    )
    child, _ = await start_process(implementation, url)
    async with asyncio.timeout(30):
        _, log = await child.communicate()
    assert child.returncode == 3
    assert f"(127.0.0.1:{unused_tcp_port}/alerts) cannot be used now" in log.decode()
    assert "hunter" not in log.decode()


async def test_help_lists_every_variable_that_is_read():
    """`--help` names the variables of the service and of its server."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "alert_service", "--help", stdout=asyncio.subprocess.PIPE
    )
    listed, _ = await child.communicate()
    root = Path(__file__).parents[3]
    for source in ("alert_service/settings.py", "servicekit/settings.py"):
        for part in (root / source).read_text().split('"')[1::2]:
            if part.startswith(("CAMPLANE_", "OTEL_")) and part.isupper():
                assert part in listed.decode()
