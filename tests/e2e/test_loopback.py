"""Cameras on this machine itself: refused until the operator says so, and said at the start."""

import json
from pathlib import Path

import yaml

from tests.e2e.command_line import until

RELAY = "rtsp://viewer:s3cr3t@127.0.0.1:8554/gate"
CAMERAS = "/api/v1/cameras"


def entries(path: Path) -> Path:
    relayed = [{"id": one, "name": one, "source": RELAY} for one in ("gate", "hall")]
    path.write_text(yaml.safe_dump({"cameras": [*relayed, {"id": "hall", "name": "again"}]}))
    return path


def test_what_is_read_from_this_machine_is_refused_and_said_and_one_line_allows_it(
    up, tmp_path
) -> None:
    """At the start, for who took over a monolith's cameras; by REST; and by the setting."""
    listed = entries(tmp_path / "cameras.yaml")
    camplane = up("--cameras", str(listed), CAMPLANE_CAMERA_LOOPBACK="")
    said = "cameras.yaml: 2 entries are not started: the rules of this camplane refuse them (gate, "
    until(lambda: said in camplane.output)
    assert "`cameras.networks.loopback: true` in camplane.yaml allows it" in camplane.output
    until(lambda: "1 entry is there twice: the first counts (hall)" in camplane.output)
    assert "s3cr3t" not in camplane.output
    for force in ("false", "true"):
        answer = camplane.http.post(f"{CAMERAS}/gate/start", params={"force_domain": force})
        assert answer.status_code == 400
        assert "loopback: true" in answer.json()["detail"]
        body = {"id": "x", "name": "n", "source": "http://localhost:1984/stream"}
        answer = camplane.http.post(CAMERAS, json=body, params={"force_domain": force})
        assert answer.status_code == 400
    camplane.stop()

    config = tmp_path / "camplane.yaml"
    config.write_text(json.dumps({"cameras": {"networks": {"loopback": True}}}))
    again = up("--config", str(config), CAMPLANE_CAMERA_LOOPBACK="")
    assert again.ask("POST", f"{CAMERAS}/gate/start")["running"] is True
    assert again.ask("POST", f"{CAMERAS}/gate/stop")["running"] is False
