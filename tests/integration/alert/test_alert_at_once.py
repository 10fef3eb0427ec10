"""SQLite on the event loop: nothing that makes one operation wait holds up another."""

import asyncio
import contextlib
import sqlite3
import time
from pathlib import Path

import pytest
from sqlalchemy import (
    Column,
    Integer,
    MetaData,
    Table,
    bindparam,
    insert,
    literal_column,
    select,
    text,
)

from servicekit.database.calls import Calls
from servicekit.database.connections import Database, parse_url
from servicekit.database.prepared import Prepared
from servicekit.database.trouble import DatabaseBusyError
from servicekit.threads import Threads

RULE = {"name": "n", "rule_type": "t", "conditions": {}}
LOCK_SECONDS = 1.0


@pytest.fixture
async def client(serving, sqlite_url):
    """Give a client of domain on SQLite."""
    async with serving("domain", Database("alert", parse_url(sqlite_url))) as client:
        yield client


@pytest.fixture
def lock(sqlite_url):
    """Give a context in which another connection holds the file's lock for writing."""

    @contextlib.contextmanager
    def hold():
        path = parse_url(sqlite_url).database
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")

    return hold


async def test_a_write_waits_for_the_lock_and_no_read_waits_with_it(client, lock):
    """While another holds the lock for a second reads are answered; then every write succeeds."""
    rule_id = await client.create(RULE)
    with lock():
        writes = [asyncio.create_task(client.create(RULE)) for _ in range(20)]
        writes.append(asyncio.create_task(client.update(rule_id, {"name": "x"})))
        slowest, reads, end = 0.0, 0, time.monotonic() + LOCK_SECONDS
        while (began := time.monotonic()) < end:
            assert (await client.rule(rule_id))["name"] == "n"
            slowest, reads = max(slowest, time.monotonic() - began), reads + 1
        assert not any(write.done() for write in writes)
    ids = (await asyncio.gather(*writes))[:-1]
    assert len(set(ids)) == 20
    assert (await client.rule(rule_id))["name"] == "x"
    assert reads > 5
    assert slowest < LOCK_SECONDS * 0.8


async def test_the_log_is_brought_into_the_file_while_writes_go_on(client, sqlite_url):
    """However much is written, the log begins anew; all writes are there."""
    path = parse_url(sqlite_url).database
    ids = [await client.create(RULE) for _ in range(5)]
    number = largest = written = 0
    # A slow disk lets the log grow longer. One that never begins anew holds a
    # page or more of every write.
    give_up = time.monotonic() + 60
    while written < max(2000, 2 * largest / 4096):
        assert time.monotonic() < give_up, f"{written} writes, a log of {largest} bytes"
        number += 1
        await asyncio.gather(*(client.update(n, {"name": str(number)}) for n in ids * 10))
        written += 50
        largest = max(largest, Path(f"{path}-wal").stat().st_size)
    rules = (await client.rules())["items"]
    assert {rule["name"] for rule in rules} == {str(number)}


@pytest.fixture
async def calls(sqlite_url):
    """Give Calls, and its Database, on an empty file."""
    database = Database("alert", parse_url(sqlite_url), lock_seconds=0.2)
    with database.write() as connection:
        connection.execute(text("CREATE TABLE t (x INTEGER)"))
    threads = Threads(2, "test")
    yield Calls(database, threads), database
    database.close()
    threads.close()


async def test_a_long_search_leaves_the_loop_free(calls):
    """A statement that counts for a while goes on in a thread; the loop turns meanwhile."""
    run, database = calls
    counted = (
        select(literal_column("1").label("n"))
        .where(bindparam("most", type_=Integer) > 0)
        .cte("counted", recursive=True)
    )
    following = select(counted.c.n + 1).where(counted.c.n < bindparam("most", type_=Integer))
    counted = counted.union_all(following)
    count = Prepared(database, select(literal_column("count(*)", Integer)).select_from(counted))

    most, longest_pause, turned = 5_000_000, 0.0, time.monotonic()
    task = asyncio.create_task(run(lambda: count.read(most=most)))
    while not task.done():
        await asyncio.sleep(0)
        now = time.monotonic()
        longest_pause, turned = max(longest_pause, now - turned), now
    assert await task == [(most,)]
    began = time.monotonic()
    await asyncio.to_thread(count.read, most=most)
    assert longest_pause < (time.monotonic() - began) / 2


async def test_a_lock_that_stays_is_said_after_its_time(calls, lock):
    """Not before, not much later, and to each of those who waited."""
    run, database = calls
    table = Table("t", MetaData(), Column("x", Integer))
    add = Prepared(database, insert(table).values(x=bindparam("x")).returning(table.c.x))
    began = time.monotonic()
    with lock():
        ends = await asyncio.gather(
            *(run(lambda: add.write(x=1)) for _ in range(3)), return_exceptions=True
        )
    assert [type(end) for end in ends] == [DatabaseBusyError] * 3
    assert 0.2 <= time.monotonic() - began < 10
    assert await run(lambda: add.write(x=1)) == [(1,)]
