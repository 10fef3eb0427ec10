"""The list of cameras by pages, each answered by the other implementation, while cameras change."""

import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import yaml
from camplane.camera.v1 import camera_service_pb2 as pb

SIZE = 7


def entry(camera_id: str, **more: Any) -> dict[str, Any]:
    return {"id": camera_id, "name": camera_id, "source": "clip.mp4", **more}


@pytest.fixture
async def sides(serving: Any, cameras_file: Any, sqlite_url: str) -> AsyncIterator[tuple[Any, Any]]:
    """Give both implementations on one world of forty cameras, which no id put in order."""
    ids = [f"cam{(7 * number) % 40}" for number in range(40)]
    cameras_file.write_text(yaml.safe_dump({"cameras": [entry(one) for one in ids]}))
    async with contextlib.AsyncExitStack() as stack:
        yield (
            await stack.enter_async_context(serving("legacy")),
            await stack.enter_async_context(serving("domain", sqlite_url)),
        )


async def paged(client: Any, token: str = "", **fields: Any) -> tuple[list[str], str]:
    """Return the ids of a page, and the token of the next one."""
    answer = await client.call("ListCameras", page_token=token, **fields)
    return [one.camera_id for one in answer.cameras], answer.next_page_token


async def test_pages_are_the_same_whoever_answers_and_miss_nothing_that_stays(
    sides: tuple[Any, Any],
) -> None:
    """The camera that the token names is removed between pages, others are added and changed."""
    there = {one.camera_id for one in (await sides[0].call("ListCameras")).cameras}
    told: list[str] = []
    removed, token, number = set(), "", 0
    while True:
        pages = [await paged(side, token, page_size=SIZE) for side in sides]
        assert pages[0] == pages[1]
        ids, token = pages[0]
        told += ids
        if not token:
            break
        assert len(ids) == SIZE
        await sides[number % 2].call("DeleteCamera", camera_id=ids[-1])
        removed.add(ids[-1])
        await sides[number % 2].create(entry(f"a{number}"))
        await sides[number % 2].create(entry(f"z{number}"))
        await sides[number % 2].update(ids[0], {"name": "another"})
        number += 1
    assert len(told) == len(set(told))
    assert there - removed <= set(told)
    assert {one for one in told if one.startswith("z")} == {f"z{one}" for one in range(number)}


async def test_a_page_is_only_told_to_whom_the_request_is_and_of_whose_cameras(
    sides: tuple[Any, Any], refused: type[Exception]
) -> None:
    """A token of another filter is refused by either side; one for some cameras sees no other."""
    _, token = await paged(sides[0], page_size=2)
    with pytest.raises(refused) as error:
        await paged(sides[1], token, active_only=True)
    assert (error.value.code, error.value.reason) == ("INVALID_ARGUMENT", "INVALID_ARGUMENT")
    with pytest.raises(refused, match="negative"):
        await paged(sides[0], page_size=-1)
    told, token = [], ""
    for side in (*sides, *sides):
        call = side.typed.ListCameras(
            pb.ListCamerasRequest(page_size=3, page_token=token),
            metadata=(("camplane-cameras", '["cam1?"]'),),
        )
        answer = await call
        told += [one.camera_id for one in answer.cameras]
        token = answer.next_page_token
    assert (told, token) == ([f"cam1{number}" for number in range(10)], "")


async def test_without_a_page_the_list_is_as_it_was(sides: tuple[Any, Any]) -> None:
    """In the order of the file, with no token."""
    for side in sides:
        answer = await side.call("ListCameras")
        assert [one.camera_id for one in answer.cameras][:3] == ["cam0", "cam7", "cam14"]
        assert (len(answer.cameras), answer.next_page_token) == (40, "")


async def test_a_page_is_no_larger_than_clients_of_grpc_take(
    sides: tuple[Any, Any], cameras_file: Any
) -> None:
    """They take 4 MiB unless they are told otherwise; the list has more."""
    ids = [f"large{number:02}" for number in range(75)]
    large = [entry(one, notes="x" * 60_000) for one in ids]
    cameras_file.write_text(json.dumps({"cameras": large}))
    told, sizes, token = [], [], ""
    while token or not told:
        side = sides[len(sizes) % 2]
        answer = await side.call("ListCameras", page_size=1000, page_token=token)
        told += [one.camera_id for one in answer.cameras]
        token = answer.next_page_token
        sizes.append(answer.ByteSize())
    assert told == ids
    assert (len(sizes), max(sizes) < 4 << 20) == (2, True)
