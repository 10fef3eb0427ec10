"""What goes on, and what is taken over, when camplane stops or is killed."""

import json
import os
import signal
from pathlib import Path

import httpx
import pytest

from tests.e2e.command_line import SERVICES, Up, ending, lives, processes_of, run, until

FALLBACK = ("legacy", "true")


def add_and_start(camplane, camera_id: str, film: str) -> int:
    entry = {"id": camera_id, "name": camera_id, "source": film}
    camplane.ask("POST", "/api/v1/cameras", json=entry)
    return camplane.ask("POST", f"/api/v1/cameras/{camera_id}/start")["pid"]


def test_a_camera_outlives_camplane_and_the_next_one_takes_it_over(up, film, tmp_path) -> None:
    """With nothing said about the split, legacy answers. Another data directory may not begin."""
    first = up()
    assert first.http.get("/api/v1/cameras").headers["x-camplane-path"] == "legacy"
    assert first.http.get("/api/v1/alerts/rules").headers["x-camplane-path"] == "legacy"
    pid = add_and_start(first, "gate", film)
    children = first.pids
    assert first.stop(signal.SIGINT) == 0
    assert [name for name, child in children.items() if lives(child)] == []
    assert lives(pid)
    assert f"Still running, as meant: gate (pid {pid})." in first.output
    assert f"`camplane down --data {first.data}` stops them" in first.output

    config = tmp_path / "other.yaml"
    config.write_text(json.dumps({"cameras": {"file": f"{first.data}/config/cameras.yaml"}}))
    other = run(
        *("up", "--data", str(tmp_path / "other"), "--port", "0", "--config", str(config)),
    )
    assert other.returncode == 1
    assert f"workers of {first.data} still read cameras" in other.stderr
    assert "(gate): they would have two" in other.stderr

    second = up()
    assert second.running() == {"gate": pid}
    stats = "/api/v1/cameras/gate/stats"
    before = second.ask("GET", stats)["stats"]["total_frames"]
    until(lambda: second.ask("GET", stats)["stats"]["total_frames"] > before)
    down = run("down", "--data", str(second.data))
    assert (down.returncode, down.stdout) == (0, "")
    assert f"stopped camera gate (pid {pid})" in down.stderr
    assert second.process.wait(10) == 0
    assert not lives(pid)
    again = run("down", "--data", str(second.data))
    assert (again.returncode, again.stderr) == (0, f"nothing runs on {second.data}\n")


def test_down_ends_what_a_killed_camplane_left_running(up, film) -> None:
    """The services end with the one that started them; the cameras wait for `down`."""
    camplane = up()
    pid = add_and_start(camplane, "gate", film)
    children = camplane.pids
    camplane.process.kill()
    until(lambda: not any(lives(child) for child in children.values()))
    assert lives(pid)
    status = run("status", "--json", "--data", str(camplane.data))
    assert status.returncode == 3
    (worker,) = json.loads(status.stdout)["workers"]
    assert (worker["camera_id"], worker["pid"]) == ("gate", pid)
    kept = run("down", "--keep-cameras", "--data", str(camplane.data))
    assert (kept.returncode, lives(pid)) == (0, True)
    down = run("down", "--data", str(camplane.data))
    assert (down.returncode, lives(pid)) == (0, False)


def test_a_terminal_that_closes_stops_camplane(up) -> None:
    camplane = up()
    children = camplane.pids
    assert camplane.stop(signal.SIGHUP) == 0
    assert not any(lives(child) for child in children.values())


def test_an_interrupt_while_it_starts_leaves_nothing_behind(tmp_path) -> None:
    camplane = Up(tmp_path, tmp_path / "data", ())
    until(lambda: (tmp_path / "data" / "logs").exists() and any(camplane.data.glob("logs/*")))
    assert camplane.stop(signal.SIGINT) == 0
    assert camplane.output == "starting …\n"
    assert processes_of(camplane.data) == []


@pytest.fixture(scope="module")
def all_domain(tmp_path_factory):
    """Give a camplane on which domain answers everything."""
    with ending(tmp_path_factory.mktemp("crashes")) as start:
        yield start(USE_DOMAIN_SERVICE="true")


# The two of one context not in a row: Envoy asks for health once a second and gives an
# answer a second, so for some seconds it does not count on one that was killed before.
IN_TURN = ("camera/legacy", "alert/domain", "control", "camera/domain", "alert/legacy", "envoy")


@pytest.mark.parametrize("name", IN_TURN)
def test_a_killed_process_is_back_and_requests_work_again(all_domain, name) -> None:
    """At the same address; meanwhile legacy answers for domain, and says so."""
    until(lambda: all_healthy(all_domain))
    before = all_domain.pids[name]
    os.kill(before, signal.SIGKILL)
    # An answer may be cut off while it dies, between its headers and its message;
    # once it is down, none is lost.
    until(lambda: not lives(before))
    context, _, side = name.partition("/")
    if side == "domain":
        path = "/api/v1/cameras" if context == "camera" else "/api/v1/alerts/rules"
        answers = []
        while not (answers and answers[-1].headers["x-camplane-path"] == "domain"):
            answers.append(all_domain.http.get(path))
            assert answers[-1].status_code == 200, answers[-1].text
            assert len(answers) < 100_000
        told = {
            (a.headers["x-camplane-path"], a.headers.get("x-camplane-fallback"))
            for a in answers[:-1]
        }
        assert told == {FALLBACK}
    until(lambda: all_domain.pids.get(name) not in (None, before))
    assert f"{name} was ended by SIGKILL; starting it again in " in all_domain.output

    until(lambda: is_well(all_domain))
    told = json.loads(all_domain.camplane("status", "--json"))
    assert told["health"]["status"] == "healthy"
    assert set(all_domain.pids) == set(SERVICES)
    for path in ("/api/v1/cameras", "/api/v1/alerts/rules"):
        answer = all_domain.http.get(path)
        assert (answer.status_code, answer.headers["x-camplane-path"]) == (200, "domain")
        assert "x-camplane-fallback" not in answer.headers


def is_well(camplane) -> bool:
    try:
        answer = camplane.http.get("/api/v1/monitoring/health")
    except httpx.TransportError:  # Envoy itself is not back
        return False
    return answer.status_code == 200 and answer.json()["status"] == "healthy"


def all_healthy(camplane) -> bool:
    """Does Envoy, by its own health checks, find every service well?"""
    socket = str(Path(camplane.instance["run_directory"]) / "envoy-admin.sock")
    with httpx.Client(transport=httpx.HTTPTransport(uds=socket), base_url="http://envoy") as admin:
        clusters = admin.get("/clusters", params={"format": "json"}).json()["cluster_statuses"]
    hosts = [host for cluster in clusters for host in cluster.get("host_statuses", ())]
    return bool(hosts) and not any(
        host["health_status"].get("failed_active_health_check") for host in hosts
    )


def test_a_write_while_domain_is_down_is_done_by_legacy_and_stays(all_domain) -> None:
    """Domain, back again, knows of it. Only one that was on its way when domain died is refused."""
    until(lambda: all_healthy(all_domain))
    os.kill(all_domain.pids["camera/domain"], signal.SIGKILL)
    until(lambda: "x-camplane-fallback" in all_domain.http.get("/api/v1/cameras").headers)
    entry = {"id": "written meanwhile", "name": "n", "source": "film.mp4"}
    answer = all_domain.http.post("/api/v1/cameras", json=entry)
    assert answer.status_code == 200, answer.text
    assert answer.headers["x-camplane-fallback"] == "true"
    address = "/api/v1/cameras/written%20meanwhile"
    until(lambda: all_domain.http.get(address).headers["x-camplane-path"] == "domain")
    assert all_domain.ask("GET", address) == entry


def test_a_process_is_started_again_where_its_pid_cannot_be_written_down(all_domain) -> None:
    """As on a full disk; it is written down as soon as that is possible."""
    camplane = all_domain
    until(lambda: is_well(camplane))
    before = camplane.pids["control"]
    instance = camplane.data / "run" / "instance.json"
    text = instance.read_text()
    instance.unlink()
    instance.mkdir()  # a file cannot be renamed over it, not by root either
    os.kill(before, signal.SIGKILL)
    until(lambda: camplane.http.get("/api/v1/monitoring/health").status_code == 503)
    until(lambda: camplane.http.get("/api/v1/monitoring/health").status_code == 200)
    instance.rmdir()
    until(lambda: instance.exists() and camplane.pids["control"] != before)
    assert lives(camplane.pids["control"])
    assert camplane.instance["pid"] == json.loads(text)["pid"]
