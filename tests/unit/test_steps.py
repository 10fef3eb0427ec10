"""The parts of a call that spans are made of."""

import asyncio

from servicekit.steps import Step, collect, nested, step
from servicekit.threads import Threads


def test_a_step_within_a_step_is_part_of_it_and_one_after_it_is_not() -> None:
    outer, inner, later = Step("outer", 10, 50), Step("inner", 10, 20), Step("later", 60, 70)
    assert nested([inner, later, outer]) == [(outer, None), (inner, 0), (later, None)]


def test_steps_that_overlap_stand_side_by_side() -> None:
    first, second = Step("first", 10, 30), Step("second", 20, 40)
    assert nested([second, first]) == [(first, None), (second, None)]


def test_a_part_of_a_part_is_found_behind_a_shorter_one() -> None:
    steps = [Step("whole", 0, 100), Step("a", 0, 10), Step("b", 20, 90), Step("in b", 30, 40)]
    assert [around for _, around in nested(steps)] == [None, 0, 0, 2]


def test_outside_of_a_traced_call_nothing_is_noted() -> None:
    with step("nobody asks") as noted:
        pass
    assert noted._steps is None


async def test_what_a_thread_does_for_a_call_is_part_of_that_call_alone() -> None:
    threads = Threads(2, "test")

    def work(name: str) -> None:
        with step(name):
            pass

    async def call(name: str) -> list[Step]:
        steps = collect()
        await threads(work, name)
        await threads(work, name)
        return steps

    found = await asyncio.gather(call("one"), call("two"))
    threads.close()
    assert [[one.name for one in steps] for steps in found] == [["one"] * 2, ["two"] * 2]


def test_a_step_that_fails_is_noted_and_a_stream_does_not_note_for_ever() -> None:
    steps = collect()
    for _ in range(1000):
        try:
            with step("again"):
                raise ValueError
        except ValueError:
            pass
    assert {one.name for one in steps} == {"again"}
    assert len(steps) == 100
