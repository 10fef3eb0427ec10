"""`camplane probe` on a camplane that runs: figures of both paths, and nothing left behind."""

import json
from pathlib import Path
from xml.etree import ElementTree

from tests.e2e.command_line import SERVICES, Up, run

SHORT = ("--seconds", "0.2", "--rounds", "2", "--connections", "2")


def test_a_closed_loop_measures_both_paths_with_things_of_its_own(
    quiet: Up, tmp_path: Path
) -> None:
    cameras, rules = quiet.ask("GET", "/api/v1/cameras"), quiet.ask("GET", "/api/v1/alerts/rules")
    picture = tmp_path / "probe.svg"
    endpoints = ("--endpoint", "status", "--endpoint", "rule-update", "--writes")
    said = quiet.camplane("probe", *SHORT, *endpoints, "--json", "--chart", str(picture))
    found = json.loads(said)
    assert found["mode"] == "closed"
    assert [one["endpoint"] for one in found["endpoints"]] == ["status", "rule-update"]
    for one in found["endpoints"]:
        legacy, domain = one["figures"]
        assert (legacy["name"], domain["name"]) == ("legacy", "domain")
        context = "camera" if one["endpoint"] == "status" else "alert"
        for figures in (legacy, domain):
            assert figures["error_rate"] == 0
            assert 0 < figures["p50"] <= figures["p95"] <= figures["p99"] <= figures["longest"]
            # Whose work it was shows in who used the CPU.
            busy, idle = (f"{context}/{side}" for side in _ordered(figures["name"]))
            assert figures["cpu_ms"][busy] > figures["cpu_ms"][idle]
        (ratios,) = one["ratios"]
        assert ratios["p50"]["low"] <= ratios["p50"]["value"] <= ratios["p50"]["high"]
    assert set(found["memory_mib"]) == {*SERVICES, "launcher"}
    assert found["load_generator"]["requests_per_second_at_most"] > 0
    assert ElementTree.parse(picture).getroot().tag.endswith("svg")
    assert quiet.ask("GET", "/api/v1/cameras") == cameras
    assert quiet.ask("GET", "/api/v1/alerts/rules") == rules


def test_an_open_loop_against_an_external_server_is_a_table_for_people(quiet: Up) -> None:
    arguments = ("--paths", "domain", "--against", quiet.url, "--endpoint", "/api/v1/cameras")
    where = ("--data", str(quiet.data), "--mode", "open", "--rate", "40")
    done = run("probe", *SHORT, *where, *arguments, COLUMNS="200")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "40.0 requests/s, open loop" in done.stdout
    assert "external / domain" in done.stdout
    assert "The load generator itself reached" in done.stdout


def _ordered(side: str) -> tuple[str, str]:
    return (side, "domain" if side == "legacy" else "legacy")
