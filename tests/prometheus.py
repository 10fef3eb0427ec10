"""Prometheus and its tool, where the machine has them, and what we deploy for them."""

import json
import re
import shutil
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[1] / "deploy"
RULES = DEPLOY / "prometheus" / "camplane.rules.yml"
CONFIG = DEPLOY / "prometheus" / "prometheus.yml"
DASHBOARDS = sorted((DEPLOY / "grafana" / "dashboards").glob("*.json"))

_NAME = re.compile(r"\b(?:camplane|grpc_server|envoy|process)_[a-z_]+")


def program(name: str) -> str:
    """Return the path of `prometheus` or `promtool`; skips the test where there is none."""
    if found := shutil.which(name):
        return found
    pytest.skip(f"{name} is not installed (Debian: prometheus)")


def dashboard_queries() -> list[str]:
    """Return every PromQL expression of the dashboards, Grafana's variables filled in."""
    found = []
    for path in DASHBOARDS:
        for panel in json.loads(path.read_text())["panels"]:
            for target in panel["targets"]:
                query = target["expr"].replace("$__rate_interval", "1m")
                found.append(query.replace("$context", "camera|alert"))
    return found


def metric_names(text: str) -> set[str]:
    """Return the metrics that an expression or a file of rules names."""
    return set(_NAME.findall(text))
