"""`camplane rollout …` on a camplane that runs: the split, plans, pins, and the log of it all."""

import json
import os
import pty
import select
import signal
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gateway.cli.app import app
from gateway.proxy.files import read_routing
from gateway.rollout.plan.file import shipped_plan
from gateway.vocabulary.split import Split
from tests.e2e.command_line import CAMPLANE, Up, ending, environment, until

PLAN = """
apiVersion: camplane/v1
kind: Rollout
metadata: {name: short}
spec:
  context: alert
  abortTogether: [camera]
  steps:
    - {setWeight: 10, minDwell: 1h, minRequests: 500}
    - pause: {}
    - {setWeight: 50, minDwell: 1h, minRequests: 500}
    - {setWeight: 100, minDwell: 1h, minRequests: 500}
"""

# Passes by few requests, at once.
QUICK = """
apiVersion: camplane/v1
kind: Rollout
metadata: {name: quick}
spec:
  context: alert
  steps:
    - {setWeight: 50, minRequests: 20}
    - {setWeight: 100, minDwell: 1h}
  analysis:
    errorRate: {target: 30, abort: 60}
    successRate: {abort: 50}
    latency: {maxIncrease: 1000, minDifference: 10s}
"""


@pytest.fixture(scope="module")
def camplane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    with ending(tmp_path_factory.mktemp("rollout")) as start:
        yield start()


@pytest.fixture
def plan(tmp_path: Path) -> str:
    path = tmp_path / "plan.yaml"
    path.write_text(PLAN)
    return str(path)


@pytest.fixture
def copy(camplane: Up, tmp_path: Path) -> Path:
    """Give a copy of the data directory as a stop would leave it, with at least a decision."""
    rollout(camplane, "set", "--camera", "3")
    rollout(camplane, "set", "--camera", "4")
    data = tmp_path / "copy"
    (data / "envoy").mkdir(parents=True)
    for name in ("topology.json", "routes.json", "weights.json"):
        (data / "envoy" / name).write_bytes((camplane.data / "envoy" / name).read_bytes())
    with sqlite3.connect(camplane.data / "rollout.db") as source:
        source.execute("VACUUM INTO ?", (str(data / "rollout.db"),))
    with sqlite3.connect(data / "rollout.db") as copied:
        copied.execute("UPDATE lease SET renewed_at = 0")
    return data


def command(*arguments: str, code: int = 0) -> tuple[str, str]:
    """Run a rollout command in this process; return what it said, and its complaint."""
    done = CliRunner().invoke(app, ["rollout", *arguments], env={"CAMPLANE_URL": None})
    assert done.exit_code == code, done.output
    return done.stdout, " ".join(done.stderr.split())


def rollout(camplane: Up, *arguments: str, code: int = 0) -> str:
    """Run a command on a camplane; return what it said, or complained of when it fails."""
    said, complaint = command(*arguments, "--data", str(camplane.data), code=code)
    return complaint if code else said


def state(camplane: Up, context: str) -> dict[str, Any]:
    found: dict[str, Any] = camplane.ask("GET", f"/api/v1/rollouts/{context}")["rollout"]
    return found


def reset(camplane: Up) -> None:
    rollout(camplane, "abort", "-m", "the next test")
    rollout(camplane, "set", "--camera", "0", "--alert", "0")


def answered(camplane: Up, path: str) -> str:
    return str(camplane.http.get(path).headers["x-camplane-path"])


def test_the_split_is_seen_and_set_without_a_restart(camplane: Up) -> None:
    """What is not named keeps its percentage."""
    reset(camplane)
    assert answered(camplane, "/api/v1/cameras") == "legacy"
    said = camplane.camplane("rollout", "set", "--camera", "100")
    assert "camera: idle, 100 % to domain" in said
    until(lambda: answered(camplane, "/api/v1/cameras") == "domain")
    assert answered(camplane, "/api/v1/alerts/rules") == "legacy"
    shown = json.loads(rollout(camplane, "status", "--json"))
    assert {one["context"]: one["weight_in_force"] for one in shown["rollouts"]} == {
        "camera": 100,
        "alert": 0,
    }
    rollout(camplane, "set", "--camera", "0", "--alert", "100")
    until(lambda: answered(camplane, "/api/v1/alerts/rules") == "domain")
    assert answered(camplane, "/api/v1/cameras") == "legacy"


@pytest.mark.parametrize(
    "wrong",
    [
        ("set",),
        ("set", "--camera", "101"),
        ("set", "--alert", "-1"),
        ("set", "--camera", "x"),
        ("set", "--camera", "1", "--directly", "--url", "http://127.0.0.1:1"),
        ("abort", "--gradual", "--directly"),
        ("abort", "-m", "\udcff"),
        ("start", "rules"),
        ("start", "--plan", "/nowhere.yaml"),
        ("pin", "cam7", "--path", "sideways"),
        ("history", "camera", "--verify"),
        ("history", "--head", "00"),
        ("history", "-n", "1001"),
    ],
)
def test_what_means_nothing_is_wrong_use(camplane: Up, wrong: tuple[str, ...]) -> None:
    assert rollout(camplane, *wrong, code=2)


def test_a_plan_is_started_led_by_hand_and_aborted(camplane: Up, plan: str) -> None:
    """Every control does what it says, is refused where it fits not, and is in the log."""
    reset(camplane)
    asked = ("--author", "ann", "-m", "a try")
    assert "alert: waiting" in rollout(camplane, "start", "--plan", plan, *asked)
    until(lambda: state(camplane, "alert")["phase"] == "running")
    shown = rollout(camplane, "status", "alert")
    assert "▶ 10 %   ○ gate   ○ 50 %   ○ 100 %" in shown and "camera" not in shown
    assert "under way" in rollout(camplane, "start", "alert", code=1)
    assert "under way" in rollout(camplane, "set", "--alert", "5", code=1)
    rollout(camplane, "status", "--exit-code", code=4)
    assert "alert: paused" in rollout(camplane, "pause", "alert", *asked)
    assert "alert: running" in rollout(camplane, "resume", "alert", *asked)
    assert "not paused" in rollout(camplane, "resume", "alert", code=1)
    assert "alert: gate, 10 % to domain" in rollout(camplane, "promote", "alert", *asked)
    assert "alert: running, 50 %" in rollout(camplane, "promote", "alert", *asked)
    assert "alert: running, 100 %" in rollout(camplane, "promote", "alert", "--full", *asked)
    assert "alert: aborting, 50 %" in rollout(camplane, "abort", "alert", "--gradual", *asked)
    assert "alert: aborted, 0 %" in rollout(camplane, "abort", "alert", *asked)
    rollout(camplane, "status", "--exit-code", code=1)
    log = json.loads(rollout(camplane, "history", "alert", "--json", "-n", "9"))["decisions"]
    by_ann = [one["action"] for one in log if one["author"] == "ann" and one["reason"] == "a try"]
    assert by_ann == [
        *("start", "pause", "resume", "promote", "promote", "promote", "abort", "abort")
    ]
    table = rollout(camplane, "history", "-n", "3")
    assert "abort" in table and "50 → 0 %" in table


def test_a_step_does_not_pass_while_domain_hangs(camplane: Up, tmp_path: Path) -> None:
    """Good evidence, then nobody asks and domain freezes: the weight stays until it serves."""
    reset(camplane)
    quick = tmp_path / "quick.yaml"
    quick.write_text(QUICK)
    rollout(camplane, "start", "--plan", str(quick))
    until(lambda: state(camplane, "alert")["weight_in_force"] == 50)
    rollout(camplane, "pause", "alert")

    def is_good() -> bool:
        for _ in range(10):
            assert camplane.http.get("/api/v1/alerts/rules").status_code == 200
        return bool(state(camplane, "alert").get("verdict", {}).get("answer") == "pass")

    until(is_good)
    domain = camplane.pids["alert/domain"]
    os.kill(domain, signal.SIGSTOP)
    try:
        log = camplane.data / "logs" / "control.log"
        until(lambda: "alert/domain: it answers no health check" in log.read_text())
        assert "alert: running, 50 %" in rollout(camplane, "resume", "alert")
        held = "alert/domain to serve: it answers no health check, for 6 s"
        until(lambda: held in state(camplane, "alert")["next"])
        assert state(camplane, "alert")["weight"] == 50
        refused = rollout(camplane, "promote", "alert", code=1)
        assert "alert/domain does not serve" in refused and "--force" in refused
    finally:
        os.kill(domain, signal.SIGCONT)

    def went_on() -> bool:
        camplane.http.get("/api/v1/alerts/rules")
        return bool(state(camplane, "alert")["weight"] == 100)

    until(went_on)


def test_without_a_context_alert_rules_go_first(camplane: Up) -> None:
    reset(camplane)
    started = rollout(camplane, "start").splitlines()
    assert started[0].startswith("alert: waiting") and "cameras, step 1 of 4" in started[1]
    until(lambda: state(camplane, "alert")["phase"] == "running")
    assert state(camplane, "camera")["phase"] == "waiting"
    assert "begins what it waits for" not in rollout(camplane, "status")
    aborted = rollout(camplane, "abort").splitlines()
    assert [line.split(",")[0] for line in aborted] == ["camera: aborted", "alert: aborted"]


def test_each_context_gets_the_plan_that_is_for_it(camplane: Up, plan: str, tmp_path: Path) -> None:
    """Two plans at once; two for the same context are a mistake."""
    reset(camplane)
    other = tmp_path / "cameras.yaml"
    other.write_text(shipped_plan("camera"))
    started = rollout(camplane, "start", "--plan", str(other), "--plan", plan).splitlines()
    assert [line.split(":")[0] for line in started] == ["alert", "camera"]
    rollout(camplane, "abort")
    assert rollout(camplane, "start", "--plan", plan, "--plan", plan, code=2)


def test_who_waits_for_what_nobody_began_is_told_how_to_begin_it(camplane: Up) -> None:
    reset(camplane)
    rollout(camplane, "start", "camera")
    said = rollout(camplane, "status", "camera")
    assert "`camplane rollout start alert` begins what it waits for" in said
    rollout(camplane, "abort")


def test_an_aborted_rollout_is_said_to_move_no_camera(camplane: Up) -> None:
    reset(camplane)
    rollout(camplane, "start", "camera")
    rollout(camplane, "abort", "camera")
    assert "was aborted, and moves no camera until" in rollout(camplane, "explain", "cam7")


def test_a_plan_with_errors_is_refused_with_all_of_them(camplane: Up, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(PLAN.replace("{setWeight: 10,", "{setWeight: ten,").replace("[camera]", "[x]"))
    for arguments in (("start", "alert", "--plan"), ("start", "--plan")):
        said = rollout(camplane, *arguments, str(bad), code=1)
        assert "spec.steps[0].setWeight" in said and "abortTogether" in said


def test_a_pinned_camera_goes_its_own_way(camplane: Up) -> None:
    """Whatever the weight, until it is unpinned; its id may hold anything."""
    reset(camplane)
    camera, path = "front door ü?", "/api/v1/cameras/front%20door%20%C3%BC%3F"
    said = rollout(camplane, "pin", camera, "--path", "domain", "-m", "look at it")
    assert f"{camera} goes to domain: pinned" in said
    until(lambda: answered(camplane, path) == "domain")
    assert answered(camplane, "/api/v1/cameras/another") == "legacy"
    assert camera in rollout(camplane, "pins")
    assert json.loads(rollout(camplane, "pins", "--json")) == {"pins": {camera: "domain"}}
    assert "goes to legacy: bucket" in rollout(camplane, "unpin", camera)
    until(lambda: answered(camplane, path) == "legacy")
    assert "no camera is pinned" in rollout(camplane, "pins")
    assert "no camera id" in rollout(camplane, "pin", "a/b", "--path", "domain", code=2)


def test_a_camera_is_explained_with_the_step_that_moves_it(camplane: Up) -> None:
    reset(camplane)
    rollout(camplane, "start", "camera")
    said = rollout(camplane, "explain", "cam7")
    assert "cam7 goes to legacy: bucket" in said
    placement = json.loads(rollout(camplane, "explain", "cam7", "--json"))["placement"]
    assert f"of 4 of cameras, {placement['moves_at']} %" in said
    rollout(camplane, "abort")


def test_the_log_is_verified_and_its_verdicts_are_made_again(
    camplane: Up, plan: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Page by page, to the end."""
    monkeypatch.setattr("gateway.cli.rollout.log._PAGE", 2)
    reset(camplane)
    rollout(camplane, "start", "--plan", plan)
    until(lambda: state(camplane, "alert").get("verdict"))
    rollout(camplane, "promote", "alert")
    head = camplane.ask("GET", "/api/v1/rollouts")["controller"]["head"]
    rollout(camplane, "abort")
    said = rollout(camplane, "history", "--verify", "--head", head)
    assert "decisions, unbroken; head" in said
    verified = json.loads(rollout(camplane, "history", "--verify", "--json"))
    controller = camplane.ask("GET", "/api/v1/rollouts")["controller"]
    assert verified == {**{k: controller[k] for k in ("decisions", "head")}, "trouble": ""}
    for context in ((), ("alert",)):
        made = json.loads(rollout(camplane, "replay", *context, "--json"))
        assert made["verdicts"] > 0 and not made["difference"]
    assert "all the same" in rollout(camplane, "replay")


def test_whoever_touches_a_log_is_found_out(copy: Path) -> None:
    """Also in the file of a camplane that does not run, which is only read."""
    said, note = command("history", "--verify", "--data", str(copy))
    assert "unbroken" in said and "no camplane runs" in note
    assert "set" in command("history", "-n", "2", "--data", str(copy))[0]
    assert "all the same" in command("replay", "--data", str(copy))[0]
    with sqlite3.connect(copy / "rollout.db") as log:
        log.executescript("DROP TRIGGER decisions_no_update; DROP TRIGGER decisions_no_delete")
        (last, head) = log.execute(
            "SELECT number, hash FROM decisions ORDER BY number DESC LIMIT 1"
        ).fetchone()
        log.execute("DELETE FROM decisions WHERE number = ?", (last,))
    command("history", "--verify", "--data", str(copy))
    cut_off = command("history", "--verify", "--head", head, "--data", str(copy), code=1)[1]
    assert "the end was cut off" in cut_off
    with sqlite3.connect(copy / "rollout.db") as log:
        log.execute(
            "UPDATE decisions SET document = replace(document, '3', '4') WHERE number = ?",
            (last - 1,),
        )
    broken = command("history", "--verify", "--data", str(copy), code=1)[1]
    assert f"decision {last - 1} was changed after it was written" in broken


def test_without_a_camplane_weights_are_moved_directly(copy: Path) -> None:
    command("status", "--data", str(copy), code=3)
    command("set", "--camera", "9", "--data", str(copy), code=3)
    said, note = command("set", "--camera", "9", "--directly", "--data", str(copy))
    assert "camera: idle, 9 % to domain" in said and "no camplane runs there" in note
    assert read_routing(copy / "envoy").split == Split(camera=9, alert=0)
    said = command("abort", "--directly", "-m", "all of it", "--json", "--data", str(copy))[0]
    camera = json.loads(said)["rollouts"][0]
    assert (camera["phase"], camera["weight"], camera["reason"]) == ("aborted", 0, "all of it")
    command("history", "--verify", "--data", str(copy))
    nothing = command("abort", "--directly", "--data", str(copy / "envoy"), code=1)[1]
    assert "did a camplane ever run there?" in nothing


def test_a_controller_that_hangs_is_overruled_and_does_not_come_back_with_its_own(
    camplane: Up,
) -> None:
    """It is left in charge as long as it renews its lease."""
    reset(camplane)
    rollout(camplane, "set", "--camera", "100")
    until(lambda: answered(camplane, "/api/v1/cameras") == "domain")
    assert "a controller lives" in rollout(camplane, "abort", "--directly", code=1)
    control = camplane.pids["control"]
    os.kill(control, signal.SIGSTOP)
    try:

        def given_back() -> bool:
            arguments = ["rollout", "abort", "--directly", "--data", str(camplane.data)]
            return CliRunner().invoke(app, arguments).exit_code == 0

        until(given_back, what="the lease runs out")
        until(lambda: answered(camplane, "/api/v1/cameras") == "legacy")
    finally:
        os.kill(control, signal.SIGCONT)
    until(lambda: state(camplane, "camera")["phase"] == "aborted")
    assert answered(camplane, "/api/v1/cameras") == "legacy"


def test_the_live_view_survives_what_it_watches(camplane: Up) -> None:
    """In a terminal; Ctrl-C ends it with exit code 0."""
    terminal, theirs = pty.openpty()
    watching = subprocess.Popen(
        [CAMPLANE, "rollout", "status", "--watch", "--data", str(camplane.data)],
        env=environment(TERM="xterm", COLUMNS="120", LINES="60"),
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        read = _reader(terminal)
        until(lambda: "live; Ctrl-C leaves" in read(), what="it is drawn")
        os.kill(camplane.pids["control"], signal.SIGKILL)
        until(lambda: "no controller answers" in read(), what="it says that nobody answers")
        until(lambda: "live; Ctrl-C leaves" in read(fresh=True), what="it is drawn again")
        os.kill(watching.pid, signal.SIGINT)
        until(lambda: read() is None or watching.poll() is not None)
        assert watching.wait(10) == 0
    finally:
        watching.kill()
        watching.wait()
        os.close(terminal)


def _reader(terminal: int) -> Callable[..., str]:
    """Give what was written to a terminal so far, or, `fresh`, since it was last asked for."""
    seen: list[bytes] = []

    def read(fresh: bool = False) -> str:
        new = []
        while select.select([terminal], [], [], 0)[0]:
            try:
                new.append(os.read(terminal, 65536))
            except OSError:  # nobody writes any more
                break
        seen.extend(new)
        return b"".join(new if fresh else seen).decode(errors="replace")

    return read
