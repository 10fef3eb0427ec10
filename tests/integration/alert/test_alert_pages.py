"""Rules and history by pages, each answered by the other implementation, while rows change."""

import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from camplane.alert.v1 import alert_service_pb2 as pb

from alert_service.application import scoped
from servicekit import paging
from servicekit.database.connections import Database, parse_url

TIME = "2026-01-02T03:04:05"
HALLS = (("camplane-cameras", '["hall-*"]'),)


@pytest.fixture
async def sides(serving: Any, database_url: str) -> AsyncIterator[tuple[Any, Any]]:
    """Give both implementations on one database, of either kind."""
    async with contextlib.AsyncExitStack() as stack:
        started = [
            await stack.enter_async_context(
                serving(name, Database("alert", parse_url(database_url)))
            )
            for name in ("legacy", "domain")
        ]
        yield started[0], started[1]


def rule(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "rule_type": "x", "conditions": {}, **more}


def alert(camera_id: str | None, kind: str = "x") -> dict[str, Any]:
    return {"camera_id": camera_id, "alert_type": kind, "timestamp": TIME}


async def page(
    side: Any, method: str, token: str = "", metadata: Any = (), **fields: Any
) -> tuple[list[Any], str]:
    """Return the items of a page, and the token of the next one."""
    request = getattr(pb, f"{method}Request")(page_token=token, **fields)
    answer = await getattr(side.typed, method)(request, metadata=metadata)
    assert answer.count == len(answer.items)
    return list(answer.items), answer.next_page_token


async def walked(
    sides: tuple[Any, Any],
    method: str,
    between: Callable[[list[int]], Any] | None = None,
    **fields: Any,
) -> list[int]:
    """Return the ids of all pages, asked of both sides, which must agree."""
    told, token = [], ""
    while True:
        asked = [await page(side, method, token, **fields) for side in sides]
        assert asked[0] == asked[1]
        items, token = asked[0]
        told += [one.id for one in items]
        if not token:
            return told
        if between:
            await between([one.id for one in items])


async def test_pages_of_rules_miss_nothing_that_stays_and_tell_nothing_twice(
    sides: tuple[Any, Any],
) -> None:
    """The rule that the token names is removed between pages; later ones are changed, and added."""
    legacy, domain = sides
    there = [await legacy.create(rule(str(number), camera_id="gate")) for number in range(20)]
    await legacy.create(rule("of another", camera_id="yard"))
    removed: set[int] = set()
    added: list[int] = []

    async def change(told: list[int]) -> None:
        await domain.call("DeleteRule", pb.DeleteRuleRequest(rule_id=told[-1]))
        removed.add(told[-1])
        await legacy.update(there[-1], {"name": f"changed {told[-1]}"})
        added.append(await domain.create(rule("new", camera_id="gate")))

    told = await walked(sides, "ListRules", change, page_size=6, camera_id="gate", enabled=True)
    assert told == sorted(told)
    assert (len(told), removed < set(told)) == (len(set(told)), True)
    assert set(there) | set(added) == set(told)


async def test_pages_of_history_go_through_all_of_it(
    sides: tuple[Any, Any], store: Callable[..., None]
) -> None:
    """Beyond what `limit` ever gave; what is raised meanwhile moves nothing."""
    store(history=[alert("gate", "x" if number % 3 else "y") for number in range(1030)])

    async def raise_one(told: list[int]) -> None:
        store(history=[alert("gate")])

    told = await walked(sides, "ListHistory", raise_one, page_size=5000)
    assert told == list(range(1030, 0, -1))
    told = await walked(sides, "ListHistory", page_size=400, alert_type="y", camera_id="gate")
    assert told == list(range(1030, 0, -3))


async def test_behind_the_last_number_of_all_there_is_nothing(
    sides: tuple[Any, Any], store: Callable[..., None]
) -> None:
    """A column of the database has no room for the next one."""
    last = 2**31 - 1
    store(
        rules=[{**rule("last"), "id": last, "created_at": TIME, "updated_at": TIME}],
        history=[{**alert("gate"), "id": number} for number in (1, last)],
    )
    assert await walked(sides, "ListRules", page_size=1) == [last]
    assert await walked(sides, "ListHistory", page_size=1) == [last, 1]
    for side in sides:
        for method, number in (("ListRules", last), ("ListHistory", 1)):
            token = paging.token(getattr(pb, f"{method}Request")(), (number,))
            assert await page(side, method, token) == ([], "")


async def test_a_page_that_cannot_be_had_is_refused_in_words(
    sides: tuple[Any, Any], refused: type[Exception]
) -> None:
    """A token of another list or filter, a negative size, a limit beside pages."""
    for number in range(3):
        await sides[0].create(rule(str(number)))
    _, token = await page(sides[0], "ListRules", page_size=2)
    for side in sides:
        for request, words in (
            (pb.ListRulesRequest(page_token=token, enabled=True), "another request"),
            (pb.ListHistoryRequest(page_token=token), "another request"),
            (pb.ListRulesRequest(page_size=-1), "negative"),
            (pb.ListRulesRequest(page_token="x"), "next_page_token"),
            (pb.ListHistoryRequest(page_size=5, limit=5), "leave limit out"),
        ):
            method = type(request).__name__.removesuffix("Request")
            with pytest.raises(refused, match=words) as error:
                await side.call(method, request)
            assert error.value.reason == "INVALID_ARGUMENT"


async def test_a_token_of_some_cameras_has_its_pages_though_others_are_between(
    sides: tuple[Any, Any], store: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Full ones, however far apart; where it would be looked for too long, an empty one goes on."""
    mine = {1, 2, 150, 151, 152, 299}
    places = ["hall-1" if number in mine else "yard-1" for number in range(1, 301)]
    store(
        history=[alert(place) for place in places],
        rules=[
            {**rule(place, camera_id=place), "created_at": TIME, "updated_at": TIME}
            for place in places
        ],
    )
    for method, order in (("ListRules", sorted(mine)), ("ListHistory", sorted(mine)[::-1])):
        first, token = await page(sides[0], method, metadata=HALLS, page_size=4)
        rest, end = await page(sides[1], method, token, HALLS, page_size=4)
        assert [[one.id for one in items] for items in (first, rest)] == [order[:4], order[4:]]
        assert end == ""
    monkeypatch.setattr(scoped, "MAX_LOOKED_AT", 10)
    told, pages, token = [], [], ""
    while token or not pages:
        items, token = await page(sides[len(pages) % 2], "ListRules", token, HALLS, page_size=1)
        told += [one.id for one in items]
        pages.append(len(items))
    assert (told, 0 in pages) == (sorted(mine), True)


async def test_without_a_page_lists_are_as_they_were(sides: tuple[Any, Any]) -> None:
    """The rule that was updated last comes first, all of them, with no token."""
    ids = [await sides[0].create(rule(str(number))) for number in range(3)]
    await sides[1].update(ids[0], {"name": "changed"})
    for side in sides:
        answer = await side.call("ListRules", pb.ListRulesRequest())
        assert [one.id for one in answer.items] == [ids[0], ids[2], ids[1]]
        assert answer.next_page_token == ""
