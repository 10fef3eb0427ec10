"""A disk without a free byte: requests can be given back, and everybody is told what is wrong."""

import asyncio
import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from camplane_tools.chaos import mounts
from camplane_tools.harness.api import Api
from camplane_tools.harness.camplane import Camplane
from camplane_tools.harness.waiting import until
from gateway.access.store import add, known
from gateway.access.tokens import new_token
from gateway.launcher.plan import Place
from gateway.proxy import reserve
from gateway.proxy.topology import Access, Topology
from gateway.proxy.topology_file import TOPOLOGY
from tests.e2e.command_line import run

HALF = {"USE_DOMAIN_SERVICE": "true", "ROLLOUT_PERCENT": "50"}
WHY = {"author": "op", "reason": "the disk is full"}
SECONDS = 30.0


@pytest_asyncio.fixture
async def camplane(tmp_path: Path) -> AsyncIterator[Camplane]:
    """A camplane on a disk of its own, which is small."""
    data = tmp_path / "data"
    data.mkdir()
    try:
        disk = mounts.small_disk(data)
        disk.__enter__()
    except mounts.NoRightError as error:
        pytest.skip(f"no right to mount a small disk: {error}")
    try:
        camplane = Camplane(data, tmp_path / "up.log", HALF)
        await camplane.up()
        yield camplane
        await camplane.down()
    finally:
        disk.__exit__(None, None, None)


def command(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    executable = str(Path(sys.executable).with_name("camplane"))
    return subprocess.run(
        [executable, *arguments, "--data", str(data)], capture_output=True, text=True
    )


@pytest.mark.timeout(120)
async def test_on_a_full_disk_requests_are_given_back_and_the_log_is_told_later(
    camplane: Camplane,
) -> None:
    """By the API at once; by the command line, too, when no controller lives; a start says why."""
    api = Api(lambda: camplane.url)

    async def weight(context: str) -> int:
        answer = await api.ask("", "GET", f"/rollouts/{context}")
        return int(answer.json["rollout"]["weight_in_force"]) if answer.status == 200 else -1

    async def is_written() -> bool:
        answer = await api.ask("", "GET", "/rollouts/camera")
        return answer.status == 200 and not answer.json["rollout"]["unwritten"]

    async def aborted() -> bool:
        answer = await api.ask("", "POST", "/rollouts/camera/abort", WHY)
        return answer.status == 200

    async def all_legacy(path: str) -> bool:
        return {(await api.ask("", "GET", path)).path for _ in range(12)} == {"legacy"}

    await until("a controller leads", SECONDS, lambda: _leads(api))
    with mounts.full(camplane.data):
        health = (await api.ask("", "GET", "/monitoring/health")).json
        assert health["status"] == "degraded"
        assert "MiB free: make room" in health["checks"]["disk"]
        assert await aborted()
        assert await weight("camera") == 0
        await until("legacy has the cameras", SECONDS, lambda: all_legacy("/cameras"))
        await until("it was done directly", SECONDS, lambda: _is_aborted_directly(camplane))
        await until("legacy has the rules", SECONDS, lambda: all_legacy("/alerts/rules"))
        # Another one, on the same disk.
        other = camplane.data / "other"
        started = await asyncio.to_thread(command, other, "up", "--port", "0")
        assert started.returncode == 1
        assert f"the disk of {other} has " in started.stderr
        assert "MiB free: make room" in started.stderr
    await until("the log has it", SECONDS, is_written)
    assert (await weight("camera"), await weight("alert")) == (0, 0)
    await api.close()


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """Give a data directory on a small disk, of a camplane that asks for tokens and is down."""
    try:
        with mounts.small_disk(tmp_path):
            place = Place(tmp_path, tmp_path / "run")
            place.envoy.mkdir()
            asking = Topology(
                *("unix:/nowhere",) * 4,
                old_http="127.0.0.1:1",
                access=Access("on", public_keys=str(place.access.public_keys)),
            )
            (place.envoy / TOPOLOGY).write_text(asking.to_json())
            reserve.set_aside(place.envoy)
            yield tmp_path
    except mounts.NoRightError as error:
        pytest.skip(f"no right to mount a small disk: {error}")


def test_on_a_full_disk_tokens_are_revoked_one_after_the_other(small: Path) -> None:
    """In the room set aside, which others who fill the disk do not get; and it says so."""
    place = Place(small, small / "run")
    tokens = [new_token(name, ["viewer"], 600, time.time()) for name in "abc"]
    for token in tokens:
        add(place.access, token)
    with mounts.full(small), (small / ".others").open("wb", buffering=0) as others:
        for number, token in enumerate(tokens, 1):
            with pytest.raises(OSError, match="No space left"):
                while others.write(bytes(4096)):
                    pass
            with pytest.raises(OSError, match="No space left"):
                add(place.access, token)
            told = run("token", "revoke", token.id, "--data", str(small))
            assert told.returncode == 0, told.stderr
            assert "the room that was set aside is used; make room" in told.stderr
            assert len([one for one in known(place.access) if one.revoked]) == number
            assert token.id in (place.envoy / "revoked.json").read_text()


async def _is_aborted_directly(camplane: Camplane) -> bool:
    """Is it done before a new controller lives? That is a race, which a busy machine may lose."""
    with contextlib.suppress(ProcessLookupError):
        camplane.signal("control", signal.SIGKILL)
    asked = ("rollout", "abort", "alert", "-m", "full", "--directly")
    done = await asyncio.to_thread(command, camplane.data, *asked)
    assert done.returncode == 0 or "a controller lives" in done.stderr, done.stderr
    return done.returncode == 0


async def _leads(api: Api) -> bool:
    answer = await api.ask("", "GET", "/rollouts")
    return answer.status == 200 and bool(answer.json["controller"]["leads"])
