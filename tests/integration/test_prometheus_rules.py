"""The rules and dashboards that we deploy, judged by Prometheus' own tool."""

import json
import subprocess
from pathlib import Path
from typing import Any

import yaml

from tests.prometheus import CONFIG, DASHBOARDS, RULES, dashboard_queries, program

CASES = RULES.with_name("camplane.rules.test.yml")


def promtool(*arguments: object) -> None:
    command = [program("promtool"), *map(str, arguments)]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr


def test_every_alert_fires_when_it_should_and_only_then() -> None:
    promtool("test", "rules", CASES)


def test_the_configuration_is_one() -> None:
    promtool("check", "config", CONFIG)


def test_every_query_of_the_dashboards_is_one(tmp_path: Path) -> None:
    rules = [{"record": f"query_{at}", "expr": one} for at, one in enumerate(dashboard_queries())]
    path = tmp_path / "dashboards.yml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "dashboards", "rules": rules}]}))
    promtool("check", "rules", path)


def test_every_alert_has_a_case_that_fires_and_one_that_does_not() -> None:
    checks = [
        check
        for case in yaml.safe_load(CASES.read_text())["tests"]
        for check in case["alert_rule_test"]
    ]
    names = sorted(alert["alert"] for alert in alerts())
    assert sorted({one["alertname"] for one in checks if one["exp_alerts"]}) == names
    assert sorted({one["alertname"] for one in checks if not one["exp_alerts"]}) == names


def test_every_alert_waits_and_says_how_bad_it_is_and_what_to_do() -> None:
    for alert in alerts():
        assert alert["for"]
        assert alert["labels"]["severity"] in ("warning", "critical")
        assert set(alert["annotations"]) == {"summary", "action"}


def test_every_panel_has_a_query_and_panels_do_not_overlap() -> None:
    for path in DASHBOARDS:
        taken: set[tuple[int, int]] = set()
        for panel in json.loads(path.read_text())["panels"]:
            assert panel["targets"], panel["title"]
            at = panel["gridPos"]
            cells = {
                (at["x"] + column, at["y"] + line)
                for column in range(at["w"])
                for line in range(at["h"])
            }
            assert not cells & taken, panel["title"]
            taken |= cells


def alerts() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load(RULES.read_text())["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found
