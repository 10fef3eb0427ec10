"""The suite finds faults that are planted in domain."""

import pytest

from camplane_tools.compare.suite.builtin import builtin_cases
from camplane_tools.mutations.__main__ import MUTATIONS
from camplane_tools.mutations.hunt import hunt
from camplane_tools.mutations.mutation import Mutation

# One for each way in which a fault is found, and the cases that suffice for them.
CHOSEN = (
    "stale read after a write on the other path",
    "off by one: limit of the history",
    "number as string: id",
)
SUFFICE = ("the other path's", "list cameras", "list rules", "history")


# Else every fault would seem to be found.
SOUND = Mutation("no fault", "no.such.module", "", "", "alert")


async def test_planted_faults_are_found_by_their_own_difference_and_no_fault_is_not() -> None:
    mutations = [SOUND, *(one for one in MUTATIONS if one.name in CHOSEN)]
    cases = [case for case in builtin_cases() if case.name.startswith(SUFFICE)]
    found = {hunted.mutation.name: hunted async for hunted in hunt(mutations, cases)}
    differences = {name: hunted.difference for name, hunted in found.items()}
    assert differences.pop("no fault") is None
    assert set(differences) == set(CHOSEN)
    assert all(differences.values()), differences
    assert differences["number as string: id"].field == "body.items[0].id"
    assert differences["off by one: limit of the history"].field == "body.count"
    stale = found["stale read after a write on the other path"]
    assert stale.comparison.case.startswith("the other path's")


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_every_fault_that_make_compare_plants_is_found() -> None:
    hunted = [one async for one in hunt(MUTATIONS, builtin_cases())]
    assert [one.mutation.name for one in hunted if one.comparison is None] == []
    assert len(hunted) == len(MUTATIONS)
