"""What an operator hears of a plan that can be used but is risky."""

from dataclasses import replace

import pytest

from gateway.rollout.plan.file import read_plan, shipped_plan
from gateway.rollout.plan.lint import lint, order_problem
from gateway.rollout.plan.model import RolloutPlan

HEAD = """\
apiVersion: camplane/v1
kind: Rollout
metadata: {name: tried}
spec:
  context: camera
"""
GOOD = "{minDwell: 10m, minRequests: 500, setWeight: "
STEPS = f"  steps: [{GOOD} 20}}, {GOOD} 60}}, {GOOD} 100}}]\n"


@pytest.mark.parametrize("context", ["alert", "camera"])
def test_the_shipped_plans_give_no_reason_to_warn(context: str) -> None:
    assert lint(shipped_plan(context)) == []


@pytest.mark.parametrize(
    ("spec", "line", "said"),
    [
        (STEPS.replace("20", "26"), 6, "spec.steps[0].setWeight: 26 % of the clients"),
        (STEPS.replace("100", "99"), 6, "spec.steps[2].setWeight: the last weight is 99"),
        (STEPS.replace("10m", "0s", 1), 6, "spec.steps[0].minDwell: the step may pass at once"),
        (STEPS.replace("minRequests: 500, ", "", 1), 6, "minRequests: the step asks for no evid"),
        (STEPS.replace("500", "5000000", 1), 6, "minRequests: 5000000 requests may never"),
        (STEPS + "  freeze:\n    - {to: 24:00}\n", 8, "spec.freeze[0]: holds always"),
        (
            STEPS + "  analysis:\n    coverage: {share: 10}\n",
            8,
            "spec.analysis.coverage.share: an operation with up to 10 %",
        ),
        (
            STEPS + "  analysis:\n    coverage:\n      except: [AlertService/GetRule]\n",
            9,
            "spec.analysis.coverage.except[0]: AlertService/GetRule may reach 100 % without",
        ),
        (
            STEPS + "  notifications:\n    - {secretEnv: A,\n       url: 'http://h.example/'}\n",
            9,
            "spec.notifications[0].url: http:// can be read on the way",
        ),
        (
            STEPS + "  notifications:\n    - url: 'https://h.example/'\n",
            8,
            "spec.notifications[0].secretEnv: unsigned",
        ),
    ],
)
def test_a_risk_is_a_warning_on_the_line_it_comes_from(spec: str, line: int, said: str) -> None:
    (found,) = lint(HEAD + spec)
    assert (found.line, found.level) == (line, "warning")
    assert said in found.text


@pytest.mark.parametrize("host", ["127.0.0.1:1", "[::1]", "localhost"])
def test_plain_http_within_the_machine_is_no_risk(host: str) -> None:
    text = f"{HEAD}{STEPS}  notifications: [{{url: 'http://{host}/', secretEnv: A}}]\n"
    assert lint(text) == []


def test_errors_come_alone() -> None:
    (found,) = lint(HEAD + STEPS.replace("20", "twenty"))
    assert (found.line, found.level) == (6, "error")


def test_plans_that_wait_for_each_other_are_found() -> None:
    alert, camera = (read_plan(shipped_plan(context)) for context in ("alert", "camera"))
    assert order_problem([alert, camera]) is None
    assert order_problem([camera]) is None
    waiting: RolloutPlan = replace(alert, after=("camera",))
    assert "wait for each other" in (order_problem([waiting, camera]) or "")
    assert order_problem([alert, alert]) == "two plans are for alert: a context has one"
