"""The split changes while camplane runs."""

import json

from tests.e2e.command_line import run, until


def test_the_split_is_seen_and_set_without_a_restart(up) -> None:
    """What is not named keeps its percentage."""
    camplane = up()

    def answered(path: str) -> str:
        return camplane.http.get(path).headers["x-camplane-path"]

    assert answered("/api/v1/cameras") == "legacy"
    camplane.camplane("rollout", "set", "--camera", "100")
    until(lambda: answered("/api/v1/cameras") == "domain")
    assert answered("/api/v1/alerts/rules") == "legacy"
    shown = json.loads(camplane.camplane("rollout", "status", "--json"))
    assert shown == {
        "camera": {"domain": 100, "held_back": False},
        "alert": {"domain": 0, "held_back": False},
    }
    camplane.camplane("rollout", "set", "--camera", "0", "--alert", "100")
    until(lambda: answered("/api/v1/alerts/rules") == "domain")
    assert answered("/api/v1/cameras") == "legacy"


def test_a_split_that_means_nothing_is_refused(demo) -> None:
    for arguments in ((), ("--camera", "101"), ("--alert", "-1"), ("--camera", "x")):
        done = run("rollout", "set", *arguments, "--data", str(demo.data))
        assert done.returncode == 2
        assert done.stderr.strip()
