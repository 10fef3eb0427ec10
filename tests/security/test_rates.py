"""How often one client may ask: counted by token or address, refused in words, counted apart."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from typing import Any

import grpc
import httpx
import pytest
from camplane.camera.v1 import camera_service_pb2, camera_service_pb2_grpc

from tests.e2e.command_line import Up, ending, until
from tests.security.guarded import Guarded, bearer

EACH_SECOND = 5
BURST = 20
RULES = "/api/v1/alerts/rules"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("rates")
    configuration = folder / "camplane.yaml"
    configuration.write_text(
        f"gateway: {{rate: {{requests_per_second: {EACH_SECOND}, burst: {BURST}}}}}\n"
        "access: {mode: on}\n"
    )
    with ending(folder) as start:
        yield Guarded(start("--config", str(configuration), USE_DOMAIN_SERVICE="true"))


def many(guarded: Guarded, token: str, count: int = 3 * BURST) -> list[httpx.Response]:
    """Ask for the rules so many times at once."""

    async def ask() -> list[httpx.Response]:
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{guarded.port}", trust_env=False, timeout=20
        ) as client:
            return await asyncio.gather(
                *(client.get(RULES, headers=bearer(token)) for _ in range(count))
            )

    return asyncio.run(ask())


def test_who_asks_too_often_is_refused_in_words_and_nobody_else(guarded: Guarded) -> None:
    found = many(guarded, guarded.token("viewer"))
    statuses = Counter(one.status_code for one in found)
    assert set(statuses) == {200, 429}
    # While they come, some seconds' worth may be filled in.
    assert BURST <= statuses[200] <= BURST + 5 * EACH_SECOND
    refused = next(one for one in found if one.status_code == 429)
    assert refused.headers["retry-after"] == "1"
    assert f"one client may send {EACH_SECOND} a second" in refused.json()["detail"]
    # Another token, from the same address.
    assert guarded.get(RULES, "releaser").status_code == 200


def test_over_native_grpc_it_is_resource_exhausted(guarded: Guarded) -> None:
    token = [("authorization", f"Bearer {guarded.token('operator')}")]
    with grpc.insecure_channel(f"127.0.0.1:{guarded.port}") as channel:
        stub = camera_service_pb2_grpc.CameraServiceStub(channel)
        request = camera_service_pb2.ListCamerasRequest()
        calls = [stub.ListCameras.future(request, metadata=token) for _ in range(3 * BURST)]
        refused = [one.exception(timeout=20) for one in calls if one.exception(timeout=20)]
    assert {one.code() for one in refused} == {grpc.StatusCode.RESOURCE_EXHAUSTED}
    assert "too many requests" in refused[0].details()


def test_strangers_are_told_apart_by_their_address(guarded: Guarded) -> None:
    """A proxy of this machine says who it is; without a token most hear 401, and then 429."""

    def asked(address: str, count: int) -> Counter[int]:
        headers = {"x-forwarded-for": address}
        return Counter(guarded.http.get(RULES, headers=headers).status_code for _ in range(count))

    assert asked("192.0.2.1", 3 * BURST)[429] > 0
    assert asked("192.0.2.2", BURST) == {401: BURST}


def test_what_was_refused_is_no_evidence_of_a_path(guarded: Guarded) -> None:
    many(guarded, guarded.token("admin"))

    def said() -> dict[str, Any]:
        headers = guarded.headers("releaser")
        answer = guarded.http.get("/api/v1/monitoring/comparison", headers=headers)
        found = answer.json() if answer.status_code == 200 else {}
        refused = found.get("truth", {}).get("refused", {})
        return found if refused.get("HTTP 429", 0) > BURST else {}

    found = until(said, 30, "they are counted apart")
    rpcs = [rpc for context in found["contexts"] for rpc in context["rpcs"]]
    codes = {code["code"] for rpc in rpcs for code in rpc["codes"]}
    assert codes & {"HTTP 429", "RESOURCE_EXHAUSTED"} == set()
    assert found["truth"]["sufficient"]


def test_in_shadow_nobody_is_refused_and_it_is_counted(tmp_path_factory) -> None:
    folder = tmp_path_factory.mktemp("shadow")
    configuration = folder / "camplane.yaml"
    configuration.write_text(
        f"gateway: {{rate: {{requests_per_second: {EACH_SECOND}, mode: shadow}}}}\n"
    )
    with ending(folder) as start:
        up: Up = start("--config", str(configuration))
        assert {up.http.get(RULES).status_code for _ in range(6 * EACH_SECOND)} == {200}

        def would_be() -> float:
            text = up.http.get("/metrics/envoy").text
            name = "envoy_http_local_rate_limit_rate_limited{"
            lines = [one for one in text.splitlines() if one.startswith(name)]
            return sum(float(one.split()[-1]) for one in lines)

        assert until(would_be, 20, "it is counted")
