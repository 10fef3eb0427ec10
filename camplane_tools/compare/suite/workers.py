"""Cameras as processes: started, stopped, asked after; activated and not."""

from collections.abc import Iterator
from typing import Any

from camplane_tools.compare.model import Case, Given, Request
from camplane_tools.compare.suite.writing import BAD_IDS, SPACE, UNICODE, ask, case, shown
from camplane_tools.harness.operations import CAMERAS

INACTIVE = ("cam_off", "cam_enabled_false")
IGNORED = {"a JSON body": '{"a": 1}', "a bad body": "{bad"}


def cases() -> Iterator[Case]:
    yield from _start()
    yield from _stop()
    yield from _restart()
    yield from _running()
    yield from _status()
    yield from _batch()
    yield from _activation()
    yield from _auto_start()
    yield from _stats()
    yield from _preview()
    yield from _refresh()


def _post(camera_id: str, operation: str, raw: str | None = None) -> Request:
    return ask("POST", f"{CAMERAS}/{camera_id}/{operation}", raw=raw)


def _status_of(camera_id: str) -> Request:
    return ask("GET", f"{CAMERAS}/{camera_id}/status")


def _start() -> Iterator[Case]:
    for camera_id in ("cam0", "cam_bare", "cam_domain", SPACE, UNICODE, "12345", "vid1"):
        yield case(f"start {camera_id}", _post(camera_id, "start"), _status_of(camera_id))
    for camera_id in ("ghost", *INACTIVE, "cam_badenv"):
        yield case(f"start {camera_id}", _post(camera_id, "start"), _status_of(camera_id))
    yield case("start with a bad body", _post("cam0", "start", "{bad"))
    yield case("start a running one", _post("cam0", "start"), _post("cam0", "start"))
    for bad in BAD_IDS:
        yield case(f"start bad id {bad[:20]}", _post(bad, "start"))


def _stop() -> Iterator[Case]:
    for camera_id in ("cam0", "vid1", "ghost", "cam_enabled_false", "cam_bare", SPACE, UNICODE):
        yield case(f"stop {camera_id}, which does not run", _post(camera_id, "stop"))
    for name, text in IGNORED.items():
        yield case(f"stop with {name}", _post("cam0", "stop", text))
    for bad in BAD_IDS:
        yield case(f"stop bad id {bad[:20]}", _post(bad, "stop"))


def _restart() -> Iterator[Case]:
    for camera_id in ("cam0", "cam_domain", SPACE, "ghost", *INACTIVE):
        yield case(f"restart {camera_id}", _post(camera_id, "restart"), _status_of(camera_id))
    for name, text in IGNORED.items():
        yield case(f"restart with {name}", _post("cam0", "restart", text))
    for bad in BAD_IDS:
        yield case(f"restart bad id {bad[:20]}", _post(bad, "restart"))


def _running() -> Iterator[Case]:
    """What is asked of a camera that runs."""
    start = _post("cam0", "start")
    yield case("restart a running one", start, _post("cam0", "restart"), _status_of("cam0"))
    yield case("stop a running one", start, _post("cam0", "stop"), _status_of("cam0"))
    yield case("activate a running one", start, _post("cam0", "activate"), _status_of("cam0"))
    deleted = ask("DELETE", f"{CAMERAS}/cam0")
    yield case("delete a running one", start, deleted, _status_of("cam0"))
    yield case(
        "deactivate a running one",
        start,
        _post("cam0", "deactivate"),
        _status_of("cam0"),
        _post("cam0", "start"),
    )
    off = ask("PUT", f"{CAMERAS}/cam0", {"active": False})
    yield case(
        "restart one that was made inactive while it runs",
        start,
        off,
        _post("cam0", "restart"),
        _status_of("cam0"),
        _post("cam0", "stop"),
    )
    changed = ask("PUT", f"{CAMERAS}/cam0", {"device": "cpu"})
    yield case("change a running one", start, changed, _status_of("cam0"), _post("cam0", "start"))


def _status() -> Iterator[Case]:
    for camera_id in ("cam0", "ghost", "cam_off", SPACE, UNICODE, "12345"):
        yield case(f"status of {camera_id}", _status_of(camera_id))
    for bad in BAD_IDS:
        yield case(f"status of bad id {bad[:20]}", _status_of(bad))
    stranger = Given(pid_files={"cam0": "1"})
    yield case("status where a pid file names a stranger", _status_of("cam0"), given=stranger)


def _batch() -> Iterator[Case]:
    address = f"{CAMERAS}/batch-status"
    yield case("batch of all, no body", ask("POST", address))
    bodies: tuple[Any, ...] = (
        {},
        {"camera_ids": ["cam0", "vid1"]},
        {"camera_ids": []},
        {"camera_ids": None},
        {"ids": ["cam0"]},
        {"camera_ids": ["ghost"]},
        {"camera_ids": ["cam0", "cam0"]},
        {"camera_ids": ["cam space", "摄像头1", "12345"]},
        {"camera_ids": "cam0"},
        {"camera_ids": [1]},
        {"camera_ids": [None]},
        {"camera_ids": {"a": 1}},
        {"camera_ids": 5},
        {"camera_ids": True},
        {"camera_ids": ["../../evil"]},
        {"camera_ids": [""]},
        ["cam0"],
        None,
    )
    for body in bodies:
        yield case(f"batch {shown(body)}", ask("POST", address, body))
    yield case("batch of bad JSON", ask("POST", address, raw="{bad"))
    yield case("batch with one running", _post("cam0", "start"), ask("POST", address))


def _activation() -> Iterator[Case]:
    for operation in ("activate", "deactivate"):
        for camera_id in ("cam0", *INACTIVE, "cam_bare", "ghost", SPACE, UNICODE, "12345"):
            read = ask("GET", f"{CAMERAS}/{camera_id}")
            yield case(f"{operation} {camera_id}", _post(camera_id, operation), read)
        for bad in BAD_IDS:
            yield case(f"{operation} bad id {bad[:20]}", _post(bad, operation))
        yield case(f"{operation} with a bad body", _post("cam0", operation, "{bad"))
    yield case(
        "activate, then start",
        _post("cam_off", "activate"),
        _post("cam_off", "start"),
        _status_of("cam_off"),
    )
    yield case(
        "deactivate clears auto_start",
        ask("PUT", f"{CAMERAS}/cam0/auto-start?auto_start=true"),
        _post("cam0", "deactivate"),
        ask("GET", f"{CAMERAS}/cam0"),
    )


def _auto_start() -> Iterator[Case]:
    address = f"{CAMERAS}/cam0/auto-start"
    read = ask("GET", f"{CAMERAS}/cam0")
    for value in ("true", "false", "1", "0", "yes", "no", "on", "off", "True", "abc", "", "2"):
        yield case(f"auto-start={value}", ask("PUT", f"{address}?auto_start={value}"), read)
    yield case("auto-start left out", ask("PUT", address), read)
    yield case("auto-start in the body only", ask("PUT", address, {"auto_start": True}), read)
    yield case("auto-start on, then off", *_on_and_off(address), read)
    for camera_id in ("cam_enabled_false", "cam_off", "ghost", SPACE, "cam_bare"):
        request = ask("PUT", f"{CAMERAS}/{camera_id}/auto-start?auto_start=true")
        yield case(f"auto-start {camera_id}", request, ask("GET", f"{CAMERAS}/{camera_id}"))


def _on_and_off(address: str) -> tuple[Request, ...]:
    return tuple(ask("PUT", f"{address}?auto_start={value}") for value in ("true", "false"))


def _stats() -> Iterator[Case]:
    for camera_id in ("cam0", "cam_off", "ghost", SPACE):
        yield case(f"stats of {camera_id}", ask("GET", f"{CAMERAS}/{camera_id}/stats"))
    yield case("stats of a bad id", ask("GET", f"{CAMERAS}/a%2Fb/stats"))


def _preview() -> Iterator[Case]:
    for camera_id in ("vid1", "cam_off", "cam_domain", "cam_nosrc", "ghost", "cam_bare"):
        yield case(f"preview of {camera_id}", ask("GET", f"{CAMERAS}/{camera_id}/preview"))


def _refresh() -> Iterator[Case]:
    yield case("refresh", ask("POST", f"{CAMERAS}/refresh"), ask("GET", CAMERAS))
    for name, text in {"a body": '{"x": 1}', "a bad body": "{bad"}.items():
        yield case(f"refresh with {name}", ask("POST", f"{CAMERAS}/refresh", raw=text))
