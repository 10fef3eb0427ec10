"""Where nothing can be written any more, everything can still be read."""

import pytest


async def test_domain_reads_a_change_that_it_cannot_take_in(
    serving, sqlite_url, cameras_file, refused
) -> None:
    """As on a disk that became read-only; once it is mended, the change is taken in."""
    before, after = ({"id": "gate", "name": name, "source": "f"} for name in ("before", "after"))
    async with serving("legacy") as legacy, serving("domain", sqlite_url) as domain:
        await domain.create(before)
        await legacy.update("gate", {"name": "after"})
        lock = cameras_file.with_name(".cameras.yaml.lock")
        lock.unlink()
        lock.mkdir()  # it cannot be opened for writing, not by root either
        assert await domain.entries() == [after]
        with pytest.raises(refused):
            await domain.update("gate", {"name": "again"})
        lock.rmdir()
        await domain.update("gate", {"zone": 1})
        assert await domain.entries() == [{**after, "zone": 1}]
