"""What is at work is no disagreement: the check under fire finds none."""

import os
import random
import signal
import threading
from functools import partial

from tests.fire.conftest import World
from tests.fire.service import at_once, heat
from tests.fire.test_fire_cameras import entry, lay

CLIENTS = range(6)
SHARED = ("gate", "摄像头 2", "hall")
RPCS = (
    *("StartCamera", "StopCamera", "RestartCamera", "DeleteCamera", "rest/CreateCamera"),
    *("ActivateCamera", "DeactivateCamera", "rest/UpdateCamera", "SetAutoStart", "kill"),
)
# Of cameras that are deleted just now.
LEFT = {"LOCK_LEFT", "LOG_LEFT", "REPORT_LEFT", "WORKER_INACTIVE", "AUTO_START_INACTIVE"}


def test_no_difference_is_found_while_everything_changes(cameras: World) -> None:
    """Cameras are made, deleted, started, stopped, changed by all, and workers killed."""
    lay(cameras, *SHARED)
    domains = [one for one in cameras.services if one.implementation == "domain"]
    ended = threading.Event()

    def hammer(client: int) -> None:
        chance = random.Random(client)
        for _ in range(60 * heat()):
            rpc, camera_id = chance.choice(RPCS), chance.choice(SHARED)
            service = chance.choice(cameras.services)
            if rpc == "rest/CreateCamera":
                service.call(rpc, entry(camera_id))
            elif rpc == "rest/UpdateCamera":
                service.call(rpc, {"fps": client}, camera_id=camera_id)
            elif rpc == "kill":
                status = service.call("GetCameraStatus", camera_id=camera_id).value
                if status["running"]:
                    kill(status["pid"])
            else:
                service.call(rpc, camera_id=camera_id)

    def hammer_all() -> None:
        try:
            at_once([partial(hammer, client) for client in CLIENTS])
        finally:
            ended.set()

    def look(number: int) -> int:
        checks = 0
        while not ended.is_set():
            answer = domains[number].call("CheckConsistency")
            assert answer.ok, answer
            assert answer.value["issues"] == []
            assert {note["kind"] for note in answer.value["notes"]} <= LEFT
            checks += 1
        return checks

    _, *checks = at_once([hammer_all, partial(look, 0), partial(look, 1)])
    assert min(checks) > 1
    assert cameras.doubles == []


def kill(pid: int) -> None:
    """Kill a worker that was there a moment ago, through a descriptor that is only it."""
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        signal.pidfd_send_signal(fd, signal.SIGKILL)
    except ProcessLookupError:
        pass
    finally:
        os.close(fd)
