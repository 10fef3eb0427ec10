"""Who may write the routes and their weights: the holder of the highest token so far."""

import fcntl
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gateway.proxy import files
from gateway.proxy.files import (
    ROUTES,
    WEIGHTS,
    read_recorded,
    read_routing,
    write_configuration,
    write_routes,
)
from gateway.proxy.topology import Topology
from gateway.vocabulary.routing import Routing, StaleTokenError
from gateway.vocabulary.split import Split

TOPOLOGY = Topology(
    admin_socket="/run/admin.sock",
    control="unix:/run/control.sock",
    camera_domain="unix:/run/camera-domain.sock",
    alert_domain="unix:/run/alert-domain.sock",
    old_http="127.0.0.1:8000",
)
NONE, HALF = Split(0, 0), Split(50, 50)
PINS = {"cam7": "legacy"}


def test_a_lower_token_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    write_configuration(TOPOLOGY, Routing(NONE), tmp_path)
    write_routes(TOPOLOGY, tmp_path, Routing(HALF, PINS, 5))
    before = (tmp_path / WEIGHTS).read_bytes()
    with pytest.raises(StaleTokenError, match="another controller has taken over"):
        write_routes(TOPOLOGY, tmp_path, Routing(NONE, {}, 4))
    assert (tmp_path / WEIGHTS).read_bytes() == before
    assert write_routes(TOPOLOGY, tmp_path, Routing(NONE, {}, 5)).startswith("5-")


def test_the_same_routes_are_not_written_again(tmp_path: Path) -> None:
    write_configuration(TOPOLOGY, Routing(NONE), tmp_path)
    version = write_routes(TOPOLOGY, tmp_path, Routing(HALF, PINS, 5))
    before = (tmp_path / WEIGHTS).stat()
    assert write_routes(TOPOLOGY, tmp_path, Routing(HALF, PINS, 5)) == version
    assert (tmp_path / WEIGHTS).stat().st_mtime_ns == before.st_mtime_ns
    assert write_routes(TOPOLOGY, tmp_path, Routing(HALF, PINS, 6)) != version
    assert (tmp_path / WEIGHTS).stat().st_mtime_ns > before.st_mtime_ns


def test_of_many_writers_the_highest_token_has_the_last_word(tmp_path: Path) -> None:
    write_configuration(TOPOLOGY, Routing(NONE), tmp_path)

    def write(token: int) -> bool:
        try:
            write_routes(TOPOLOGY, tmp_path, Routing(Split(token, 0), {}, token))
        except StaleTokenError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert any(pool.map(write, (7, 3, 20, 11, 20, 1, 19, 20)))
    assert read_routing(tmp_path) == Routing(Split(20, 0), token=20)


def test_every_change_of_the_weights_is_recorded_whoever_made_it(tmp_path: Path) -> None:
    began = time.time()
    write_configuration(TOPOLOGY, Routing(NONE), tmp_path)
    write_routes(TOPOLOGY, tmp_path, Routing(HALF, {}, 1))
    write_routes(TOPOLOGY, tmp_path, Routing(HALF, PINS, 2))  # no weight changes
    write_configuration(TOPOLOGY, Routing(NONE), tmp_path)  # a new start
    changes = read_recorded(tmp_path).history.changes
    assert [change.split for change in changes] == [NONE, HALF, NONE]
    times = [change.at for change in changes]
    assert began <= times[0] <= times[1] <= times[2] <= time.time()


def test_a_new_start_keeps_the_higher_token(tmp_path: Path) -> None:
    write_configuration(TOPOLOGY, Routing(HALF, PINS, token=9), tmp_path)
    write_configuration(TOPOLOGY, Routing(NONE), tmp_path)
    assert read_routing(tmp_path) == Routing(NONE, token=9)
    write_configuration(TOPOLOGY, Routing(NONE, token=10), tmp_path)
    assert read_routing(tmp_path).token == 10


def test_a_change_of_the_split_alone_writes_weights_alone(tmp_path: Path) -> None:
    """Envoy reads all of a file that changes, and the routes are large."""
    pins = {"cam7": "domain"}
    write_configuration(TOPOLOGY, Routing(NONE, pins), tmp_path)
    before = (tmp_path / ROUTES).stat()
    write_routes(TOPOLOGY, tmp_path, Routing(HALF, pins, 5))
    assert (tmp_path / ROUTES).stat().st_mtime_ns == before.st_mtime_ns
    write_routes(TOPOLOGY, tmp_path, Routing(HALF, {"cam8": "domain"}, 5))
    assert (tmp_path / ROUTES).stat().st_mtime_ns > before.st_mtime_ns


@pytest.mark.parametrize("left", [None, b"", b'{"version_info":"0"}'])
def test_routes_that_are_not_those_recorded_are_written_again(
    tmp_path: Path, left: bytes | None
) -> None:
    """As after a writer that died between the two files."""
    write_configuration(TOPOLOGY, Routing(NONE, PINS), tmp_path)
    routes = (tmp_path / ROUTES).read_bytes()
    (tmp_path / ROUTES).unlink()
    if left is not None:
        (tmp_path / ROUTES).write_bytes(left)
    write_routes(TOPOLOGY, tmp_path, Routing(NONE, PINS, 0))
    assert (tmp_path / ROUTES).read_bytes() == routes


@pytest.mark.parametrize("left", [b"", b"{", b"[]", b'{"resources": [{}]}', b'{"resources": 1}'])
def test_a_start_on_routes_that_nobody_can_read_writes_them_anew(
    tmp_path: Path, left: bytes
) -> None:
    (tmp_path / WEIGHTS).write_bytes(left)
    write_configuration(TOPOLOGY, Routing(HALF), tmp_path)
    assert read_routing(tmp_path) == Routing(HALF)


def test_a_lock_that_another_keeps_stops_no_rollback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step up is refused in words after a moment; what gives requests back goes ahead."""
    monkeypatch.setattr(files, "LOCK_SECONDS", 0.2)
    write_configuration(TOPOLOGY, Routing(HALF), tmp_path)
    with (tmp_path / files.LOCK).open("a") as kept:
        fcntl.flock(kept, fcntl.LOCK_EX)
        for more in (Split(51, 50), Split(60, 0)):
            with pytest.raises(
                files.RoutesLockedError, match=r"routes\.lock is kept by another process"
            ):
                write_routes(TOPOLOGY, tmp_path, Routing(more, {}, 1))
        with pytest.raises(files.RoutesLockedError):
            write_routes(TOPOLOGY, tmp_path, Routing(NONE, {"cam7": "domain"}, 1))
        assert read_routing(tmp_path).split == HALF
        write_routes(TOPOLOGY, tmp_path, Routing(NONE, {}, 1))
        assert read_routing(tmp_path).split == NONE
