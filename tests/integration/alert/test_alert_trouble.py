"""Databases that are locked, full, read-only, restarting or gone."""

import asyncio
import contextlib
import resource
import sqlite3

import grpc
import psycopg
import pytest

from servicekit.database.connections import Database, parse_url

RULE = {"name": "n", "rule_type": "t", "conditions": {}}
UNAVAILABLE = (grpc.StatusCode.UNAVAILABLE, "DATABASE_UNAVAILABLE")
REFUSED_WRITE = (grpc.StatusCode.INTERNAL, "STORAGE_FAILED")


@pytest.fixture
def admin(postgres_url):
    """Give a second connection to the PostgreSQL database."""
    url = postgres_url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture
async def on_postgres(serving, implementation, postgres_url):
    """Give a client of a service on PostgreSQL that waits 0.3 s for a lock."""
    database = Database("alert", parse_url(postgres_url), lock_seconds=0.3)
    async with serving(implementation, database) as client:
        yield client


async def kind_of_refusal(refused, call):
    with pytest.raises(refused) as error:
        await call
    return error.value.code, error.value.reason


def end_other_connections(admin):
    admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )


async def test_a_locked_sqlite_file_is_unavailable_to_writes_alone(
    serving, implementation, sqlite_url, refused
):
    """A write gives up after its wait and changes nothing; reads go on; then all is well."""
    url = parse_url(sqlite_url)
    async with serving(implementation, Database("alert", url, lock_seconds=0.2)) as client:
        rule_id = await client.create(RULE)
        with contextlib.closing(sqlite3.connect(url.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            for call in (client.create(RULE), client.update(rule_id, {"name": "x"})):
                assert await kind_of_refusal(refused, call) == UNAVAILABLE
            assert (await client.rule(rule_id))["name"] == "n"
            other.execute("ROLLBACK")
        await client.update(rule_id, {"name": "x"})
        assert [rule["name"] for rule in (await client.rules())["items"]] == ["x"]


async def test_a_full_disk_refuses_the_write_and_keeps_the_rest(
    process, implementation, sqlite_url, refused
):
    """STORAGE_FAILED, nothing changed, reads go on; with room again, writes do too."""
    async with process(implementation, sqlite_url) as service:
        rule_id = await service.client.create(RULE)
        before = await service.client.rules()
        # The kernel now refuses to let any file of the service grow.
        resource.prlimit(service.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
        for call in (
            service.client.create(RULE),
            service.client.update(rule_id, {"conditions": "x" * 60_000}),
        ):
            assert await kind_of_refusal(refused, call) == REFUSED_WRITE
        assert await service.client.rules() == before
        unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.prlimit(service.pid, resource.RLIMIT_FSIZE, unlimited)
        await service.client.update(rule_id, {"name": "x"})
        assert (await service.client.rule(rule_id))["name"] == "x"


async def test_a_locked_row_is_unavailable(on_postgres, admin, refused):
    """A write gives up after its wait and changes nothing."""
    rule_id = await on_postgres.create(RULE)
    with admin.transaction():
        admin.execute("UPDATE alert_rules SET priority = 'low'")
        update = on_postgres.update(rule_id, {"name": "x"})
        assert await kind_of_refusal(refused, update) == UNAVAILABLE
    rule = await on_postgres.rule(rule_id)
    assert (rule["name"], rule["priority"]) == ("n", "low")


async def test_a_read_only_server_refuses_the_write(on_postgres, admin, refused):
    """As a server in recovery or a full one does; reads go on."""
    rule_id = await on_postgres.create(RULE)
    name = admin.info.dbname
    admin.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    end_other_connections(admin)
    for call in (on_postgres.create(RULE), on_postgres.update(rule_id, {"name": "x"})):
        assert await kind_of_refusal(refused, call) == REFUSED_WRITE
    assert [rule["name"] for rule in (await on_postgres.rules())["items"]] == ["n"]


async def test_dropped_connections_are_replaced(on_postgres, admin):
    """After a restart of the server no caller sees an error."""
    rule_id = await on_postgres.create(RULE)
    for _ in range(3):
        end_other_connections(admin)
        await on_postgres.update(rule_id, {"name": "x"})
        end_other_connections(admin)
        assert (await on_postgres.rule(rule_id))["name"] == "x"


async def test_a_connection_lost_before_the_commit_is_unavailable(on_postgres, admin, refused):
    """The server dropped the transaction, so a repeat is safe."""
    rule_id = await on_postgres.create(RULE)
    admin.execute(
        "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$"
    )
    admin.execute("CREATE TRIGGER die AFTER UPDATE ON alert_rules EXECUTE FUNCTION die()")
    update = on_postgres.update(rule_id, {"name": "x"})
    assert await kind_of_refusal(refused, update) == UNAVAILABLE
    assert (await on_postgres.rule(rule_id))["name"] == "n"


async def test_a_connection_lost_during_the_commit_is_not_called_safe(on_postgres, admin, refused):
    """Neither reason that promises an unchanged database is given; the message says what to do."""
    rule_id = await on_postgres.create(RULE)
    admin.execute(
        "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$"
    )
    admin.execute(
        "CREATE CONSTRAINT TRIGGER die AFTER UPDATE ON alert_rules "
        "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION die()"
    )
    with pytest.raises(refused, match="see whether the change was made") as error:
        await on_postgres.update(rule_id, {"name": "x"})
    assert error.value.code is grpc.StatusCode.INTERNAL
    assert error.value.reason == "COMMIT_UNCONFIRMED"


async def test_health_follows_the_database(on_postgres, postgres, postgres_url):
    """NOT_SERVING while no connection is let in, SERVING again afterwards."""
    await on_postgres.ready(timeout=10)
    name = parse_url(postgres_url).database
    with psycopg.connect(postgres, autocommit=True) as elsewhere:
        for allowed, expected in (("false", "NOT_SERVING"), ("true", "SERVING")):
            elsewhere.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {allowed}")
            elsewhere.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
            )
            async with asyncio.timeout(10):
                await on_postgres.health(expected)
