"""What docs/rollout-plans.md shows does what it says."""

import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from gateway.analysis.criteria import BlastRadius, Criteria
from gateway.rollout.plan.file import read_plan
from gateway.rollout.plan.lint import lint
from servicekit.webhooks.signature import headers

TEXT = (Path(__file__).parents[2] / "docs" / "rollout-plans.md").read_text()
BODY = '{"seq":1,"reason":"é"}'.encode()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)


def test_the_example_is_a_plan_without_a_risk_and_names_the_defaults() -> None:
    (example,) = blocks("yaml")
    plan = read_plan(example)
    assert lint(example) == []
    assert (plan.criteria, plan.blast_radius) == (Criteria(), BlastRadius())


def test_the_python_example_tells_genuine_from_forged() -> None:
    names: dict[str, Any] = {}
    exec(blocks("python")[0], names)
    is_genuine, now = names["is_genuine"], int(time.time())
    given = headers("m", BODY, "key", now)
    assert is_genuine(BODY, given, "key")
    assert is_genuine(BODY, given, "whsec_a2V5") and not is_genuine(BODY, given, "whsec_a2V6")
    assert not is_genuine(BODY, given, "another")
    assert not is_genuine(BODY + b" ", given, "key")
    assert not is_genuine(BODY, {**given, "webhook-id": "n"}, "key")
    assert not is_genuine(BODY, headers("m", BODY, "key", now - 1000), "key")
    for nonsense in ("", "v1,", "v1,é", "v2,x v1"):
        assert not is_genuine(BODY, {**given, "webhook-signature": nonsense}, "key")
    assert not is_genuine(BODY, {}, "key")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_the_shell_example_tells_genuine_from_forged(tmp_path: Path) -> None:
    (tmp_path / "body.json").write_bytes(BODY)

    def said(key: str) -> str:
        given = headers("m", BODY, key, 1_764_000_000)
        variables = {name.removeprefix("webhook-"): value for name, value in given.items()}
        done = subprocess.run(
            ["sh", "-c", blocks("sh")[0]],
            cwd=tmp_path,
            env={"PATH": "/usr/bin:/bin", **variables, "CAMPLANE_WEBHOOK_SECRET": "key"},
            capture_output=True,
            text=True,
        )
        return done.stdout

    assert said("key") == "genuine\n"
    assert said("another") == ""
