"""The drill's short form: some rounds of what a drill of 1,000 does."""

from pathlib import Path

import pytest

from drill.load import CLIENTS
from drill.promises import PROMISES
from drill.report import Round, breaches
from drill.rounds import run
from drill.schedule import schedule

# Those that cost seconds of a camera's patience are left to `make drill`.
_LONG = ("stream ", "freeze worker for good", "kill both")
SHORT = {name: 1 for name in PROMISES if not name.startswith(_LONG)}


@pytest.mark.timeout(300)
async def test_every_fault_is_repaired_as_promised(tmp_path: Path) -> None:
    """Nothing acknowledged is lost, nothing is there twice, nothing fails that may not."""
    faults = schedule(SHORT, len(SHORT), seed=1)
    rounds: list[Round] = []
    await run(faults, 1, tmp_path, rounds.append)
    found = {
        seen.fault: broken
        for seen in rounds
        if (broken := breaches(PROMISES[seen.fault], CLIENTS, seen))
    }
    assert found == {}
    assert [seen.fault for seen in rounds] == faults
    assert all(seen.skipped or sum(seen.requests.values()) for seen in rounds)
