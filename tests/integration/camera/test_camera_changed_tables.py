"""Somebody changes the camera tables in PostgreSQL while the domain service runs."""

import psycopg

GATE = {"id": "gate", "name": "Gate", "source": "film.mp4"}


async def test_no_call_fails_while_a_column_gets_another_type(serving, postgres_url) -> None:
    """Reads and writes of cameras go on, with statements prepared before the change."""
    admin_url = postgres_url.replace("postgresql+psycopg", "postgresql")
    async with serving("domain", postgres_url) as domain:
        await domain.create(GATE)
        for change in ("camera_id TYPE varchar(120)", "position TYPE bigint"):
            # More often than psycopg waits before it prepares a statement, on each connection.
            for _ in range(24):
                await domain.call("CheckConsistency")
            await domain.update("gate", {"name": change})
            with psycopg.connect(admin_url, autocommit=True) as admin:
                admin.execute(f"ALTER TABLE cameras ALTER COLUMN {change}")
            assert (await domain.call("CheckConsistency")).consistent
            await domain.update("gate", {"name": "after"})
            assert (await domain.entries())[0]["name"] == "after"
