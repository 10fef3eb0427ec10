"""Domain is killed while it writes: nothing acknowledged is lost, nothing is torn."""

import multiprocessing
import os
import random
import signal
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest
import yaml

from camera_service.adapters.database.cameras import MirroredCameras
from camera_service.application.use_cases import DomainCameras
from camera_service.bootstrap import MIGRATIONS
from camera_service.consistency.state import StateConsistency
from camera_service.domain.entry_size import EntrySize
from camera_service.shared_state.files.cameras_yaml import CamerasYaml
from camera_service.shared_state.files.layout import Layout
from camera_service.shared_state.processes.worker_command import DEFAULT_TEMPLATE, WorkerCommand
from camera_service.shared_state.processes.worker_settings import WorkerSettings
from camera_service.shared_state.processes.workers import Workers
from servicekit.database.connections import Database, parse_url
from servicekit.database.migrate import migrate

ROUNDS = 20
World = dict[str, dict[str, Any]]


def wired(root: Path, url: str) -> tuple[DomainCameras, StateConsistency]:
    """Wire the use cases and the check on the real database, file and workers."""
    layout = Layout.under(root)
    layout.make()
    file = CamerasYaml(layout.cameras_file)
    file.create_if_fresh()
    workers = Workers(layout, WorkerSettings(WorkerCommand.parse(DEFAULT_TEMPLATE)))
    mirrored = MirroredCameras(Database("camera", parse_url(url)), file)
    consistency = StateConsistency(layout, file, workers, mirrored, is_served=lambda: True)
    return DomainCameras(mirrored, workers, None, EntrySize()), consistency


def operation(world: World, seed: str) -> tuple[str, str, Any]:
    """Choose what to do next in this world; the same for the same seed."""
    chance = random.Random(seed)
    camera_id = f"cam {chance.randrange(6)}"
    text = "x" * chance.randrange(5000)
    if camera_id not in world:
        return "create", camera_id, {"id": camera_id, "name": "n", "source": "s", "note": text}
    if chance.random() < 0.2:
        return "delete", camera_id, None
    return "update", camera_id, {"note": text, "n": chance.randrange(1000)}


def after(world: World, seed: str) -> World:
    """Return the world with the operation of this seed applied."""
    kind, camera_id, value = operation(world, seed)
    changed = {**world, camera_id: {**world.get(camera_id, {}), **(value or {})}}
    if kind == "delete":
        del changed[camera_id]
    return changed


def write_for_ever(root: Path, url: str, seed: str, acknowledged: Connection) -> None:
    """Run one operation after the other, and say after each that it was acknowledged."""
    cameras, _ = wired(root, url)
    world = {entry["id"]: entry for entry in cameras.list_entries(False)}
    for number in range(1_000_000):
        kind, camera_id, value = operation(world, f"{seed}-{number}")
        if kind == "create":
            cameras.create(value)
        elif kind == "delete":
            cameras.delete(camera_id)
        else:
            cameras.update(camera_id, value)
        world = after(world, f"{seed}-{number}")
        acknowledged.send_bytes(b".")


@pytest.fixture(scope="module")
def fork_server():
    """Give a way to start processes that have everything imported, in milliseconds."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["camera_service.bootstrap"])
    return context


@pytest.mark.timeout(300)
def test_a_killed_writer_loses_nothing_it_acknowledged(
    fork_server, root, database_url, cameras_file
) -> None:
    """Twenty times, at random moments; a reader of the file never finds a part of it."""
    migrate(Database("camera", parse_url(database_url)), MIGRATIONS)
    ours = wired(root, database_url)
    chance = random.Random(20)
    for number in range(ROUNDS):
        before = {entry["id"]: entry for entry in ours[0].list_entries(False)}
        receiver, sender = fork_server.Pipe(duplex=False)
        child = fork_server.Process(
            target=write_for_ever, args=(root, database_url, f"round {number}", sender)
        )
        child.start()
        sender.close()
        count = 0
        for _ in range(chance.randint(1, 8)):
            receiver.recv_bytes()
            count += 1
        until = time.monotonic() + chance.uniform(0, 0.03)
        while time.monotonic() < until:
            assert isinstance(yaml.safe_load(cameras_file.read_text())["cameras"], list)
        os.kill(child.pid, signal.SIGKILL)
        child.join()
        count += count_of(receiver)

        expected = before
        for step in range(count):
            expected = after(expected, f"round {number}-{step}")
        in_flight = after(expected, f"round {number}-{count}")
        in_file = {e["id"]: e for e in yaml.safe_load(cameras_file.read_text())["cameras"]}
        assert in_file in (expected, in_flight)
        # Whoever asks next, an old process or a new one, is told what the file says.
        for cameras, consistency in (ours, wired(root, database_url)):
            assert {entry["id"]: entry for entry in cameras.list_entries(False)} == in_file
            assert consistency.check().issues == []
    CamerasYaml(cameras_file).remove_leftovers()
    assert {p.name for p in cameras_file.parent.iterdir()} == {"cameras.yaml", ".cameras.yaml.lock"}


def count_of(receiver: Connection) -> int:
    """Return how many acknowledgements are left."""
    count = 0
    try:
        while True:
            receiver.recv_bytes()
            count += 1
    except EOFError:
        return count
