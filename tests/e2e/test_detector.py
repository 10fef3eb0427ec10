"""A detector of somebody else's in the worker's place."""

import json
import sys
from pathlib import Path

from tests.e2e.command_line import until

DETECTOR = '''\
"""Reads its job, reports what it detects, says what it was given."""

import argparse, json, os, sys, time

parser = argparse.ArgumentParser()
parser.add_argument("--camera")
parser.add_argument("--model")
arguments = parser.parse_args()
job = json.loads(sys.stdin.readline())
print("watching", job["camera_id"], "with", arguments.model, "beside", os.getcwd(), flush=True)
print("source", job["source"], flush=True)
path = os.environ["CAMPLANE_STATS_FILE"]
for number in range(1, 10**6):
    report = {
        "pid": os.getpid(), "state": "streaming", "total_frames": number, "processed_frames": 3,
        "detected_persons": 41, "detected_hairnets": 40, "detected_handwash": 2,
        "avg_fps": 12.5, "avg_detection_time": 0.04, "last_detection_time": 1767225600.0,
    }
    with open(path + ".new", "w") as file:
        json.dump(report, file)
    os.replace(path + ".new", path)
    time.sleep(0.05)
'''


def test_its_figures_are_the_cameras_stats_on_both_paths(up, tmp_path) -> None:
    """And its log is the camera's, without the password that it wrote there."""
    script = tmp_path / "my detector.py"
    script.write_text(DETECTOR)
    config = tmp_path / "camplane.yaml"
    command = f"{sys.executable} '{script}' --camera={{camera_id}} --model={{profile}}"
    config.write_text(json.dumps({"worker": {"command": command}}))
    camplane = up("--config", str(config))
    source = "rtsp://viewer:s3cr3t@10.0.0.7/1"
    entry = {"id": "门 1", "name": "n", "source": source, "profile": "fast"}
    camplane.ask("POST", "/api/v1/cameras", json=entry)
    address = "/api/v1/cameras/%E9%97%A8%201"
    started = camplane.ask("POST", f"{address}/start")
    assert started["cmd"] == [sys.executable, str(script), "--camera=门 1", "--model=fast"]
    for force in ("false", "true"):
        stats = f"{address}/stats?force_domain={force}"
        answer = until(lambda stats=stats: streaming(camplane.ask("GET", stats)))
        assert (answer["running"], answer["pid"]) == (True, started["pid"])
        frames = answer["stats"].pop("total_frames")
        assert answer["stats"] == {
            "processed_frames": 3,
            "detected_persons": 41,
            "detected_hairnets": 40,
            "detected_handwash": 2,
            "avg_fps": 12.5,
            "avg_detection_time": 0.04,
            "last_detection_time": "2026-01-01 00:00:00",
        }
        until(lambda stats=stats, n=frames: streaming(camplane.ask("GET", stats), n))
    lines = camplane.ask("GET", f"{address}/logs")["lines"]
    data = Path(camplane.data)
    assert lines == [f"watching 门 1 with fast beside {data}", "source rtsp://***@10.0.0.7/1"]


def streaming(answer, frames: int = 0):
    """Return the answer when it tells of more frames than that."""
    return answer if answer["stats"]["total_frames"] > frames else None
