"""`camplane consistency`: on a running camplane, and on a data directory where none runs."""

import json
import os
from pathlib import Path

import yaml

from tests.e2e.command_line import run, until

PASSWORD = "s3cr3t-of-the-gate"


def test_what_differs_is_shown_repaired_and_put_back_while_camplane_runs(up) -> None:
    camplane = up()
    source = f"rtsp://u:{PASSWORD}@127.0.0.1:9/x"
    camplane.ask("POST", "/api/v1/cameras", json={"id": "gate", "name": "G", "source": source})
    stray = camplane.data / "logs" / "pids" / "gate.pid"
    stray.write_text(str(os.getpid()))
    said = camplane.camplane("consistency", "check", code=1)
    assert "PID_FILE_UNRELATED" in said
    assert "1 difference; 1 camera in the database, 1 in cameras.yaml" in said
    until(lambda: inconsistent(camplane), 30)
    metrics = until(lambda: kinds(camplane), 30)
    assert 'camplane_data_consistency_findings{kind="PID_FILE_UNRELATED",severity="issue"} 1' in (
        metrics
    )

    said += camplane.camplane("consistency", "repair", "--dry-run")
    assert "--- a/logs/pids/gate.pid" in said
    refused = run("consistency", "repair", "--data", str(camplane.data))
    assert refused.returncode == 2  # nobody is there to ask
    assert stray.exists()
    repaired = run("consistency", "repair", "--yes", "--data", str(camplane.data))
    assert repaired.returncode == 0, repaired.stderr
    assert not stray.exists()
    assert camplane.ask("GET", "/api/v1/monitoring/consistency")["consistent"]
    (backup,) = (path.name for path in (camplane.data / "backups").glob("consistency-*"))
    assert backup in repaired.stderr
    camplane.camplane("consistency", "undo", backup)
    assert stray.read_text() == str(os.getpid())
    assert PASSWORD not in said + repaired.stdout + repaired.stderr + camplane.output
    for log in (camplane.data / "logs").glob("*.log"):
        assert PASSWORD not in log.read_text(errors="replace")


def inconsistent(camplane) -> bool:
    checks = camplane.ask("GET", "/api/v1/monitoring/health")["checks"]
    return checks["camera_data_consistency"] == "inconsistent"


def kinds(camplane) -> str:
    text = camplane.http.get("/metrics").text
    return text if "PID_FILE_UNRELATED" in text else ""


def test_a_data_directory_where_nothing_runs_is_repaired_as_well(tmp_path: Path) -> None:
    data = tmp_path / "data"
    file = data / "config" / "cameras.yaml"
    file.parent.mkdir(parents=True)
    gate = {"id": "gate", "name": "G", "source": f"rtsp://u:{PASSWORD}@h/1"}
    file.write_text(yaml.safe_dump({"cameras": [gate, gate]}))
    before = file.read_bytes()
    checked = run("consistency", "check", "--data", str(data))
    assert checked.returncode == 0
    assert "ID_DUPLICATE" in checked.stdout
    done = run("consistency", "repair", "--yes", "--json", "--data", str(data))
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert [one["outcome"] for one in answer["actions"]] == ["REPAIR_OUTCOME_DONE"]
    assert yaml.safe_load(file.read_text()) == {"cameras": [gate]}
    undone = run("consistency", "undo", answer["backup"], "--data", str(data))
    assert undone.returncode == 0, undone.stderr
    assert file.read_bytes() == before
    for one in (checked, done, undone):
        assert PASSWORD not in one.stdout + one.stderr


def test_wrong_use_and_nobody_there_have_exit_codes_of_their_own(tmp_path: Path) -> None:
    nowhere = str(tmp_path / "nowhere")
    assert run("consistency", "check", "--data", nowhere).returncode == 3
    assert run("consistency", "repair", "--url", "http://127.0.0.1:9").returncode == 3
    assert run("consistency", "undo").returncode == 2
    data = tmp_path / "data"
    (data / "config").mkdir(parents=True)
    (data / "config" / "cameras.yaml").write_text("cameras: [")
    torn = run("consistency", "check", "--data", str(data))
    assert torn.returncode == 1
    assert "cameras.yaml cannot be read: line" in torn.stderr
    (data / "config" / "cameras.yaml").write_text("cameras: []")
    unknown = run("consistency", "repair", "--only", "LOST", "--data", str(data))
    assert unknown.returncode == 1
    assert "there are " in unknown.stderr
