"""The monolith's own tables: read, written and left as its migrations made them."""

import contextlib
import threading
import time
import uuid
from datetime import UTC, datetime, timedelta

import grpc
import psycopg
import pytest
from camplane.alert.v1 import alert_service_pb2 as pb

from alert_service.adapters.database.repository import AlertRepository
from alert_service.bootstrap import MIGRATIONS
from alert_service.domain.errors import RuleInUseError
from alert_service.shared_state.completed import CompletedWrites
from servicekit import idempotency
from servicekit.database.connections import Database, parse_url
from servicekit.database.migrate import migrate
from servicekit.server import StartupError

RULES = """
CREATE TABLE alert_rules (
    id serial PRIMARY KEY,
    name varchar(100) NOT NULL,
    rule_type varchar(50) NOT NULL
)"""
HISTORY = """
CREATE TABLE alert_history (
    id serial PRIMARY KEY,
    {rule_id},
    alert_type varchar(50) NOT NULL DEFAULT 't'
)"""

NULL, REFUSED = None, "refused"
KEY = "REFERENCES alert_rules"
# What the schema says of a history's rule, and what is left there when rule 1 is deleted.
SCHEMAS = {
    "nothing": ("rule_id integer", 1),
    "not null": ("rule_id integer NOT NULL", 1),
    "cascade": (f"rule_id integer {KEY} ON DELETE CASCADE", NULL),
    "set null": (f"rule_id integer {KEY} ON DELETE SET NULL", NULL),
    "set default": (f"rule_id integer DEFAULT 7 {KEY} ON DELETE SET DEFAULT", NULL),
    "no action": (f"rule_id integer {KEY}", NULL),
    "restrict": (f"rule_id integer {KEY} ON DELETE RESTRICT", NULL),
    "deferred": (f"rule_id integer {KEY} DEFERRABLE INITIALLY DEFERRED", NULL),
    "deferred cascade": (
        f"rule_id integer {KEY} ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED",
        NULL,
    ),
    "two keys": (
        f"rule_id integer {KEY} ON DELETE CASCADE, FOREIGN KEY (rule_id) {KEY} ON DELETE RESTRICT",
        NULL,
    ),
    "not null, cascade": (f"rule_id integer NOT NULL {KEY} ON DELETE CASCADE", REFUSED),
    "not null, set null": (f"rule_id integer NOT NULL {KEY} ON DELETE SET NULL", REFUSED),
    "not null, deferred": (f"rule_id integer NOT NULL {KEY} INITIALLY DEFERRED", REFUSED),
}
PARTITIONED = f"""
CREATE TABLE alert_history (
    id bigint GENERATED ALWAYS AS IDENTITY,
    rule_id bigint {KEY} ON DELETE CASCADE,
    at integer NOT NULL DEFAULT 0
) PARTITION BY RANGE (at);
CREATE TABLE alert_history_0 PARTITION OF alert_history FOR VALUES FROM (0) TO (1)"""
TRIGGER = """
CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    DELETE FROM alert_history WHERE rule_id = OLD.id; RETURN NULL; END $$;
CREATE TRIGGER forget AFTER DELETE ON alert_rules FOR EACH ROW EXECUTE FUNCTION forget()"""


def plain(url):
    return url.replace("postgresql+psycopg", "postgresql")


@pytest.fixture(scope="module")
def here(postgres):
    """Give the store on a database, and a connection that makes the monolith's tables there."""
    name = f"alert_{uuid.uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    database = Database("alert", parse_url(postgres).set(database=name))
    url = plain(database.url.render_as_string(hide_password=False))
    with psycopg.connect(url, autocommit=True) as monolith:
        monolith.execute(RULES)
        monolith.execute(HISTORY.format(rule_id="rule_id integer"))
        migrate(database, MIGRATIONS)
        yield AlertRepository(database, CompletedWrites(database)), monolith
    database.close()


@pytest.fixture
def make(here):
    """Give `make(…)`: tables by these statements, with rules 1 and 2 and an alert of each."""
    _, monolith = here

    def tables(*statements):
        monolith.execute(
            "DROP TABLE IF EXISTS alert_history, alert_rules, subscriptions CASCADE; "
            "DROP FUNCTION IF EXISTS forget, note"
        )
        for statement in (RULES, *statements):
            monolith.execute(statement)
        monolith.execute("INSERT INTO alert_rules (name, rule_type) VALUES ('a', 't'), ('b', 't')")
        monolith.execute("INSERT INTO alert_history (rule_id) VALUES (1), (2), (1)")

    return tables


def rows(monolith, sql):
    return [value for (value,) in monolith.execute(sql).fetchall()]


def history(monolith):
    return rows(monolith, "SELECT rule_id FROM alert_history ORDER BY id")


@contextlib.contextmanager
def keyed(key):
    """Make the calls within those of a client that gave this key."""
    request = pb.DeleteRuleRequest(rule_id=1)
    idempotency.begin("/a/DeleteRule", request, [(idempotency.CLIENT_KEY, key)])
    yield
    idempotency.forget()


@pytest.mark.parametrize("schema", SCHEMAS)
def test_a_deleted_rule_leaves_its_history_or_is_refused(here, make, schema):
    """Whatever the schema does at a delete; refused, nothing is changed. With a key: once."""
    store, monolith = here
    rule_id, expected = SCHEMAS[schema]
    make(HISTORY.format(rule_id=rule_id))
    monolith.execute("INSERT INTO alert_rules VALUES (7, 'default', 't')")
    key = uuid.uuid4().hex
    with keyed(key):
        if expected is REFUSED:
            for _ in range(2):
                with pytest.raises(RuleInUseError, match=r"nothing was changed: .*not-null"):
                    store.remove_rule(1)
            assert history(monolith) == [1, 2, 1]
            # Without a history there is nothing to lose.
            monolith.execute("DELETE FROM alert_history WHERE rule_id = 1")
            assert store.remove_rule(1)
        else:
            assert store.remove_rule(1)
            assert history(monolith) == [expected, 2, expected]
        assert store.remove_rule(1), "the answer of the first, since it is the same key"
    assert not store.remove_rule(1)
    assert rows(monolith, "SELECT id FROM alert_rules ORDER BY id") == [2, 7]


@pytest.mark.parametrize("statements", [(PARTITIONED,), (HISTORY, TRIGGER)])
def test_history_in_partitions_or_behind_a_trigger_is_kept(here, make, statements):
    store, monolith = here
    make(*(one.replace("{rule_id}", "rule_id integer") for one in statements))
    assert store.remove_rule(1)
    assert history(monolith) == [None, 2, None]


def test_a_rule_that_another_table_refers_to_is_refused_and_says_so(here, make):
    """Its history is as it was, its number included."""
    store, monolith = here
    make(
        HISTORY.format(rule_id=SCHEMAS["cascade"][0]),
        f"CREATE TABLE subscriptions (rule_id integer {KEY} INITIALLY DEFERRED)",
    )
    monolith.execute("INSERT INTO subscriptions VALUES (1)")
    with pytest.raises(RuleInUseError, match='on table "subscriptions"'):
        store.remove_rule(1)
    assert history(monolith) == [1, 2, 1]


def test_an_alert_of_the_same_moment_is_kept(here, make):
    """The monolith adds the rule's first while that is being deleted: the delete waits for it."""
    store, monolith = here
    make(HISTORY.format(rule_id=SCHEMAS["cascade"][0]))
    monolith.execute("DELETE FROM alert_history WHERE rule_id = 1")
    removal = threading.Thread(target=store.remove_rule, args=(1,))
    with monolith.transaction():
        monolith.execute("INSERT INTO alert_history (rule_id) VALUES (1)")
        removal.start()
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()"
        deadline = time.monotonic() + 5
        while not rows(monolith, waiting)[0]:
            assert time.monotonic() < deadline
    removal.join()
    assert history(monolith) == [2, None]


# As migrations of a monolith make them; its server is not in UTC.
WITH_ZONES = """
CREATE TYPE alert_priority AS ENUM ('low', 'medium', 'high');
CREATE DOMAIN camera AS varchar(50) CHECK (VALUE <> '');
CREATE TABLE alert_rules (
    id bigserial PRIMARY KEY,
    tenant text NOT NULL DEFAULT 'main',
    name varchar(40) NOT NULL,
    camera_id camera,
    rule_type varchar(50) NOT NULL,
    conditions jsonb NOT NULL,
    notification_channels jsonb,
    recipients jsonb,
    enabled boolean NOT NULL DEFAULT true,
    priority alert_priority DEFAULT 'medium',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE alert_history (
    id bigserial PRIMARY KEY,
    rule_id bigint REFERENCES alert_rules ON DELETE CASCADE,
    camera_id camera,
    alert_type varchar(50) NOT NULL,
    message text,
    details jsonb,
    notification_sent boolean NOT NULL DEFAULT false,
    notification_channels_used jsonb,
    timestamp timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON alert_history (rule_id)"""
WITHOUT_ZONES = """
CREATE TABLE alert_rules (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL CHECK (length(name) <= 40),
    camera_id text,
    rule_type text NOT NULL,
    conditions text NOT NULL,
    notification_channels text,
    recipients json,
    enabled boolean NOT NULL DEFAULT true,
    priority varchar(20) CHECK (priority IN ('low', 'medium', 'high')),
    created_at timestamp DEFAULT (now() AT TIME ZONE 'UTC'),
    updated_at timestamp DEFAULT (now() AT TIME ZONE 'UTC')
);
CREATE TABLE alert_history (
    id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    rule_id integer REFERENCES alert_rules ON DELETE CASCADE,
    camera_id text,
    alert_type text NOT NULL,
    message text,
    details text,
    notification_sent boolean,
    notification_channels_used json,
    timestamp timestamp DEFAULT (now() AT TIME ZONE 'UTC')
)"""
CATALOG = """
SELECT relname, relkind, relhastriggers,
array_agg(attname || atttypid::regtype || attnotnull ORDER BY attname)
FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
WHERE relname !~ '^(camplane_|alert_completed_writes|alert_schema_version)'
AND relnamespace = 'public'::regnamespace GROUP BY pg_class.oid ORDER BY relname"""


@pytest.fixture(params=[WITH_ZONES, WITHOUT_ZONES])
def monolith(request, postgres_url):
    """Give the monolith's connection, in the zone of its server, with rules and history."""
    with psycopg.connect(plain(postgres_url), autocommit=True) as connection:
        connection.execute(
            f"ALTER DATABASE {connection.info.dbname} SET timezone = 'Asia/Shanghai'; "
            "SET timezone = 'Asia/Shanghai'"
        )
        connection.execute(request.param)
        connection.execute(
            "INSERT INTO alert_rules (name, rule_type, conditions) "
            """VALUES ('old', 't', '{"a": 1}')"""
        )
        connection.execute(
            "INSERT INTO alert_history (rule_id, alert_type, details) VALUES (1, 'x', '\"text\"')"
        )
        yield connection


def is_now(text):
    """Is this ISO 8601 in UTC without a zone, of the last minute?"""
    moment = datetime.fromisoformat(text)
    return moment.tzinfo is None and abs(datetime.now(UTC).replace(tzinfo=None) - moment) < (
        timedelta(minutes=1)
    )


async def test_rules_and_history_of_the_monolith_and_ours_are_alike(
    serving, implementation, postgres_url, monolith, refused
):
    """Times in UTC, ids from its sequences, its defaults; its catalog is as it was."""
    before = monolith.execute(CATALOG).fetchall()
    async with serving(implementation, Database("alert", parse_url(postgres_url))) as client:
        new = {
            "name": "new",
            "camera_id": "cam",
            "rule_type": "t",
            "conditions": {"a": 1.5},
            "notification_channels": ["email"],
            "recipients": None,
            "priority": "high",
        }
        assert await client.create(new) == 2
        rules = (await client.rules())["items"]
        assert [rule["name"] for rule in rules] == ["new", "old"]
        assert [rule["conditions"] for rule in rules] == [{"a": 1.5}, {"a": 1}]
        assert all(is_now(rule["created_at"]) and is_now(rule["updated_at"]) for rule in rules)
        assert (rules[0]["priority"], rules[0]["notification_channels"]) == ("high", ["email"])
        await client.update(1, {"priority": "low", "conditions": [2]})
        assert [rule["id"] for rule in (await client.rules())["items"]] == [1, 2]
        assert [rule["id"] for rule in (await client.rules(camera_id="cam"))["items"]] == [2]
        assert (await client.rule(1))["conditions"] == [2]
        (alert,) = (await client.history(alert_type="x"))["items"]
        assert (alert["rule_id"], alert["details"]) == (1, "text")
        assert is_now(alert["timestamp"])
        # What the monolith reads, in its own zone, of ours.
        zone = "now()" if "with time zone" in column_type(monolith) else "now() AT TIME ZONE 'UTC'"
        ages = f"SELECT {zone} - updated_at FROM alert_rules"
        assert all(abs(age) < timedelta(minutes=1) for age in rows(monolith, ages))

        for wrong in ({"priority": "urgent"}, {"name": "n" * 41}, {"enabled": None}):
            for call in (client.create({**new, **wrong}), client.update(1, wrong)):
                with pytest.raises(refused, match="does not take these values") as error:
                    await call
                assert error.value.code is grpc.StatusCode.INVALID_ARGUMENT
                assert error.value.reason == "DATA_REFUSED"
        assert (await client.rule(1))["priority"] == "low"

        assert (await client.call("DeleteRule", pb.DeleteRuleRequest(rule_id=1))).ok
        (alert,) = (await client.history())["items"]
        assert (alert["id"], alert["rule_id"]) == (1, None)
    assert monolith.execute(CATALOG).fetchall() == before


def column_type(monolith):
    sql = (
        "SELECT data_type FROM information_schema.columns "
        "WHERE table_name = 'alert_rules' AND column_name = 'updated_at'"
    )
    return rows(monolith, sql)[0]


async def test_a_refused_delete_is_answered_with_what_to_do(
    serving, implementation, postgres_url, monolith, refused
):
    monolith.execute("ALTER TABLE alert_history ALTER COLUMN rule_id SET NOT NULL")
    async with serving(implementation, Database("alert", parse_url(postgres_url))) as client:
        with pytest.raises(refused, match="disable it instead, or let alert_history") as error:
            await client.call("DeleteRule", pb.DeleteRuleRequest(rule_id=1))
        assert error.value.code is grpc.StatusCode.FAILED_PRECONDITION
        assert error.value.reason == "RULE_IN_USE"
        assert (await client.history())["items"][0]["rule_id"] == 1


@pytest.fixture
def user(monolith, postgres_url):
    """Give the URL of a user who may use the monolith's tables and make none."""
    name = f"camplane_{uuid.uuid4().hex[:8]}"
    monolith.execute(f"CREATE ROLE {name} LOGIN")
    monolith.execute(
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON alert_rules TO {name}; "
        f"GRANT SELECT, UPDATE (rule_id) ON alert_history TO {name}; "
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {name}"
    )
    yield parse_url(postgres_url).set(username=name)
    monolith.execute(f"DROP OWNED BY {name}; DROP ROLE {name}")


async def test_a_user_with_few_rights_is_told_at_start_which_are_missing(
    serving, implementation, monolith, user
):
    """With a schema of its own it needs no right to make tables beside the monolith's."""
    name = user.username
    with pytest.raises(StartupError, match=f"permission denied for schema public.*{name}"):
        async with serving(implementation, Database("alert", user)):
            pass
    monolith.execute(f"CREATE SCHEMA {name} AUTHORIZATION {name}")
    async with serving(implementation, Database("alert", user)) as client:
        assert (await client.rules())["count"] == 1
        assert await client.create({"name": "n", "rule_type": "t", "conditions": 1}) == 2
        assert (await client.call("DeleteRule", pb.DeleteRuleRequest(rule_id=1))).ok
    assert rows(monolith, "SELECT name FROM alert_rules") == ["n"]
    assert history(monolith) == [None]
    monolith.execute(f"REVOKE DELETE ON alert_rules FROM {name}")
    with pytest.raises(StartupError, match=f"GRANT DELETE ON alert_rules TO {name}$"):
        async with serving(implementation, Database("alert", user)):
            pass
