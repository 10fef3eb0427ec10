"""Envoy copies reads to the path that does not answer them, and nothing else notices."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from google.protobuf.message_factory import GetMessageClass

from gateway.proxy.files import read_routing
from gateway.proxy.mirrors import NOT_MIRRORED
from gateway.telemetry import envoy_counts
from gateway.vocabulary.route_table import CONTRACTS, PARAMETER, Binding, bindings
from gateway.vocabulary.routing import Routing
from gateway.vocabulary.split import CONTEXTS, Split
from servicekit.idempotency import has_effect
from servicekit.replies import MIRRORED, SELF, SHADOW
from tests.integration.gateway.rig import Gateway, running, until
from tests.integration.gateway.upstream import GoneError

ALL = {"camera": 100, "alert": 100}


@pytest.fixture(scope="module")
def mirroring() -> Iterator[Gateway]:
    """A gateway that sends everything to domain and mirrors all reads."""
    with running(Split(100, 100)) as gateway:
        gateway.route(Routing(Split(100, 100), mirrored=ALL))
        yield gateway


@pytest.fixture
def gateway(mirroring: Gateway) -> Iterator[Gateway]:
    mirroring.take_received()
    yield mirroring
    for upstream in mirroring.upstreams.values():
        upstream.behave, upstream.serving = None, True
    now = read_routing(mirroring.directory)
    mirroring.route(replace(now, split=Split(100, 100), pins={}, mirrored=ALL))


def arrived(gateway: Gateway, count: int) -> Counter[tuple[str, str]]:
    """Wait for so many calls; return by service and by copy ("" for none) how many there were.

    What one path is asked twice comes besides: it is only a share, and may be the first to come.
    """
    found: Counter[tuple[str, str]] = Counter()

    def all_of_them() -> bool:
        found.update((name, one.metadata.get(SHADOW, "")) for name, one in gateway.take_received())
        return sum(number for (_, part), number in found.items() if part != SELF) >= count

    until(all_of_them)
    return found


def reads() -> list[Binding]:
    return [
        one
        for one in bindings()
        if one.rpc.context in CONTEXTS and not one.rpc.is_streaming
        if not has_effect(one.rpc.path)
    ]


def ask(gateway: Gateway, binding: Binding) -> None:
    path = PARAMETER.sub("1", binding.template)
    body = "{}" if binding.takes_body else None
    assert gateway.rest(binding.http_method, path, body).status == 200


def test_each_read_over_rest_reaches_the_other_path_too(gateway: Gateway) -> None:
    copied = [one for one in reads() if one.rpc.name not in NOT_MIRRORED]
    for binding in copied:
        ask(gateway, binding)
        found = arrived(gateway, 2)
        context = binding.rpc.context
        found.pop((f"{context}/domain", "self"), None)
        assert found == {(f"{context}/domain", ""): 1, (f"{context}/legacy", "cross"): 1}


def test_no_write_stream_or_picture_is_ever_copied(gateway: Gateway) -> None:
    with gateway.channel() as channel:
        asked = 0
        for contract in CONTRACTS:
            for service in contract.DESCRIPTOR.services_by_name.values():
                for method in service.methods:
                    name = f"/{service.full_name}/{method.name}"
                    unread = has_effect(name) or method.server_streaming
                    unread |= method.name in NOT_MIRRORED
                    if service.full_name.split(".")[1] not in CONTEXTS or not unread:
                        continue
                    reply = GetMessageClass(method.output_type).FromString
                    request = GetMessageClass(method.input_type)()
                    data = request.SerializeToString()
                    if method.server_streaming:
                        list(channel.unary_stream(name, None, reply)(data, timeout=5))
                    else:
                        channel.unary_unary(name, None, reply)(data, timeout=5)
                    asked += 1
    for binding in bindings():
        rpc = binding.rpc
        unread = rpc.is_streaming or has_effect(rpc.path)
        unread |= rpc.name in NOT_MIRRORED
        if rpc.context in CONTEXTS and unread:
            path = PARAMETER.sub("1", binding.template)
            body = "{}" if binding.takes_body else None
            assert gateway.rest(binding.http_method, path, body).status < 300
            asked += 1
    # The last one is copied: what was sent before it has arrived when its copy has.
    gateway.rest("GET", "/api/v1/cameras/c/status")
    found = arrived(gateway, asked + 2)
    found.pop(("camera/domain", "self"), None)
    assert found.pop(("camera/legacy", "cross")) == 1
    assert {part for _, part in found} == {""}
    assert sum(found.values()) == asked + 1


def test_a_native_call_is_copied_with_its_key_and_its_trace(gateway: Gateway) -> None:
    with gateway.channel() as channel:
        call = channel.unary_unary("/camplane.camera.v1.CameraService/GetCameraStatus")
        call(b"", timeout=5, metadata=[("x-camera-id", "c"), ("x-camplane-shadow", "self")])
    parts: dict[str | None, Mapping[str, str]] = {}

    def both_are_there() -> bool:
        parts.update((one.metadata.get(SHADOW), one.metadata) for _, one in gateway.take_received())
        return {None, "cross"} <= parts.keys()

    until(both_are_there)
    assert len({one["x-camplane-request-key"] for one in parts.values()}) == 1
    assert all(one[MIRRORED] == "true" for one in parts.values())


def test_a_share_is_copied_of_either_path_alike_and_a_quarter_of_it_to_its_own(
    gateway: Gateway,
) -> None:
    gateway.route(Routing(Split(20, 20), mirrored={"alert": 20}))
    requests = 2000
    with gateway.channel() as channel:
        call = channel.unary_unary("/camplane.alert.v1.AlertService/ListRules")
        for _ in range(requests):
            call(b"", timeout=5)
    found = arrived(gateway, requests)

    def settled() -> bool:
        more = Counter(
            (name, one.metadata.get(SHADOW, "")) for name, one in gateway.take_received()
        )
        found.update(more)
        return not more

    until(settled)
    to_domain = found["alert/domain", ""]
    assert 320 <= to_domain <= 480
    assert found["alert/legacy", ""] == requests - to_domain
    # Copies of what domain answered went to legacy, and the other way round.
    assert 45 <= found["alert/legacy", "cross"] <= 120
    assert 250 <= found["alert/domain", "cross"] <= 390
    of_self = found["alert/legacy", "self"] + found["alert/domain", "self"]
    assert 60 <= of_self <= 145


def test_a_copy_for_a_domain_that_is_down_reaches_nobody(gateway: Gateway) -> None:
    gateway.route(Routing(Split(0, 0), mirrored=ALL))
    gateway.upstreams["camera/domain"].stop()
    try:
        for _ in range(20):
            assert gateway.rest("GET", "/api/v1/cameras/c/status").path == "legacy"
        found = arrived(gateway, 20)
        assert found["camera/legacy", ""] == 20
        assert found["camera/legacy", "cross"] == 0
    finally:
        gateway.upstreams["camera/domain"].start()


def test_a_copy_that_fails_is_not_asked_again_and_hurts_no_request(gateway: Gateway) -> None:
    gateway.route(Routing(Split(0, 0), mirrored=ALL))

    def refuse(rpc: str, request: object) -> None:
        raise GoneError("no database")

    gateway.upstreams["camera/domain"].behave = refuse
    answer = gateway.rest("GET", "/api/v1/cameras/c/status")
    assert (answer.status, answer.path, "x-camplane-fallback" in answer.headers) == (
        200,
        "legacy",
        False,
    )
    found = arrived(gateway, 2)
    found.pop(("camera/legacy", "self"), None)
    assert found == {("camera/legacy", ""): 1, ("camera/domain", "cross"): 1}


def test_envoys_own_counters_of_the_paths_count_no_copy(gateway: Gateway) -> None:
    async def copies(admin: Any) -> int:
        (total,) = await admin.stats(r"^cluster\.camera_legacy_shadow\.upstream_rq_total$")
        return int(total["value"])

    before, copied = gateway.ask(envoy_counts.ask).by_code, gateway.ask(copies)
    for _ in range(10):
        gateway.rest("GET", "/api/v1/cameras/c/status")
    status = ("camera_domain", "CameraService/GetCameraStatus", "OK")
    after = gateway.ask(envoy_counts.ask).by_code
    grown = {key: count - before.get(key, 0) for key, count in after.items()}
    assert {key: count for key, count in grown.items() if count} == {status: 10}
    assert gateway.ask(copies) == copied + 10
