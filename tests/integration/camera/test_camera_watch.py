"""WatchCameras: whoever makes a change, every watcher is told, once and in order."""

import asyncio
import json
import os
import signal
import socket
from collections.abc import Iterator

import pytest
from camplane.camera.v1 import camera_service_pb2 as pb

from camera_service.entrypoints import watch
from camera_service.shared_state.files.layout import Layout

GATE = {"id": "gate", "name": "Gate", "source": "film.mp4"}
STOPPED, STARTING = pb.CAMERA_STATE_STOPPED, pb.CAMERA_STATE_STARTING


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has to wait for the next look, of which most tests need several."""
    monkeypatch.setattr(watch, "LOOK_SECONDS", 0.05)


@pytest.fixture
async def both(serving, database_url):
    """Give both implementations on one world: (legacy, domain)."""
    async with serving("legacy") as legacy, serving("domain", database_url) as domain:
        yield legacy, domain


@pytest.fixture(params=["legacy", "domain"])
def sides(request, both):
    """Give (who is watched, who makes the changes)."""
    legacy, domain = both
    return (legacy, domain) if request.param == "legacy" else (domain, legacy)


async def following(events, seconds: float = 10):
    async with asyncio.timeout(seconds):
        return await anext(events)


@pytest.fixture
def refused_port() -> Iterator[int]:
    """Give a port at which nothing listens, and which no other process gets meanwhile."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


async def test_the_present_state_comes_first_and_then_each_change(sides) -> None:
    watched, other = sides
    for camera_id in ("gate", "hall"):
        await other.create({**GATE, "id": camera_id})
    events = watched.watch()
    present = [await following(events), await following(events)]
    assert {event.camera_id for event in present} == {"gate", "hall"}
    assert {(event.state, event.pid) for event in present} == {(STOPPED, 0)}
    assert present[0].camera.name == "Gate"

    pid = (await other.call("StartCamera", camera_id="gate")).pid
    event = await following(events)
    assert (event.camera_id, event.state, event.pid) == ("gate", STARTING, pid)
    await other.update("gate", {"name": "Tor"})
    event = await following(events)
    assert (event.camera_id, event.camera.name, event.pid) == ("gate", "Tor", pid)
    await other.call("DeleteCamera", camera_id="hall")
    event = await following(events)
    assert (event.camera_id, event.state) == ("hall", pb.CAMERA_STATE_REMOVED)
    assert not event.HasField("camera")


async def test_a_change_by_hand_is_seen(sides, cameras_file) -> None:
    watched, other = sides
    await other.create(GATE)
    events = watched.watch()
    await following(events)
    cameras_file.write_text("cameras:\n- id: gate\n  source: rtsp://u:s3cr3t@h/1\n")
    event = await following(events)
    assert event.camera.source == "rtsp://***@h/1"
    assert "s3cr3t" not in str(event)


async def test_the_death_of_a_worker_is_seen(sides) -> None:
    watched, other = sides
    await other.create(GATE)
    pid = (await other.call("StartCamera", camera_id="gate")).pid
    events = watched.watch()
    assert (await following(events)).pid == pid
    os.kill(pid, signal.SIGKILL)
    event = await following(events)
    # With a supervisor, its next start is awaited.
    assert (event.camera_id, event.pid) == ("gate", 0)
    assert event.state in (STOPPED, pb.CAMERA_STATE_RESTARTING)


async def test_a_source_that_fails_is_told_with_its_cause(serving, refused_port) -> None:
    async with serving("legacy", CAMPLANE_WORKER_COMMAND="") as client:  # the worker itself
        await client.create({**GATE, "source": f"rtsp://u:s3cr3t@127.0.0.1:{refused_port}/x"})
        await client.call("StartCamera", camera_id="gate")
        async with asyncio.timeout(20):
            async for event in client.watch():
                assert "s3cr3t" not in str(event)
                if event.state == pb.CAMERA_STATE_SOURCE_FAILED:
                    assert event.cause == pb.STREAM_FAILURE_REFUSED
                    return


async def test_what_a_detector_reports_is_told(serving, root) -> None:
    """Streaming, and a cause that nobody knows as OTHER."""
    async with serving("legacy") as client:
        await client.create(GATE)
        pid = (await client.call("StartCamera", camera_id="gate")).pid
        events = client.watch()
        await following(events)
        report = Layout.under(root).report("gate")
        report.write_text(json.dumps({"pid": pid, "state": "streaming"}))
        assert (await following(events)).state == pb.CAMERA_STATE_STREAMING
        report.write_text(json.dumps({"pid": pid, "state": "source_failed", "cause": "moths"}))
        event = await following(events)
        assert (event.state, event.cause) == (
            pb.CAMERA_STATE_SOURCE_FAILED,
            pb.STREAM_FAILURE_OTHER,
        )


async def test_a_watcher_that_resumes_misses_nothing_and_sees_nothing_twice(sides) -> None:
    """Wherever it left off, in the present state too."""
    watched, other = sides
    for number in range(5):
        await other.create({**GATE, "id": f"c{number}"})
    first = watched.watch()
    seen = [await following(first) for _ in range(2)]
    await first.aclose()
    for number in range(5):
        await other.update(f"c{number}", {"name": "new"})
    resumed = watched.watch(epoch=seen[-1].epoch, after_revision=seen[-1].revision)
    while len({e.camera_id for e in seen if e.camera.name == "new"}) < 5:
        seen.append(await following(resumed))
    revisions = [event.revision for event in seen]
    assert revisions == list(range(revisions[0], revisions[0] + len(revisions)))


async def test_only_the_cameras_asked_for_are_told(sides) -> None:
    watched, other = sides
    for camera_id in ("gate", "hall"):
        await other.create({**GATE, "id": camera_id})
    events = watched.watch(camera_ids=["hall"])
    assert (await following(events)).camera_id == "hall"
    await other.update("gate", {"name": "x"})
    await other.update("hall", {"name": "y"})
    assert (await following(events)).camera.name == "y"


@pytest.mark.parametrize("how", ["another epoch", "the future"])
async def test_a_revision_that_is_not_kept_is_refused(both, refused, how) -> None:
    for client in both:
        epoch = "0" * 32
        if how == "the future":
            await client.create({**GATE, "id": f"cam {id(client)}"})
            epoch = (await following(client.watch())).epoch
        with pytest.raises(refused) as error:
            await following(client.watch(epoch=epoch, after_revision=1000))
        assert (error.value.code, error.value.reason) == ("OUT_OF_RANGE", "REVISION_COMPACTED")


async def test_an_epoch_ends_with_the_service(serving, refused) -> None:
    async with serving("legacy") as client:
        await client.create(GATE)
        event = await following(client.watch())
    async with serving("legacy") as client:
        with pytest.raises(refused, match="not kept"):
            await following(client.watch(epoch=event.epoch, after_revision=event.revision))


async def test_a_revision_long_past_is_refused(serving, refused, monkeypatch) -> None:
    """No more than the last changes are kept; here, two."""
    monkeypatch.setattr("camera_service.entrypoints.watch.KEPT_EVENTS", 2)
    async with serving("legacy") as client:
        await client.create(GATE)
        events = client.watch()
        first = await following(events)
        for number in range(3):
            await client.update("gate", {"n": number})
            await following(events)
        with pytest.raises(refused) as error:
            await following(client.watch(epoch=first.epoch, after_revision=first.revision))
        assert error.value.reason == "REVISION_COMPACTED"


async def test_a_watch_goes_on_when_the_file_is_mended(sides, cameras_file) -> None:
    watched, other = sides
    await other.create(GATE)
    events = watched.watch()
    await following(events)
    good = cameras_file.read_text()
    cameras_file.write_text("cameras: [}")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(waiting := asyncio.ensure_future(anext(events))), 1)
    cameras_file.write_text(good.replace("Gate", "Mended"))
    async with asyncio.timeout(10):
        assert (await waiting).camera.name == "Mended"


async def test_a_watch_of_a_file_that_makes_no_sense_is_refused(sides, cameras_file, refused):
    watched, _ = sides
    cameras_file.write_text("cameras: [}")
    with pytest.raises(refused) as error:
        await following(watched.watch())
    assert error.value.reason == "CONFIGURATION_UNREADABLE"
