"""The faults by name; promises.py says of each what must hold."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from camplane_tools.chaos.faults import disks, files, processes, streams
from camplane_tools.chaos.site import Site
from camplane_tools.chaos.watch import Watch
from camplane_tools.harness.camplane import LAUNCHER, SERVICES

Fault = Callable[[Site, Watch], Awaitable[None]]

FAULTS: Mapping[str, Fault] = {
    **{f"kill {name}": partial(processes.kill, name) for name in SERVICES},
    **{f"freeze {name}": partial(processes.freeze, name) for name in (*SERVICES, LAUNCHER)},
    "kill both of cameras in turn": partial(processes.kill_in_turn, "camera"),
    "kill both of alerts in turn": partial(processes.kill_in_turn, "alert"),
    "kill launcher": processes.kill_launcher,
    "kill worker": processes.kill_worker,
    "freeze worker": processes.freeze_worker,
    "freeze worker for good": processes.freeze_worker_for_good,
    "clock jump": files.clock_jump,
    "full disk": disks.full,
    "read-only data directory": disks.read_only,
    "kill camera/domain on a full disk": disks.kill_on_full,
    "cameras.yaml by hand": files.by_hand,
    "cameras.yaml malformed": files.malformed,
    "stream freezes": streams.freezes,
    "stream closes": streams.closes,
    "stream refused": streams.refused,
    "stream asks for a password": streams.asks,
    "stream sends garbage": streams.sends_garbage,
}
