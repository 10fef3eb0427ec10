"""The probe against a real server whose delays, failures and stalls are known."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable
from statistics import median

import pytest

from camplane_tools.load.burst import Burst, Tally
from camplane_tools.load.client import Client, NoAnswerError, http_request
from camplane_tools.load.loading import Load, ProbeError, burst
from camplane_tools.load.loops import closed_loop, lasting, open_loop
from camplane_tools.probe.ceiling import ceiling
from camplane_tools.probe.probe import probe
from camplane_tools.probe.targets import Contender, Endpoint, Plan

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
BAD = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n"
RESCUED = OK.replace(b"\r\n\r\n", b"\r\nx-camplane-fallback: true\r\n\r\n")

# Given a request's number and path, answers after so many seconds; None cuts the connection.
Answer = Callable[[int, str], tuple[float, bytes | None]]


@contextlib.asynccontextmanager
async def serving(answer: Answer) -> AsyncIterator[str]:
    """Run a server that answers so; give its address."""
    asked = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                asked += 1
                seconds, data = answer(asked, head.split(" ")[1])
                await asyncio.sleep(seconds)
                if data is None:
                    break
                writer.write(data)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


def load(url: str, rate: float | None = None, connections: int = 2) -> Load:
    return Load(url, (http_request("GET", "/"),), connections, rate)


async def test_latencies_are_the_servers_and_cpu_is_told_apart() -> None:
    async with serving(lambda number, path: (0.02, OK)) as url:
        found = await burst(load(url), 0.4, {"me": os.getpid()})
    assert found.codes == {"200": len(found.latencies)}
    assert min(found.latencies) >= 19
    assert found.rate <= 2 / 0.02
    assert found.cpu["me"] > 0
    assert found.cpu["load"] > 0
    assert found.services == ["me"]


async def test_failures_are_counted_by_code_and_are_no_latencies() -> None:
    replies = [OK, BAD, RESCUED, None]
    async with serving(lambda number, path: (0.0, replies[number % 4])) as url:
        found = await burst(load(url, rate=100), 0.4, {})
    assert found.codes.keys() == {"200", "503", "200 as a fallback", "broken"}
    assert sum(found.codes.values()) == 40
    assert len(found.latencies) == found.codes["200"]
    assert found.failed == {k: v for k, v in found.codes.items() if k != "200"}


async def test_a_stall_counts_from_when_each_request_was_meant_to_leave() -> None:
    """A stall delays all that an open loop meant to send in it; a closed one sent none."""
    stalled_until = 0.0

    def stall(number: int, path: str) -> tuple[float, bytes]:
        nonlocal stalled_until
        now = asyncio.get_running_loop().time()
        if number == 20:
            stalled_until = now + 0.3
        return max(stalled_until - now, 0), OK

    async with serving(stall) as url:
        client = Client(url, 2)
        opened = await open_loop(client, [http_request("GET", "/")], 100, lasting(0.6))
        client.close()
    assert len(opened.latencies) == 60
    assert sum(each >= 100 for each in opened.latencies) >= 15
    assert max(opened.latencies) >= 290

    stalled_until = 0.0
    async with serving(stall) as url:
        client = Client(url, 2)
        closed = await closed_loop(client, [http_request("GET", "/")], 2, 0.6)
        client.close()
    assert sum(each >= 100 for each in closed.latencies) <= 2


async def test_an_open_loop_keeps_its_rate_though_a_server_needs_longer() -> None:
    async with serving(lambda number, path: (0.1, OK)) as url:
        found = await burst(load(url, rate=50, connections=20), 0.5, {})
    assert len(found.latencies) == 25
    assert median(found.latencies) < 300


async def test_a_server_that_is_not_there_is_counted_not_crashed_on() -> None:
    async with serving(lambda number, path: (0, OK)) as url:
        pass
    found = await burst(load(url), 0.2, {})
    assert found.codes.keys() == {"not connected"}
    assert not found.latencies
    assert found.rate == 0


async def test_a_request_without_an_answer_is_given_up_and_its_connection_dropped() -> None:
    async with serving(lambda number, path: (0.5 if number == 1 else 0.0, OK)) as url:
        client = Client(url, 1)
        with pytest.raises(NoAnswerError, match="timeout"):
            await client.ask(http_request("GET", "/late"), 0.1)
        # Its late answer must not become that of the next.
        assert (await client.ask(http_request("GET", "/"), 5)).status == 200
        client.close()


async def test_a_process_that_is_gone_is_said_in_words() -> None:
    async with serving(lambda number, path: (0, OK)) as url:
        with pytest.raises(ProbeError, match="ended while it was measured"):
            await burst(load(url), 0.2, {"gone": 2**22 - 1})


async def test_contenders_are_measured_in_turn_and_told_apart_by_what_they_are_asked() -> None:
    asked: list[str] = []

    def answer(number: int, path: str) -> tuple[float, bytes]:
        asked.append(path)
        slow = "force_domain=false" in path
        side = b"legacy" if slow else b"domain"
        head = b"HTTP/1.1 200 OK\r\nx-camplane-path: " + side + b"\r\ncontent-length: 0\r\n\r\n"
        return (0.03 if slow else 0.005), head

    done: list[str] = []
    async with serving(answer) as url:
        contenders = [
            Contender("legacy", url),
            Contender("domain", url),
            Contender("external", url),
        ]
        (found,) = await probe(
            contenders, [Endpoint("x", "GET", "/x?a=b")], Plan(2, 0.15, 2), done.append
        )
    assert set(asked) == {"/x?a=b&force_domain=false", "/x?a=b&force_domain=true", "/x?a=b"}
    assert done == ["x"] * 9
    assert {name: len(bursts) for name, bursts in found.bursts.items()} == {
        "legacy": 2,
        "domain": 2,
        "external": 2,
    }
    times = {name: median(bursts[0].latencies) for name, bursts in found.bursts.items()}
    assert times["legacy"] > 2 * times["domain"]


async def test_nothing_is_loaded_when_the_wrong_side_answers_or_an_error() -> None:
    for answered, words in (
        (
            b"HTTP/1.1 200 OK\r\nx-camplane-path: legacy\r\ncontent-length: 0\r\n\r\n",
            "in its place",
        ),
        (BAD, "answered 503"),
    ):
        async with serving(lambda number, path: (0, answered)) as url:  # noqa: B023
            with pytest.raises(ProbeError, match=words):
                plan, endpoint = Plan(1, 0.1, 1), Endpoint("x", "GET", "/")
                await probe([Contender("domain", url)], [endpoint], plan, lambda name: None)


async def test_the_load_generator_tells_its_own_ceiling() -> None:
    found = await ceiling(4)
    assert found.codes.keys() == {"200"}
    assert found.rate > 100


def test_a_busy_load_generator_is_a_bottleneck() -> None:
    assert Burst(1.0, [1.0], {"load": 0.95}).is_bound_by_load
    assert not Burst(1.0, [1.0], {"load": 0.5}).is_bound_by_load
    tally = Tally()
    tally.count("302", 1.0)
    tally.count("404", 1.0)
    assert tally.latencies == [1.0]
