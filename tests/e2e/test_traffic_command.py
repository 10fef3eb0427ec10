"""`camplane traffic`: the comparison, live figures and traces, in a terminal."""

import json
import os
import signal
import subprocess

import pytest

from tests.e2e.command_line import CAMPLANE, Up, environment, run, until

RPC = "AlertRestService/ListRules"


@pytest.fixture(scope="module")
def used(quiet: Up) -> Up:
    """Give a camplane of which both contexts were asked something, and which has counted that."""
    for _ in range(20):
        quiet.ask("GET", "/api/v1/alerts/rules")
        quiet.ask("GET", "/api/v1/cameras")

    def counted() -> bool:
        answer = quiet.ask("GET", f"/api/v1/monitoring/comparison?rpc={RPC}")
        return any(
            one["domain"]["requests"] >= 20
            for context in answer["contexts"]
            for one in context["rpcs"]
        )

    until(counted, what="the requests are counted")
    return quiet


def test_the_comparison_is_shown_by_context_and_rpc(used: Up) -> None:
    """A person reads a verdict, a program the API's own JSON."""
    shown = used.camplane("traffic")
    assert "domain is" in shown
    assert "completeness" in shown
    answer = json.loads(used.camplane("traffic", "--json", "--context", "alert", "--rpc", RPC))
    (context,) = answer["contexts"]
    assert context["context"] == "alert"
    assert [one["rpc"] for one in context["rpcs"]] == [RPC]


def test_live_figures_go_on_until_ctrl_c(used: Up) -> None:
    """Each second brings one JSON object a line, and Ctrl-C ends with exit code 0."""
    command = [CAMPLANE, "traffic", "--watch", "--json", "--data", str(used.data)]
    with subprocess.Popen(
        command, env=environment(), stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            assert process.stdout is not None
            seen = [json.loads(process.stdout.readline()) for _ in range(2)]
            os.kill(process.pid, signal.SIGINT)
            assert process.wait(10) == 0
        finally:
            process.kill()
    assert [[one["context"] for one in event["contexts"]] for event in seen] == [
        ["camera", "alert"]
    ] * 2
    assert seen[0]["timestamp"] < seen[1]["timestamp"]


def test_a_kept_trace_is_shown_as_a_waterfall(used: Up) -> None:
    """The list names traces; each can be shown, span below span."""

    def kept() -> list[dict[str, str]]:
        listed = used.camplane("traffic", "traces", "--rpc", RPC, "--json")
        return list(json.loads(listed)["traces"])

    (first, *_) = until(kept, what="a trace is kept")
    shown = used.camplane("traffic", "trace", first["trace_id"])
    assert RPC in shown
    assert "━" in shown


@pytest.mark.parametrize(
    "arguments",
    [
        ("traffic", "--rpc", "No/Such"),
        ("traffic", "--context", "nobody"),
        ("traffic", "traces", "--kind", "odd"),
        ("traffic", "trace", "xyz"),
        ("traffic", "trace", "0" * 32),
    ],
)
def test_what_means_nothing_is_refused_in_words(quiet: Up, arguments: tuple[str, ...]) -> None:
    """The API's own sentence says what to give instead."""
    done = run(*arguments, "--data", str(quiet.data))
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")


def test_without_a_camplane_the_exit_code_is_three(tmp_path) -> None:
    done = run("traffic", "--data", str(tmp_path))
    assert done.returncode == 3
    assert "camplane up" in done.stderr
