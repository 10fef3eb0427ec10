"""What is asked of whom, and who may be loaded at all."""

import pytest

from camplane_tools.probe.rounds import WARM_UP_SECONDS, in_turn
from camplane_tools.probe.targets import Contender, Endpoint, Plan, TargetError, check_url

STATUS = Endpoint("status", "GET", "/status")


def test_each_side_is_asked_by_its_switch_and_an_external_server_by_none() -> None:
    def line(name: str, endpoint: Endpoint = STATUS) -> bytes:
        return Contender(name, "http://h:1").request(endpoint).splitlines()[0]

    assert line("legacy") == b"GET /status?force_domain=false HTTP/1.1"
    assert line("domain", Endpoint("", "GET", "/a?b=c")) == b"GET /a?b=c&force_domain=true HTTP/1.1"
    assert line("external") == b"GET /status HTTP/1.1"


def test_a_gateway_is_told_that_the_probe_asks_and_an_external_server_is_not() -> None:
    asked = {name: Contender(name, "http://h:1").request(STATUS) for name in ("domain", "external")}
    assert b"\r\ncamplane-tool: probe\r\n" in asked["domain"]
    assert b"camplane" not in asked["external"]


def test_a_body_is_sent_with_its_length() -> None:
    request = Contender("legacy", "http://h:1").request(Endpoint("", "PUT", "/", b"{}"))
    assert request.endswith(b"content-length: 2\r\n\r\n{}")
    assert b"\r\nhost: h:1\r\n" in request


def test_another_machine_is_refused_unless_it_may_be_loaded() -> None:
    for ours in (
        "http://127.0.0.1:8080",
        "http://127.3.2.1",
        "http://[::1]:80",
        "http://localhost/",
    ):
        assert check_url(ours, False) == ours.rstrip("/")
    with pytest.raises(TargetError, match="--load-other-machines"):
        check_url("http://192.0.2.1:80", False)
    assert check_url("http://192.0.2.1:80", True) == "http://192.0.2.1:80"


@pytest.mark.parametrize(
    "url",
    ["https://127.0.0.1", "127.0.0.1:80", "http://", "http://127.0.0.1:x", "http://127.0.0.1/a"],
)
def test_what_is_no_plain_address_is_refused_in_words(url: str) -> None:
    with pytest.raises(TargetError, match=r"http://|port|Port"):
        check_url(url, True)


def test_a_plan_is_open_when_it_has_a_rate() -> None:
    assert Plan(1, 1, 1).mode == "closed"
    assert Plan(1, 1, 1, 5.0).mode == "open"
    assert Plan(3, 1, 1, 5.0).load(Contender("domain", "http://h"), STATUS).rate == 5.0


async def test_rounds_go_back_and_forth_and_the_first_ones_are_thrown_away() -> None:
    order: list[tuple[str, float]] = []

    def measure(name):  # type: ignore[no-untyped-def]
        async def one(seconds: float) -> str:
            order.append((name, seconds))
            return f"{name}{len(order)}"

        return one

    found = await in_turn({"a": measure("a"), "b": measure("b")}, 3, 2.0)
    assert [name for name, _ in order] == ["a", "b", "a", "b", "b", "a", "a", "b"]
    assert [seconds for _, seconds in order] == [WARM_UP_SECONDS] * 2 + [2.0] * 6
    assert found == {"a": ["a3", "a6", "a7"], "b": ["b4", "b5", "b8"]}
