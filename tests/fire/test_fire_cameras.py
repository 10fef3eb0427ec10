"""Both implementations, two processes each, hammering the same cameras at once."""

import itertools
import random
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
import yaml

from servicekit import process
from tests.fire.conftest import World
from tests.fire.service import ServiceProcess, at_once, heat, until

CLIENTS = range(12)
SHARED = ("gate", "摄像头 2")


@pytest.fixture
def watched(cameras: World) -> Iterator[Callable[[], int]]:
    """Parse cameras.yaml all the time; give how often. Fails when one version is torn."""
    ended = threading.Event()
    torn: list[Any] = []
    count = itertools.count()

    def watch() -> None:
        while not ended.is_set():
            next(count)
            text = cameras.cameras_file.read_text(encoding="utf-8")
            try:
                listed = yaml.load(text, Loader=yaml.CSafeLoader)["cameras"]
                assert all({"id", "name", "source"} <= entry.keys() for entry in listed)
            except Exception as error:
                torn.append((error, text))

    thread = threading.Thread(target=watch)
    thread.start()
    yield lambda: next(count)
    ended.set()
    thread.join()
    assert torn == []


def entry(camera_id: str, **more: Any) -> dict[str, Any]:
    return {"id": camera_id, "name": "n", "source": "rtsp://u:p@h/1", **more}


def lay(cameras: World, *ids: str) -> None:
    """Begin with these cameras, and no other."""
    first = cameras.services[0]
    for camera in first.call("rest/ListCameras").value["cameras"]:
        assert first.call("DeleteCamera", camera_id=camera["id"]).ok
    for camera_id in ids:
        assert first.call("rest/CreateCamera", entry(camera_id)).ok


def test_of_many_that_create_the_same_camera_exactly_one_wins(cameras: World, watched: Any) -> None:
    lay(cameras)
    ids = [f"cam{number}" for number in range(4)]

    def create(client: int) -> list[tuple[str, str]]:
        service = cameras.services[client % 4]
        return [
            (camera_id, service.call("rest/CreateCamera", entry(camera_id, by=client)).code)
            for camera_id in ids
        ]

    answers = at_once([partial(create, client) for client in CLIENTS])
    for number, camera_id in enumerate(ids):
        codes = [answer[number][1] for answer in answers]
        winners = [client for client, code in zip(CLIENTS, codes, strict=True) if code == "OK"]
        assert len(winners) == 1
        assert codes.count("ALREADY_EXISTS") == len(CLIENTS) - 1
        for service in cameras.services:
            found = service.call("rest/GetCamera", camera_id=camera_id).value
            assert found == entry(camera_id, by=winners[0])
    listed = yaml.safe_load(cameras.cameras_file.read_text())["cameras"]
    assert sorted(one["id"] for one in listed) == ids
    assert watched() > 1


def test_no_acknowledged_update_is_lost_and_every_read_after_it_sees_it(
    cameras: World, watched: Any
) -> None:
    """Each client sets its own key, all of them a shared one, on both cameras in turn."""
    lay(cameras, *SHARED)
    rounds = 6 * heat()

    def hammer(client: int) -> None:
        for number in range(rounds):
            camera_id = SHARED[(client + number) % 2]
            changes = {f"key{client}": number, "fps": [client, number]}
            service = cameras.services[(client + number) % 4]
            assert service.call("rest/UpdateCamera", changes, camera_id=camera_id).code == "OK"
            for other in cameras.services:
                found = other.call("rest/GetCamera", camera_id=camera_id)
                assert found.code == "OK"
                assert found.value[f"key{client}"] == number, (other.implementation, found)

    at_once([partial(hammer, client) for client in CLIENTS])
    in_file = yaml.safe_load(cameras.cameras_file.read_text())["cameras"]
    for position, camera_id in enumerate(SHARED):
        last = {
            f"key{client}": max(n for n in range(rounds) if (client + n) % 2 == position)
            for client in CLIENTS
        }
        found = [s.call("rest/GetCamera", camera_id=camera_id).value for s in cameras.services]
        for one in [*found, in_file[position]]:
            assert {key: one.get(key) for key in last} == last
            assert one == in_file[position]
    for service in cameras.services:
        if service.implementation == "domain":
            assert service.call("CheckConsistency").value["consistent"]


def test_one_worker_a_camera_whoever_starts_stops_and_restarts_it(cameras: World) -> None:
    """And afterwards all four say the same of it."""
    lay(cameras, *SHARED)
    allowed = {"StartCamera": ("OK",), "StopCamera": ("OK",), "RestartCamera": ("OK",)}

    def hammer(client: int) -> None:
        chance = random.Random(client)
        for _ in range(5 * heat()):
            rpc = chance.choice(list(allowed))
            answer = chance.choice(cameras.services).call(rpc, camera_id=chance.choice(SHARED))
            assert answer.code in allowed[rpc], (rpc, answer)

    at_once([partial(hammer, client) for client in CLIENTS])
    assert cameras.doubles == []
    for camera_id in SHARED:
        agreed(cameras, camera_id)
        assert cameras.services[0].call("StartCamera", camera_id=camera_id).ok
        running = agreed(cameras, camera_id)
        assert running["running"]
        assert camera_id in until(lambda pid=running["pid"]: process.command_line(pid))
        assert cameras.services[1].call("StopCamera", camera_id=camera_id).ok
        assert not agreed(cameras, camera_id)["running"]
        assert process.identify(running["pid"]) is None


def test_no_camera_that_is_inactive_or_deleted_is_left_running(cameras: World) -> None:
    """Starts race with everything that forbids them."""
    lay(cameras, *SHARED)
    allowed = {
        "StartCamera": ("OK", "FAILED_PRECONDITION"),
        "RestartCamera": ("OK", "FAILED_PRECONDITION"),
        "ActivateCamera": ("OK", "NOT_FOUND"),
        "DeactivateCamera": ("OK", "NOT_FOUND"),
        "DeleteCamera": ("OK", "NOT_FOUND"),
        "rest/CreateCamera": ("OK", "ALREADY_EXISTS"),
    }

    def hammer(client: int) -> None:
        chance = random.Random(client)
        for _ in range(6 * heat()):
            rpc, camera_id = chance.choice(list(allowed)), chance.choice(SHARED)
            service = chance.choice(cameras.services)
            if rpc == "rest/CreateCamera":
                answer = service.call(rpc, entry(camera_id))
            else:
                answer = service.call(rpc, camera_id=camera_id)
            assert answer.code in allowed[rpc], (rpc, answer)

    at_once([partial(hammer, client) for client in CLIENTS])
    assert cameras.doubles == []
    for camera_id in SHARED:
        found = cameras.services[0].call("rest/GetCamera", camera_id=camera_id)
        if agreed(cameras, camera_id)["running"]:
            assert found.ok
            assert found.value.get("active", True)


def agreed(cameras: World, camera_id: str) -> dict[str, Any]:
    """Return the status that all services give of a camera."""
    statuses = [status_of(service, camera_id) for service in cameras.services]
    assert all(status == statuses[0] for status in statuses), statuses
    return statuses[0]


def status_of(service: ServiceProcess, camera_id: str) -> dict[str, Any]:
    one = service.call("GetCameraStatus", camera_id=camera_id)
    many = service.call("rest/BatchGetCameraStatus", {"camera_ids": [camera_id]})
    assert one.ok
    assert many.ok
    assert many.value[camera_id]["pid"] == one.value["pid"]
    return {key: one.value[key] for key in ("running", "pid")}
