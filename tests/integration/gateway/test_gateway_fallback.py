"""A domain that cannot answer is answered for by legacy, in the same request."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gateway.vocabulary.split import Split
from tests.integration.gateway import upstream as upstream_module
from tests.integration.gateway.rig import Gateway, running, until
from tests.integration.gateway.upstream import BrokenError, GoneError


def refuse_with(error: Exception) -> object:
    def refuse(rpc: str, request: object) -> None:
        raise error

    return refuse


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/api/v1/cameras/c/status"), ("POST", "/api/v1/cameras/c/start")],
)
def test_unavailable_is_answered_by_legacy_in_the_same_request(
    gateway: Gateway, method: str, path: str
) -> None:
    gateway.upstreams["camera/domain"].behave = refuse_with(GoneError("no database"))
    answer = gateway.rest(method, path)
    assert (answer.status, answer.path) == (200, "legacy")
    assert answer.headers["x-camplane-fallback"] == "true"
    received = gateway.take_received()
    assert [name for name, _ in received] == ["camera/domain", "camera/legacy"]
    assert received[0][1].request == received[1][1].request


def test_a_body_survives_the_fallback(gateway: Gateway) -> None:
    gateway.upstreams["camera/domain"].behave = refuse_with(GoneError("no database"))
    assert gateway.rest("PUT", "/api/v1/cameras/c", b"x" * 500_000).path == "legacy"
    first, second = (one.request for _, one in gateway.take_received())
    assert first == second
    assert len(first["body"]["data"]) > 500_000


def test_an_internal_error_is_not_repeated(gateway: Gateway) -> None:
    gateway.upstreams["camera/domain"].behave = refuse_with(BrokenError("the disk is full"))
    answer = gateway.rest("POST", "/api/v1/cameras/c/start")
    assert (answer.status, answer.path) == (500, "domain")
    assert "x-camplane-fallback" not in answer.headers
    assert len(gateway.take_received()) == 1


def test_when_both_are_unavailable_the_error_is_legacys(gateway: Gateway) -> None:
    for name in ("camera/domain", "camera/legacy"):
        gateway.upstreams[name].behave = refuse_with(GoneError(f"{name} has no database"))
    answer = gateway.rest("GET", "/api/v1/cameras/c/status")
    assert (answer.status, answer.json["detail"]) == (503, "camera/legacy has no database")
    assert answer.headers["x-camplane-fallback"] == "true"


def test_any_number_of_requests_is_rescued_at_a_time(gateway: Gateway) -> None:
    # Envoy's default is three.
    gateway.upstreams["camera/domain"].behave = refuse_with(GoneError("no database"))
    gateway.upstreams["camera/legacy"].behave = lambda rpc, request: time.sleep(0.02)
    with ThreadPoolExecutor(20) as clients:
        asked = [clients.submit(gateway.rest, "GET", "/api/v1/cameras") for _ in range(60)]
    assert {one.result().path for one in asked} == {"legacy"}


def test_what_is_assigned_to_legacy_is_no_fallback(gateway: Gateway) -> None:
    answer = gateway.rest("GET", "/api/v1/cameras?force_domain=false")
    assert answer.path == "legacy"
    assert "x-camplane-fallback" not in answer.headers


def test_a_domain_that_says_it_cannot_serve_is_left_out(gateway: Gateway) -> None:
    domain = gateway.upstreams["camera/domain"]
    domain.serving = False
    try:
        until(lambda: gateway.rest("GET", "/api/v1/cameras/c/status").path == "legacy")
        assert gateway.rest("GET", "/api/v1/alerts/rules").path == "domain"
    finally:
        domain.serving = True
    until(lambda: gateway.rest("GET", "/api/v1/cameras/c/status").path == "domain")


def test_services_that_all_say_they_cannot_serve_are_not_asked(gateway: Gateway) -> None:
    both = [gateway.upstreams[f"camera/{side}"] for side in ("domain", "legacy")]
    for upstream in both:
        upstream.serving = False
    try:
        until(lambda: gateway.rest("GET", "/api/v1/cameras").status == 503)
        gateway.take_received()
        answer = gateway.rest("GET", "/api/v1/cameras")
        assert "/api/v1/monitoring/health" in answer.json["detail"]
        assert gateway.take_received() == []
    finally:
        for upstream in both:
            upstream.serving = True
    until(lambda: gateway.rest("GET", "/api/v1/cameras").path == "domain")


@pytest.fixture
def killable() -> Iterator[tuple[Gateway, subprocess.Popen[str]]]:
    """A gateway whose camera/domain is a process of its own."""
    with running(Split(100, 100)) as gateway:
        domain = gateway.upstreams["camera/domain"]
        domain.stop()
        command = [sys.executable, upstream_module.__file__, "camera", "domain", domain.address]
        root = Path(__file__).parents[3]
        environment = {"PYTHONPATH": f"{root}:{root / 'gen'}", "PYTHONUNBUFFERED": "1"}
        process = subprocess.Popen(command, env=environment, text=True)
        try:
            until(lambda: gateway.rest("GET", "/api/v1/cameras").path == "domain")
            yield gateway, process
        finally:
            process.kill()
            process.wait()
            domain.start()


def test_a_domain_that_is_killed_under_load_costs_only_answers_that_had_begun(
    killable: tuple[Gateway, subprocess.Popen[str]],
) -> None:
    # Envoy asks legacy as long as domain's answer has not begun to arrive. What
    # falls between an answer's headers and its message is lost: at most one
    # for each client.
    gateway, process = killable
    clients, requests = 4, 200
    answers = []

    def load() -> None:
        for number in range(requests):
            answers.append(gateway.rest("GET", f"/api/v1/cameras/c{number}/status"))

    threads = [threading.Thread(target=load) for _ in range(clients)]
    for thread in threads:
        thread.start()
    until(lambda: len(answers) > 100)
    process.kill()
    process.wait()
    for thread in threads:
        thread.join()
    assert len(answers) == clients * requests
    good = [answer for answer in answers if answer.status == 200]
    assert {answer.path for answer in good} == {"domain", "legacy"}
    for answer in good:
        assert (answer.path == "legacy") is ("x-camplane-fallback" in answer.headers)
    lost = len(answers) - len(good)
    assert lost <= clients
    until(lambda: len(failures(gateway)) == lost)
    assert set(failures(gateway)) <= {"upstream_reset_after_response_started"}
    assert gateway.rest("POST", "/api/v1/cameras/c/start").path == "legacy"


def failures(gateway: Gateway) -> list[str]:
    """Return why requests failed, from the gateway's log of errors."""
    lines = gateway.directory.joinpath("errors.jsonl").read_text().splitlines()
    return [json.loads(line)["details"].partition("{")[0] for line in lines]
