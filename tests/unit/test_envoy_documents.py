"""The documents that Envoy reads, as far as they can be judged without Envoy."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from gateway.proxy import old_server
from gateway.proxy.actions import Actions
from gateway.proxy.clusters import clusters
from gateway.proxy.forwarded import strangers
from gateway.proxy.mirrors import why_no_mirrors
from gateway.proxy.rest_routes import LUA
from gateway.proxy.routes import are_alike, routes_document, table
from gateway.proxy.topology import Limits, OldServer, Tls, Topology, needs_dns, parse_address
from gateway.proxy.weights import recorded, weights_document
from gateway.vocabulary.route_table import bindings, rpcs
from gateway.vocabulary.routing import Routing
from gateway.vocabulary.split import Split
from gateway.vocabulary.weight_history import WeightHistory
from servicekit.idempotency import has_effect

ADDRESSES = {
    "admin_socket": "/run/admin.sock",
    "control": "unix:/run/control.sock",
    "camera_domain": "unix:/run/camera-domain.sock",
    "alert_domain": "127.0.0.1:5001",
}
TOPOLOGY = Topology(
    **ADDRESSES, camera_legacy="unix:/run/camera-legacy.sock", alert_legacy="alerts.local:5002"
)
NO_WEIGHTS: Mapping[str, int] = {}
BEFORE_MONOLITH = Topology(**ADDRESSES, old_http="127.0.0.1:8000")


def routes(topology: Topology, split: Split, **options: Any) -> list[dict[str, Any]]:
    return table(Actions(topology, Routing(split, **options)))


def weighted(route: dict[str, Any], weights: Mapping[str, int] = NO_WEIGHTS) -> dict[str, int]:
    """The shares of a route, looked up among the weights as Envoy does."""
    choice = route.get("route", {}).get("weighted_clusters", {"clusters": ()})
    prefix = choice.get("runtime_key_prefix")
    return {
        entry["name"]: weights.get(f"{prefix}.{entry['name']}", entry["weight"])
        for entry in choice["clusters"]
    }


def looked_up(topology: Topology, routing: Routing) -> dict[str, int]:
    document = weights_document(topology, routing, "r", WeightHistory())
    found: dict[str, int] = document["resources"][0]["layer"]
    return found


def is_operation(route: dict[str, Any]) -> bool:
    return LUA in route["metadata"]["filter_metadata"]


def plain(topology: Topology, split: Split, **options: Any) -> Iterator[dict[str, Any]]:
    """The REST routes without force_domain."""
    for route in routes(topology, split, **options):
        matched = route["match"]
        if "route" in route and is_operation(route) and "query_parameters" not in matched:
            yield route


def test_every_operation_and_every_rpc_has_exactly_one_route_of_its_own() -> None:
    rest = [route["name"] for route in plain(TOPOLOGY, Split(30, 50))]
    labels = [name.partition(" ")[0] for name in rest]
    assert sorted(labels) == sorted(one.rpc.label for one in bindings())
    before = [
        route["match"]["safe_regex"]["regex"] for route in plain(BEFORE_MONOLITH, Split(0, 0))
    ]
    assert "/health" not in before
    assert len(before) == len(rest) - 1
    native = [
        route["match"]["path"]
        for route in routes(TOPOLOGY, Split(0, 0))
        if "grpc" in route["match"] and "path" in route["match"]
    ]
    assert native == [rpc.path for rpc in rpcs()]


@pytest.mark.parametrize("topology", [TOPOLOGY, BEFORE_MONOLITH])
def test_routes_name_only_clusters_that_exist(topology: Topology) -> None:
    named = {name for route in routes(topology, Split(1, 2)) for name in weighted(route)}
    named |= {
        route["route"]["cluster"]
        for route in routes(topology, Split(1, 2))
        if "cluster" in route.get("route", {})
    }
    assert named <= {cluster["name"] for cluster in clusters(topology)}


def test_weights_are_those_of_the_split_domain_first_and_add_up_to_100() -> None:
    weights = looked_up(TOPOLOGY, Routing(Split(camera=30, alert=50)))
    for route in plain(TOPOLOGY, Split(camera=30, alert=50)):
        shares = list(weighted(route, weights).items())
        if shares[0][0] == "control":
            assert shares == [("control", 100)]
        else:
            context = shares[0][0].partition("_")[0]
            percent = {"camera": 30, "alert": 50}[context]
            assert shares == [(f"{context}_domain", percent), (f"{context}_legacy", 100 - percent)]


def test_without_weights_everything_is_legacys() -> None:
    for route in plain(TOPOLOGY, Split(30, 50)):
        assert {weight for name, weight in weighted(route).items() if "_domain" in name} <= {0}


def tables(routing: Routing) -> dict[str, list[dict[str, Any]]]:
    """The routes by the side that cameras are pinned to; "" for all others."""
    sides = ("", *sorted({*routing.pins.values()}))
    return {side: table(Actions(TOPOLOGY, routing, side)) for side in sides}


def test_pinned_cameras_have_tables_of_their_own_and_are_named_so_in_traces() -> None:
    routing = Routing(Split(30, 50), pins={"cam7": "legacy", "cam8": "domain", "cam9": "legacy"})
    found = tables(routing)
    assert found[""] == routes(TOPOLOGY, Split(30, 50))
    for side in ("legacy", "domain"):
        # Its paths are fewer, and so is what leads to all of them.
        for_any = ("preflight", "not JSON", "trailing slash")
        changed = [
            one for one in found[side] if one not in found[""] and one["name"] not in for_any
        ]
        names = [one["name"] for one in changed]
        assert names and all(name.endswith(" pinned") for name in names)
        assert {name.partition(" ")[0] for name in names} == {
            rpc.label for rpc in rpcs() if rpc.is_of_one_camera
        }
        for one in changed:
            assert weighted(one)[f"camera_{side}"] == 100, one["name"]


def test_the_operations_of_one_camera_are_those_with_its_id_in_the_path() -> None:
    for one in bindings():
        of_one = one.rpc.context == "camera" and one.sticky_parameter == "camera_id"
        assert one.rpc.is_of_one_camera is of_one, one.rpc.label


def test_the_version_is_the_token_and_a_digest_of_the_content() -> None:
    def version(token: int) -> tuple[str, str]:
        document = weights_document(
            TOPOLOGY, Routing(Split(1, 0), token=token), "r", WeightHistory()
        )
        number, _, digest = document["version_info"].partition("-")
        return number, digest

    assert version(7)[0] == "7"
    assert version(7)[1] != version(8)[1]


def test_the_version_follows_the_content() -> None:
    def version(percent: int, routes_version: str) -> str:
        document = weights_document(
            TOPOLOGY, Routing(Split(percent, 0)), routes_version, WeightHistory()
        )
        assert recorded(document).version == document["version_info"]
        assert recorded(document).routes_version == routes_version
        return recorded(document).version

    assert version(1, "r") == version(1, "r")
    assert len({version(1, "r"), version(2, "r"), version(1, "s")}) == 3


def test_routings_with_the_same_routes_are_known() -> None:
    """All but split and token is in the routes; that they need not be made is told by this."""
    here = Routing(Split(1, 0), pins={"cam7": "domain"}, mirrored={"camera": 5})
    for moved in (
        replace(here, split=Split(2, 3)),
        replace(here, token=9),
        replace(here, pins={}),
        replace(here, pins={"cam7": "legacy"}),
        replace(here, mirrored={}),
    ):
        same = routes_document(TOPOLOGY, here) == routes_document(TOPOLOGY, moved)
        assert are_alike(here, moved) is same


def test_only_paths_with_an_id_are_sticky() -> None:
    by_label = {one.rpc.label: one for one in bindings()}
    for route in plain(TOPOLOGY, Split(30, 50)):
        binding = by_label[route["name"].partition(" ")[0]]
        sticky = binding.sticky_parameter is not None and binding.rpc.context != "gateway"
        assert ("hash_policy" in route["route"]) is sticky, route["name"]


def test_a_lost_answer_is_asked_for_again_and_each_request_has_a_key() -> None:
    for route in plain(TOPOLOGY, Split(30, 50)):
        clusters = route["route"]["weighted_clusters"]["clusters"]
        added = [
            {
                one["header"]["key"]: one["header"]["value"]
                for one in entry["request_headers_to_add"]
            }
            for entry in clusters
            if entry["name"] != "control"
        ]
        if "control" in weighted(route):
            assert "retry_policy" not in route["route"]
        else:
            retried = route["route"]["retry_policy"]["retry_on"].split(",")
            assert "reset" in retried, route["name"]
            assert all(headers["x-camplane-request-key"] == "%UNIQUE_ID%" for headers in added)


def test_the_old_server_stands_in_for_domain_and_for_a_write_only_when_nothing_was_done() -> None:
    by_name = {one["name"]: one for one in clusters(BEFORE_MONOLITH)}
    for context in ("camera", "alert"):
        both = by_name[f"{context}_domain"]["cluster_type"]["typed_config"]["clusters"]
        assert both == [old_server.DOMAIN_REST, old_server.STAND_IN]
    for route in plain(BEFORE_MONOLITH, Split(30, 50)):
        if weighted(route).keys() & {"control", "alert_grpc_domain"}:
            continue
        policy = route["route"]["retry_policy"]
        rpc = next(one for one in rpcs() if one.label == route["name"].partition(" ")[0])
        unserved, _ = policy["retriable_headers"]
        writes = has_effect(rpc.path)
        assert ("reset" in policy["retry_on"].split(",")) is not writes, route["name"]
        assert ("string_match" in unserved) is writes, route["name"]


@pytest.mark.parametrize(
    ("flags", "nothing_done"),
    [
        *((flags, True) for flags in ("UF 1", "UH 1", "UO 1", "UF,URX 1")),
        *((flags, False) for flags in ("UC 1", "UT 1", "UC,URX 1", "UR -", "UF 2", "UH 10", "")),
    ],
)
def test_what_was_lost_under_way_may_have_been_done(flags: str, nothing_done: bool) -> None:
    unserved, _ = old_server.fallback(has_effect=True)["retriable_headers"]
    regex = unserved["string_match"]["safe_regex"]["regex"]
    assert bool(re.fullmatch(regex, flags)) is nothing_done


def test_the_old_server_is_bounded_by_the_settings_alone() -> None:
    found = routes(BEFORE_MONOLITH, Split(0, 0))
    old = [one for one in found if one["name"].startswith("old server")]
    assert {one["route"]["timeout"] for one in old} == {"0s"}
    bounded = replace(BEFORE_MONOLITH, old_server=OldServer(request_seconds=7, idle_seconds=8))
    (*_, last) = routes(bounded, Split(0, 0))
    assert (last["route"]["timeout"], last["route"]["idle_timeout"]) == ("7s", "8s")


def test_a_topology_survives_its_json() -> None:
    topology = Topology(
        **ADDRESSES, old_http="127.0.0.1:8000", limits=Limits(request_bytes=5), cors_origins=("a",)
    )
    topology = replace(topology, old_server=OldServer(upgrade_idle_seconds=9))
    topology = replace(topology, metrics={"control": "unix:/run/metrics.sock"})
    assert Topology.from_json(topology.to_json()) == topology


def test_a_topology_without_an_old_side_is_refused() -> None:
    with pytest.raises(ValueError, match="old_http"):
        Topology(**ADDRESSES)


@pytest.mark.parametrize("address", ["unix:relative", "host", "host:0", "host:70000", ":80", ""])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="is no address"):
        parse_address(address)


def test_only_host_names_need_dns() -> None:
    assert needs_dns("camera:50051")
    assert not any(map(needs_dns, ("unix:/a.sock", "127.0.0.1:1", "[::1]:1")))


def test_a_mirrored_route_differs_from_the_plain_one_behind_it_in_the_copies_alone() -> None:
    found = routes(TOPOLOGY, Split(30, 50), mirrored={"camera": 20})
    plain_ones = routes(TOPOLOGY, Split(30, 50))
    copied = [one for one in found if "request_mirror_policies" in one.get("route", {})]
    assert [one for one in found if one not in copied] == plain_ones
    assert len(copied) > 10
    for one in copied:
        behind = found[found.index(one) + 1]
        assert one["name"] == behind["name"]
        assert one["match"].pop("runtime_fraction")
        assert one["match"] == behind["match"]
        assert weighted(one) == weighted(behind)
        assert one["route"]["timeout"] == behind["route"]["timeout"]
        assert one["route"].get("hash_policy") == behind["route"].get("hash_policy")


def test_nothing_is_mirrored_before_a_monolith_and_the_reason_is_told() -> None:
    mirrored = routes(BEFORE_MONOLITH, Split(30, 50), mirrored={"camera": 100, "alert": 100})
    assert mirrored == routes(BEFORE_MONOLITH, Split(30, 50))
    assert not [one for one in clusters(BEFORE_MONOLITH) if one["name"].endswith("_shadow")]
    assert "before a monolith" in why_no_mirrors(BEFORE_MONOLITH)
    assert "telemetry.enabled" in why_no_mirrors(TOPOLOGY)
    assert why_no_mirrors(replace(TOPOLOGY, otlp_endpoint="unix:/run/control.sock")) == ""


def test_metrics_are_asked_by_get_of_clusters_of_their_own() -> None:
    assert not [one for one in routes(TOPOLOGY, Split(0, 0)) if one["name"] == "metrics"]
    offered = {"control": "unix:/run/m.sock", "camera/domain": "127.0.0.1:9000"}
    topology = replace(TOPOLOGY, metrics=offered)
    found = [one for one in routes(topology, Split(0, 0)) if one["name"] == "metrics"]
    assert [(one["match"]["path"], one["route"]["cluster"]) for one in found] == [
        ("/metrics", "metrics_control"),
        ("/metrics/camera/domain", "metrics_camera_domain"),
        ("/metrics/envoy", "metrics_envoy"),
    ]
    assert {one["route"]["cluster"] for one in found} <= {one["name"] for one in clusters(topology)}
    assert all(one["match"]["headers"][0]["string_match"] == {"exact": "GET"} for one in found)


@pytest.mark.parametrize(("tls", "scheme"), [(None, "http"), (Tls("/c", "/k"), "https")])
def test_services_are_told_by_which_scheme_a_stranger_came(tls: Tls | None, scheme: str) -> None:
    """Whatever it says itself; the page's login comes back by the same one."""
    text = repr(strangers(replace(TOPOLOGY, tls=tls)))
    said = re.findall(r"'key': 'x-forwarded-proto', 'value': '(\w+)'", text)
    assert said == [scheme]


def test_before_the_monolith_events_are_domains_whatever_the_split() -> None:
    """It knows nothing of them, so it neither stands in nor draws a share."""
    found = [
        route
        for route in routes(BEFORE_MONOLITH, Split(0, 0))
        if route.get("name", "").startswith("AlertRestService/IngestEvents")
    ]
    assert [weighted(route) for route in found] == [{"alert_grpc_domain": 100}] * len(found)
    assert {route["name"] for route in found} == {"AlertRestService/IngestEvents forced"}
    assert len(found) == 4  # two that name force_domain, one without it, and gRPC
