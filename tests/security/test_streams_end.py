"""Streams, which the gateway let in once, end with the token that they were begun with."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import NamedTuple

import grpc
import httpx
import pytest

from gateway.access.keys import signing_key
from gateway.access.store import add, known
from gateway.access.tokens import Token, new_token, signed
from gateway.vocabulary.route_table import PARAMETER, Rpc, bindings, rpcs
from tests.e2e.command_line import ending
from tests.security.guarded import Guarded, bearer

IN_FORCE_SECONDS = 2.0
# Of the camera's log; the others take no field.
REQUESTS = {"TailCameraLogs": b"\x0a\x04gate"}


class End(NamedTuple):
    """When a stream ended, and what was said of why."""

    at: float
    said: str


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """Give a camplane that asks who comes, and has a camera."""
    folder = tmp_path_factory.mktemp("streams")
    (folder / "camplane.yaml").write_text("access: {mode: on}\n")
    with ending(folder) as start:
        config = ("--config", str(folder / "camplane.yaml"))
        guarded = Guarded(start(*config, USE_DOMAIN_SERVICE="true"))
        entry = {"id": "gate", "name": "Gate", "source": "x.mp4"}
        made = guarded.http.post("/api/v1/cameras", json=entry, headers=guarded.headers("admin"))
        assert made.status_code == 200, made.text
        yield guarded


class Streams:
    """Every stream of the contracts, natively and over REST on both sides, each begun."""

    def __init__(self, guarded: Guarded, token: str, pool: ThreadPoolExecutor) -> None:
        self._url = str(guarded.http.base_url)
        self._headers = bearer(token)
        self._channel = grpc.insecure_channel(f"127.0.0.1:{guarded.port}")
        begun: list[Future[None]] = []
        self._ends: dict[str, Future[End]] = {}
        for name, follow in self._all():
            begun.append(Future())
            self._ends[name] = pool.submit(follow, begun[-1])
        for one in begun:
            one.result(10)

    def ends(self) -> dict[str, End]:
        """Return how each ended, by name."""
        found = {name: end.result(10) for name, end in self._ends.items()}
        self._channel.close()
        return found

    def _all(self) -> Iterator[tuple[str, Callable[[Future[None]], End]]]:
        for rpc in rpcs():
            if rpc.is_streaming and "Rest" not in rpc.path:
                yield rpc.path, partial(self._native, rpc)
        for binding in bindings():
            if binding.rpc.is_streaming:
                path = PARAMETER.sub("gate", binding.template)
                for side in ("true", "false"):
                    asked = f"{path}?force_domain={side}"
                    yield asked, partial(self._rest, asked)

    def _native(self, rpc: Rpc, begun: Future[None]) -> End:
        request, metadata = REQUESTS.get(rpc.name, b""), list(self._headers.items())
        call = self._channel.unary_stream(rpc.path)(request, metadata=metadata, timeout=30)
        try:
            next(call)
            begun.set_result(None)
            for _ in call:
                pass
        except grpc.RpcError as error:
            return End(time.time(), f"{error.code().name}: {error.details()}")
        return End(time.time(), "")

    def _rest(self, path: str, begun: Future[None]) -> End:
        with httpx.stream("GET", f"{self._url}{path}", headers=self._headers, timeout=30) as answer:
            begun.set_result(None)
            answer.read()
        return End(time.time(), httpx.get(f"{self._url}{path}", headers=self._headers).text)


def token_of(guarded: Guarded, seconds: int) -> tuple[str, Token]:
    """Return a token of an admin that lasts so long, and what is kept of it."""
    made = new_token("rita", ["admin"], seconds, time.time())
    add(guarded.place, made)
    return signed(made, signing_key(guarded.place)), made


def check(ends: dict[str, End], since: float, why: str) -> None:
    """Have each end in time and in words, which over REST the next request is answered with."""
    assert len(ends) > 5
    for name, end in ends.items():
        assert since <= end.at <= since + IN_FORCE_SECONDS, (name, end.at - since)
        assert why in end.said, (name, end.said)
        assert end.said.startswith("UNAUTHENTICATED") or '"code":16' in end.said


@pytest.mark.timeout(60)
def test_every_stream_ends_when_its_token_is_revoked(guarded: Guarded) -> None:
    """Within two seconds; those of other tokens go on."""
    token, made = token_of(guarded, 3600)
    with (
        ThreadPoolExecutor(20) as pool,
        grpc.insecure_channel(f"127.0.0.1:{guarded.port}") as channel,
    ):
        others = channel.unary_stream("/camplane.gateway.v1.TrafficService/WatchTraffic")(
            b"", metadata=list(guarded.headers("viewer").items()), timeout=30
        )
        streams = Streams(guarded, token, pool)
        guarded.up.camplane("token", "revoke", made.id)
        (kept,) = [one for one in known(guarded.place) if one.id == made.id]
        check(streams.ends(), kept.revoked, "revoked")
        for _ in range(3):
            assert next(others)
        others.cancel()


@pytest.mark.timeout(60)
def test_every_stream_ends_with_its_token(guarded: Guarded) -> None:
    """Not before, and at most two seconds later."""
    token, made = token_of(guarded, 4)
    with ThreadPoolExecutor(20) as pool:
        check(Streams(guarded, token, pool).ends(), made.expires, "end")
