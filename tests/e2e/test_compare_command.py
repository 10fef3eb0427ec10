"""`camplane compare` as a process: the whole suite once, an old HTTP server, and bad use."""

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from camplane_tools.chaos.old_server import old_server
from tests.e2e.command_line import processes_of, run

CAMERAS = [
    {"id": "gate", "name": "Main gate", "source": "rtsp://admin:hunter2@10.0.0.7/1"},
    {"id": "hall 3", "name": "Halle 3", "source": "rtsp://10.0.0.8/1", "active": False},
]


@pytest.mark.timeout(300)
def test_the_suite_finds_legacy_and_domain_equal(tmp_path: Path) -> None:
    """At least 400 comparisons, no undeclared difference, and nothing is left behind."""
    files = {name: tmp_path / name for name in ("page.html", "junit.xml", "report.json")}
    began = time.monotonic()
    done = run(
        "compare",
        *("--html", str(files["page.html"])),
        *("--junit", str(files["junit.xml"])),
        *("--json", str(files["report.json"])),
        seconds=280,
        TMPDIR=str(tmp_path),
        # Would lead it to what is not its own.
        CAMPLANE_CAMERAS_FILE=str(tmp_path / "real.yaml"),
        CAMPLANE_ALERT_DATABASE_URL="sqlite:////nowhere/alert.db",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(files["report.json"].read_text())
    assert (report["equal"], report["groups"], report["stale"]) == (True, [], [])
    assert report["comparisons"] >= 400
    assert {group["row"] for group in report["declared"]} == {8}
    assert report["notes"] == []
    assert "legacy and domain are equal" in done.stdout
    assert ElementTree.parse(files["junit.xml"]).getroot()[0].attrib["failures"] == "0"
    assert "They answer alike" in files["page.html"].read_text()
    assert all(file.stat().st_mode & 0o077 == 0 for file in files.values())
    left = {path.name for path in tmp_path.iterdir()} - set(files)
    assert {name for name in left if name.startswith("camplane-compare")} == set()
    assert not (tmp_path / "real.yaml").exists()
    assert processes_of(tmp_path) == []
    print(f"the suite took {time.monotonic() - began:.0f} s")


@contextlib.contextmanager
def serving() -> Iterator[tuple[str, list[dict[str, object]]]]:
    """Run an old HTTP server; give its URL, and the cameras it holds."""
    cameras: list[dict[str, object]] = [dict(entry) for entry in CAMERAS]
    with old_server(0, cameras) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", cameras
        server.shutdown()


@pytest.fixture
def old() -> Iterator[tuple[str, list[dict[str, object]]]]:
    with serving() as one:
        yield one


def test_an_old_server_is_compared_by_reads_alone(old, tmp_path: Path) -> None:
    """What it does otherwise is found, what is declared is set apart, and it is not changed."""
    url, cameras = old
    given, declared, report = (tmp_path / name for name in ("c.yaml", "d.yaml", "r.json"))
    given.write_text(yaml.safe_dump({"cameras": CAMERAS}))
    declared.write_text("- {why: it tells the zone, operation: GET *, fields: [body.timestamp]}\n")
    done = run(
        *("compare", "--old", url, "--new", "domain", "--cameras", str(given)),
        *("--declared", str(declared), "--json", str(report)),
        *("--only", "^list|^batch of all|ping|^status of (cam0|ghost)|^create full"),
    )
    assert done.returncode == 1, done.stdout + done.stderr
    found = json.loads(report.read_text())
    groups = {(group["operation"], group["field"], group["cause"]) for group in found["groups"]}
    assert ("GET /api/v1/alerts/rules", "body.count", "another type") in groups
    assert "GET /api/ping" not in {operation for operation, _, _ in groups}
    # The same cameras, though the sandbox reads none of their sources.
    assert not any("source" in field for _, field, _ in groups)
    assert {15, 0} <= {group["row"] for group in found["declared"]}
    assert found["skipped"]["would change a system in use (--allow-writes)"] == 1
    assert cameras == CAMERAS
    assert "hunter2" not in done.stdout + report.read_text()


def test_servers_named_by_url_are_changed_when_that_is_allowed(old) -> None:
    url, cameras = old
    with serving() as (other, others):
        sides = ("--old", url, "--new", other, "--only", "^create full")
        kept = run("compare", *sides)
        assert (kept.returncode, cameras, others) == (1, CAMERAS, CAMERAS)
        changed = run("compare", *sides, "--allow-writes")
        assert changed.returncode == 0, changed.stdout + changed.stderr
    assert len(cameras) > len(CAMERAS)
    assert cameras == others


def test_a_dead_side_is_said_and_the_run_goes_on(old) -> None:
    url, _ = old
    done = run("compare", "--old", url, "--new", "http://127.0.0.1:1", "--only", "^list cam|ping")
    assert done.returncode == 1
    assert "the connection was refused" in done.stdout
    assert "2 comparisons in 2 cases" in done.stdout


def test_no_case_of_that_name_is_wrong_use_and_not_equal(old) -> None:
    url, _ = old
    done = run("compare", "--old", url, "--new", url, "--only", "no such case")
    assert (done.returncode, done.stdout) == (2, "")
    assert "finds none of the " in done.stderr
