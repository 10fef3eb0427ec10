"""The monolith migrates its tables, and poolers forget statements, while the services run."""

import asyncio
from datetime import datetime

import grpc
import psycopg
import pytest
from camplane.alert.v1 import alert_service_pb2 as pb

from alert_service.adapters.database.repository import AlertRepository
from alert_service.bootstrap import MIGRATIONS
from alert_service.domain.model import CreateRule
from alert_service.shared_state.completed import CompletedWrites
from servicekit.database.connections import Database, parse_url
from servicekit.database.migrate import migrate
from servicekit.database.trouble import DatabaseUnavailableError

RULE = {"name": "n", "rule_type": "t", "conditions": {}}
UNAVAILABLE = (grpc.StatusCode.UNAVAILABLE, "DATABASE_UNAVAILABLE")
# More often than psycopg waits before it prepares a statement, on each connection.
OFTEN = 8
MOMENT = datetime(2026, 1, 1)


@pytest.fixture
def admin(postgres_url):
    """Give the monolith's connection to the same database."""
    url = postgres_url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


async def test_no_call_fails_while_columns_get_other_types(
    serving, implementation, postgres_url, admin
):
    """Reads and writes, with statements prepared on every connection before each change."""
    changes = (
        "ALTER TABLE alert_rules ALTER COLUMN name TYPE varchar(120)",
        "ALTER TABLE alert_history ALTER COLUMN message TYPE varchar(500)",
        "ALTER TABLE alert_rules ALTER COLUMN id TYPE bigint",
        "ALTER TABLE alert_rules ADD COLUMN owner text NOT NULL DEFAULT 'me'",
        "BEGIN; ALTER TABLE alert_rules RENAME TO before; "
        "CREATE TABLE alert_rules (LIKE before INCLUDING ALL); "
        "INSERT INTO alert_rules SELECT * FROM before; "
        "ALTER TABLE alert_rules ALTER COLUMN conditions TYPE jsonb; COMMIT",
        "REINDEX TABLE alert_rules",
    )
    database = Database("alert", parse_url(postgres_url), pool_size=2)
    async with serving(implementation, database) as client:

        async def all_calls():
            rule_id = await client.create(RULE)
            await client.update(rule_id, {"name": "x"})
            assert (await client.rule(rule_id))["name"] == "x"
            assert (await client.history())["count"] == 0
            assert (await client.call("DeleteRule", pb.DeleteRuleRequest(rule_id=rule_id))).ok

        kept = await client.create(RULE)
        for change in changes:
            await asyncio.gather(*(all_calls() for _ in range(OFTEN)))
            admin.execute(change)
        await asyncio.gather(*(all_calls() for _ in range(OFTEN)))
        assert [rule["id"] for rule in (await client.rules())["items"]] == [kept]


async def test_a_column_that_is_gone_is_unavailable_and_the_text_names_it(
    serving, implementation, postgres_url, admin, refused
):
    """Not serving, so that who can answers; when it is back, all is well."""
    async with serving(implementation, Database("alert", parse_url(postgres_url))) as client:
        await client.create(RULE)
        admin.execute("ALTER TABLE alert_rules RENAME COLUMN priority TO weight")
        for call in (client.rules(), client.create(RULE), client.update(1, {"priority": "low"})):
            with pytest.raises(refused, match=r"priority.* does not exist") as error:
                await call
            assert (error.value.code, error.value.reason) == UNAVAILABLE
        async with asyncio.timeout(10):
            await client.health("NOT_SERVING")
            admin.execute("ALTER TABLE alert_rules RENAME COLUMN weight TO priority")
            await client.health("SERVING")
        assert (await client.rules())["count"] == 1


async def test_a_table_locked_for_a_long_change_is_unavailable_until_it_is_free(
    serving, implementation, postgres_url, admin, refused
):
    """Reads and writes wait no longer than the time for a lock, and change nothing."""
    database = Database("alert", parse_url(postgres_url), lock_seconds=0.3)
    async with serving(implementation, database) as client:
        with admin.transaction():
            admin.execute("ALTER TABLE alert_rules ALTER COLUMN name TYPE varchar(120)")
            for call in (client.rules(), client.create(RULE)):
                with pytest.raises(refused, match="lock timeout") as error:
                    await call
                assert (error.value.code, error.value.reason) == UNAVAILABLE
        assert (await client.rules())["count"] == 0


NEW = CreateRule("n", None, "t", 1, None, None, True, "low")


@pytest.fixture
def database(postgres_url):
    """Give a migrated database whose pool holds one connection."""
    database = Database("alert", parse_url(postgres_url), pool_size=1)
    migrate(database, MIGRATIONS)
    yield database
    database.close()


@pytest.fixture
def store(database):
    return AlertRepository(database, CompletedWrites(database))


def names(store):
    return [rule.name for rule in store.find_rules(None, None)]


def forget(server):
    """As DISCARD ALL, or a pooler that gives its client another connection to the server."""
    server.exec_(b"DEALLOCATE ALL")


def take_the_names(server):
    """As a client that used the pooler's connection before."""
    for number in range(20):
        server.exec_(b"PREPARE _pg3_%d AS SELECT 1" % number)


@pytest.mark.parametrize(("pooler", "when"), [(forget, OFTEN), (take_the_names, 0)])
def test_statements_that_a_pooler_forgot_or_named_are_made_again(store, database, pooler, when):
    """Each call succeeds, and each create makes one rule."""
    for number in range(2 * OFTEN):
        if number == when:
            with database.driver_read() as connection:
                pooler(connection.pgconn)
        assert store.find_rule(store.add_rule(NEW, MOMENT)).name == "n"
    assert names(store) == ["n"] * 2 * OFTEN


@pytest.mark.parametrize("state", ["40P01", "40001", "0A000"])
@pytest.mark.parametrize("deferred", ["", "DEFERRABLE INITIALLY DEFERRED"])
def test_a_write_that_the_server_undid_is_made_again_once(store, admin, state, deferred):
    """At the statement or at the commit; undone twice, it is unavailable and left no trace."""
    admin.execute(
        "CREATE SEQUENCE tries; CREATE FUNCTION undo() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN IF nextval('tries') <> 2 THEN RAISE EXCEPTION USING ERRCODE = '{state}'; END IF; "
        "RETURN NULL; END $$; "
        f"CREATE CONSTRAINT TRIGGER undo AFTER INSERT ON alert_rules {deferred} "
        "FOR EACH ROW EXECUTE FUNCTION undo()"
    )
    store.add_rule(NEW, MOMENT)
    assert names(store) == ["n"]
    with pytest.raises(DatabaseUnavailableError, match="undid the transaction, nothing was chang"):
        store.add_rule(NEW, MOMENT)
    assert names(store) == ["n"]
    assert admin.execute("SELECT last_value FROM tries").fetchone() == (4,)
