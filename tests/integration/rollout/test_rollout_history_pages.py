"""ListDecisions: the whole log in answers that a client takes."""

import pytest
from camplane.gateway.v1 import rollout_service_pb2 as pb

from gateway.rollout import servicer
from gateway.rollout.decisions import commands
from gateway.rollout.decisions.commands import InvalidCommandError
from gateway.rollout.servicer import RolloutServicer
from servicekit.threads import Threads


@pytest.fixture
async def ask(site):
    """Give a function that asks for decisions, of a log with seven of them."""
    threads = Threads(1, "test")
    async with site.controlling() as control:
        await control.leads()
        for weight in range(1, 8):
            await control.do(commands.set_weight, "alert", weight=weight)
        answering = RolloutServicer(
            control.controller, control.store, site.router, control.observer, threads
        )

        async def ask(**fields):
            answer = await answering.ListDecisions(pb.ListDecisionsRequest(**fields), None)
            return list(answer.decisions)

        yield ask
    threads.close()


def numbers(decisions) -> list[int]:
    return [one.number for one in decisions]


async def test_unset_means_the_newest_and_0_the_first(ask):
    assert numbers(await ask(limit=2)) == [6, 7]
    assert numbers(await ask(limit=2, after=0)) == [1, 2]
    assert numbers(await ask(limit=2, after=7)) == []


async def test_documents_come_in_answers_of_a_bounded_size_and_all_of_them_come(ask, monkeypatch):
    whole = await ask(after=0, full=True)
    size = max(len(one.document) for one in whole)
    monkeypatch.setattr(servicer, "MAX_DOCUMENTS", 3 * size)
    pages = []
    while page := await ask(after=pages[-1][-1].number if pages else 0, full=True):
        assert 1 <= len(page) <= 4
        pages.append(page)
    assert len(pages) > 1
    assert [one for page in pages for one in page] == whole
    assert numbers(await ask(full=True))[-1] == 7
    assert len(await ask(full=True)) < 7


async def test_a_document_that_is_too_large_comes_alone(ask, monkeypatch):
    monkeypatch.setattr(servicer, "MAX_DOCUMENTS", 1)
    assert numbers(await ask(after=3, full=True)) == [4]
    assert numbers(await ask(full=True)) == [7]


async def test_a_limit_above_the_most_is_refused(ask):
    with pytest.raises(InvalidCommandError, match="1 to 1000"):
        await ask(limit=1001)
