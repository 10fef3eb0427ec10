"""The chaos test's short form: some rounds of a thousand."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from camplane_tools.chaos.load import CLIENTS
from camplane_tools.chaos.promises import PROMISES
from camplane_tools.chaos.report import Round, breaches
from camplane_tools.chaos.rounds import run
from camplane_tools.chaos.schedule import schedule

# One of each kind; that every process comes back when it alone is killed is a test
# by itself (tests/e2e/test_restarts.py). The rest is left to `make chaos`.
KINDS = (
    *("kill camera/domain", "kill envoy", "kill launcher", "kill worker"),
    *("freeze camera/domain", "freeze control", "clock jump"),
    *("full disk", "read-only data directory", "kill camera/domain on a full disk"),
    *("cameras.yaml by hand", "cameras.yaml malformed"),
)
# What `make test` plays: a process, a worker, a disk and a file.
SHORT = (
    "kill launcher",
    "kill worker",
    "freeze camera/domain",
    "full disk",
    "cameras.yaml by hand",
)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "names",
    [
        pytest.param(SHORT, id="short"),
        pytest.param(KINDS, id="each kind", marks=pytest.mark.long),
    ],
)
async def test_every_fault_is_repaired_as_promised(names: Sequence[str], tmp_path: Path) -> None:
    """Nothing acknowledged is lost, nothing is there twice, nothing fails that may not."""
    faults = schedule(dict.fromkeys(names, 1), len(names), seed=1)
    rounds: list[Round] = []
    await run(faults, 1, tmp_path, rounds.append)
    found = {
        seen.fault: broken
        for seen in rounds
        if (broken := breaches(PROMISES[seen.fault], CLIENTS, seen))
    }
    assert found == {}
    assert [seen.fault for seen in rounds] == faults
    # On a starved machine one fault may be over before anybody had an answer.
    in_silence = [one for one in rounds if not one.skipped and not sum(one.requests.values())]
    assert len(in_silence) <= 1
    assert sum(seen.repeated for seen in rounds)
