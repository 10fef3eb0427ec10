"""What Envoy is told of access: nothing when it is off, and a role on every route."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.proxy.actions import Actions
from gateway.proxy.authentication import OF_IDENTITY
from gateway.proxy.authorization import OLD_READ, OLD_WRITE, guarded, needed, needing
from gateway.proxy.bootstrap_document import bootstrap_document
from gateway.proxy.old_server import DOMAINS_ALONE
from gateway.proxy.rest_routes import LUA
from gateway.proxy.revocation import revoked_document
from gateway.proxy.routes import table
from gateway.proxy.topology import Access, Certificate, Issuer, Login, Tls, Topology
from gateway.vocabulary.roles import PUBLIC
from gateway.vocabulary.route_table import rpcs
from gateway.vocabulary.routing import Routing
from gateway.vocabulary.split import Split
from servicekit import readers

ADDRESSES = {name: f"unix:/run/{name}.sock" for name in ("camera_domain", "alert_domain")}
ADDRESSES |= {"admin_socket": "/run/admin.sock", "control": "unix:/run/control.sock"}
LEGACY = {name: f"unix:/run/{name}.sock" for name in ("camera_legacy", "alert_legacy")}
ON = Access("on", public_keys="/keys.json")
BY = "camplane.certificate"


def bootstrap(access: Access, **options: Any) -> dict[str, Any]:
    topology = Topology(**ADDRESSES, **(options or LEGACY), access=access)
    return bootstrap_document(topology, Path("/envoy/routes.json"), Path("/envoy/weights.json"))


def manager(document: dict[str, Any]) -> dict[str, Any]:
    listener = document["static_resources"]["listeners"][0]
    found: dict[str, Any] = listener["filter_chains"][0]["filters"][0]["typed_config"]
    return found


def filters(access: Access) -> list[str]:
    return [one["name"] for one in manager(bootstrap(access))["http_filters"]]


def test_without_access_there_is_no_filter_of_it() -> None:
    """As it comes, a request passes what it always passed."""
    off, on = filters(Access()), filters(ON)
    added = ["envoy.filters.http.jwt_authn", "camplane.identity", "camplane.revoked"]
    added += ["envoy.filters.http.rbac", "camplane.scopes"]
    assert [name for name in on if name not in off] == added
    assert [name for name in on if name in off] == off
    assert on.index("envoy.filters.http.rbac") < on.index("envoy.filters.http.lua")


@pytest.mark.parametrize("access", [Access(), ON, Access("shadow", public_keys="/keys.json")])
def test_nobody_says_in_a_header_who_they_are(access: Access) -> None:
    """What clients send of it is dropped before anything else, whatever the mode."""
    (first,) = manager(bootstrap(access))["early_header_mutation_extensions"]
    matchers = [
        one["remove_on_match"]["key_matcher"]
        for one in first["typed_config"]["mutations"]
        if "remove_on_match" in one
    ]
    patterns = [one["safe_regex"] for one in matchers if "safe_regex" in one]
    assert patterns == [{"regex": OF_IDENTITY}]
    names = (
        "camplane-subject",
        "camplane_roles",
        "camplane-token_id",
        "camplane_cameras",
        "camplane-token-ends",
        "camplane-certificate",
    )
    assert all(re.fullmatch(OF_IDENTITY, name) for name in names)
    assert not re.fullmatch(OF_IDENTITY, "camplane-tool")


@pytest.mark.parametrize("pinned_to", ["", "domain", "legacy"])
def test_no_token_of_some_cameras_comes_to_an_old_server(pinned_to: str) -> None:
    """Whatever may be asked of it there, in domain's place too, says that it takes all cameras."""
    topology = Topology(**ADDRESSES, old_http="127.0.0.1:8000", access=ON)
    routes = table(Actions(topology, Routing(Split(50, 50)), pinned_to))
    domains = {"control", "alert_grpc_domain"}
    asked = [one for one in routes if clusters(one) - domains and not is_native(one)]
    assert len(asked) > 30
    for route in asked:
        says = route["metadata"]["filter_metadata"]["camplane"]
        assert says.get("cameras") == "all" or needed(route) in (OLD_READ, OLD_WRITE), route
    native = {name for one in routes if is_native(one) for name in clusters(one)}
    assert (
        {"camera_grpc_domain"} <= native <= {"camera_grpc_domain", "alert_grpc_domain", "control"}
    )


def is_native(route: dict[str, Any]) -> bool:
    return "grpc" in route["match"]


def is_domains_alone(route: dict[str, Any]) -> bool:
    return route["name"].partition(" ")[0].partition("/")[2] in DOMAINS_ALONE


def clusters(route: dict[str, Any]) -> set[str]:
    action = route.get("route", {})
    weighted = action.get("weighted_clusters", {}).get("clusters", [])
    return {one["name"] for one in weighted} | (
        {action["cluster"]} if "cluster" in action else set()
    )


@pytest.mark.parametrize("old", [None, "127.0.0.1:8000"])
def test_every_route_says_its_role_and_an_rpcs_is_that_of_its_contract(old: str | None) -> None:
    """Over REST and native; none is public that no contract calls so, but for files and probes."""
    topology = Topology(**ADDRESSES, **({"old_http": old} if old else LEGACY), access=ON)
    routes = table(Actions(topology, Routing(Split(50, 50))))
    assert all(map(needed, routes))
    of_rpcs = {rpc.label: rpc for rpc in rpcs()}
    operations = [one for one in routes if one["name"].partition(" ")[0] in of_rpcs]
    assert {one["name"].partition(" ")[0] for one in operations} == set(of_rpcs)
    for route in operations:
        rpc = of_rpcs[route["name"].partition(" ")[0]]
        # It shows secrets to all whom it answers; monitoring is the control process's own.
        is_operation = rpc.label.startswith(("Camera", "Alert")) and rpc.name not in DOMAINS_ALONE
        of_old = old and rpc.unmasked and is_operation and not is_native(route)
        assert needed(route) == (rpc.unmasked if of_old else rpc.role)
    public = {one["name"] for one in routes if needed(one) == PUBLIC} - of_rpcs.keys()
    assert public <= {"page", "preflight", "here", "grpc.health.v1.Health"}
    passed = {needed(one) for one in routes if one["name"].startswith("old server")}
    assert passed == ({OLD_READ, OLD_WRITE, "operator"} if old else set())


@pytest.mark.parametrize("old", [None, "127.0.0.1:8000"])
def test_who_reads_secrets_is_told_wherever_a_service_answers_others(old: str | None) -> None:
    """Not to an old server, which would not know; and to nobody while nobody is refused."""
    shadow = Access("shadow", public_keys="/keys.json")
    for access in (ON, shadow, Access()):
        topology = Topology(**ADDRESSES, **({"old_http": old} if old else LEGACY), access=access)
        for pinned_to in ("", "legacy", "domain"):
            routes = table(Actions(topology, Routing(Split(50, 50)), pinned_to))
            told = [one for one in routes if tells_readers(one)]
            names = {one["name"].partition(" ")[0] for one in told}
            # The tables of pinned cameras hold what is of a camera.
            masked = {one for one in MASKED if one.startswith("Camera") or not pinned_to}
            assert names == (masked if access.refuses else set()), pinned_to
            ours = [one for one in told if not one["name"].startswith("Monitoring")]
            assert not old or all(is_native(one) or is_domains_alone(one) for one in ours)


def tells_readers(route: dict[str, Any]) -> bool:
    """Does the route say who reads secrets?"""
    for one in route.get("request_headers_to_add", ()):
        if one["header"]["key"] == readers.METADATA:
            assert one["header"]["value"] == "operator,admin"
            assert one["append_action"] == "OVERWRITE_IF_EXISTS_OR_ADD"
            return True
    return False


MASKED = {
    f"{context}{rest}Service/{name}"
    for rest in ("", "Rest")
    for context, names in {
        "Camera": ("ListCameras", "GetCamera"),
        "Alert": ("ListRules", "GetRule", "ListHistory"),
    }.items()
    for name in names
} | {
    "AlertService/ListRuleStates",
    "AlertService/TestRule",
    "AlertService/ListAlerts",
    "AlertService/GetAlert",
    "AlertService/ListSnoozes",
    "CameraService/WatchCameras",
    "CameraService/GetCameraLogs",
    "CameraService/TailCameraLogs",
    "CameraRestService/TailCameraLogs",
    "CameraService/RepairConsistency",
    "MonitoringService/RepairConsistency",
}


def test_a_route_to_a_service_that_says_no_role_is_not_written() -> None:
    """What the gateway answers by itself needs a token, unless it says otherwise."""
    with pytest.raises(ValueError, match="does not say which role"):
        guarded([{"name": "new", "match": {"prefix": "/"}, "route": {"cluster": "x"}}])
    direct = {"name": "not found", "direct_response": {"status": 404}}
    assert [needed(one) for one in guarded([direct, needing(PUBLIC, direct)])] == [
        "viewer",
        "public",
    ]
    known = {"metadata": {"filter_metadata": {LUA: {"query": {}}}}}
    assert needing("viewer", known)["metadata"]["filter_metadata"][LUA] == {"query": {}}


def test_a_policy_that_is_tried_has_no_rules_that_refuse() -> None:
    """Neither of roles nor of revoked tokens, and no answer is rewritten."""
    shadow = Access("shadow", public_keys="/keys.json")
    (rbac,) = [f for f in manager(bootstrap(shadow))["http_filters"] if f["name"].endswith("rbac")]
    assert "shadow_rules" in rbac["typed_config"]
    assert "rules" not in rbac["typed_config"]
    (tried,) = revoked_document(["a"], refuses=False)["resources"]
    assert "rules" not in tried["typed_config"]
    replies = [manager(bootstrap(one))["local_reply_config"] for one in (shadow, Access(), ON)]
    assert replies[0] == replies[1] != replies[2]


def test_revoked_tokens_are_named_and_nobody_elses_is_like_them() -> None:
    """The version tells one list from another; without any, there is no policy."""
    document = revoked_document(["a.1", "b2"], refuses=True)
    (extension,) = document["resources"]
    (policy,) = extension["typed_config"]["rules"]["policies"].values()
    regex = re.search(r'"regex": "([^"]*)"', json.dumps(policy))
    assert regex is not None
    matches = json.loads(f'"{regex[1]}"')
    assert [bool(re.fullmatch(matches, one)) for one in ("a.1", "b2", "a_1", "b", "a.1b2")] == [
        *(True, True),
        *(False, False, False),
    ]
    none = revoked_document([], refuses=True)
    assert none["resources"][0]["typed_config"]["rules"]["policies"] == {}
    assert none["version_info"] != document["version_info"]


def test_a_providers_keys_come_by_tls_from_the_host_that_its_url_names() -> None:
    """And its roles are where its tokens have them; an old server gets the same token."""
    issuer = Issuer("https://id", "camplane", "https://id.example.com/keys", "", ("realm", "roles"))
    access = Access("on", public_keys="/keys.json", issuers=(issuer,))
    document = bootstrap(access)
    (cluster,) = [
        one for one in document["static_resources"]["clusters"] if one["name"].startswith("keys_of")
    ]
    tls = cluster["transport_socket"]["typed_config"]
    assert tls["sni"] == "id.example.com"
    (name,) = tls["common_tls_context"]["validation_context"]["match_typed_subject_alt_names"]
    assert name["matcher"]["exact"] == "id.example.com"
    for options, forwards in (({}, False), ({"old_http": "127.0.0.1:8000"}, True)):
        (jwt,) = [
            one
            for one in manager(bootstrap(access, **options))["http_filters"]
            if one["name"].endswith("jwt_authn")
        ]
        providers = jwt["typed_config"]["providers"]
        assert providers["issuer0"]["forward"] is forwards
        assert "forward" not in providers["camplane"]


def test_a_topology_is_read_as_it_was_written() -> None:
    """Also by another process, and of a release that knew no access."""
    issuer = Issuer("https://id", "camplane", "https://id/keys", "", ("realm", "roles"))
    issuer = replace(issuer, login=Login("page", "https://id/a", "https://id/t", "SECRET"))
    by = (Certificate(("viewer",), ("hall-*",), san="a.example"),)
    topology = Topology(**ADDRESSES, **LEGACY, access=Access("on", "required", "/k", (issuer,), by))
    assert Topology.from_json(topology.to_json()) == topology
    fields = json.loads(topology.to_json())
    del fields["access"]
    assert Topology.from_json(json.dumps(fields)).access == Access()


def test_the_pages_login_is_on_its_own_paths_alone() -> None:
    """Nobody else is led to the provider; what an ID token is for is taken, an access token's not.

    With access off there is none, whatever the file says.
    """
    at = Login("page", "https://id/a", "https://id/t", "SECRET")
    for token, audiences in (("id", ["camplane", "page"]), ("access", ["camplane"])):
        login = replace(at, token=token)
        issuer = Issuer("https://id", "camplane", "https://id/keys", login=login)
        access = Access("on", public_keys="/keys.json", issuers=(issuer,))
        found = {one["name"]: one for one in manager(bootstrap(access))["http_filters"]}
        assert found["envoy.filters.http.oauth2"]["disabled"] is True
        jwt = found["envoy.filters.http.jwt_authn"]["typed_config"]
        assert jwt["providers"]["issuer0"]["audiences"] == audiences
        topology = Topology(**ADDRESSES, **LEGACY, access=access)
        routes = table(Actions(topology, Routing(Split(0, 0))))
        turned_on = [
            route["match"]["path"]
            for route in routes
            if "envoy.filters.http.oauth2" in route.get("typed_per_filter_config", {})
        ]
        assert turned_on == ["/ui/oidc", "/ui/oidc/callback"]
        assert "envoy.filters.http.oauth2" not in filters(replace(access, mode="off"))


def test_certificates_of_clients_are_verified_and_required_as_it_is_said() -> None:
    """None is asked for without an authority; what clients say of one is dropped anyhow."""
    for tls, verified, required in (
        (Tls("/c", "/k"), False, False),
        (Tls("/c", "/k", client_ca="/ca"), True, False),
        (Tls("/c", "/k", client_ca="/ca", require_client=True), True, True),
    ):
        document = bootstrap(ON, **LEGACY, tls=tls)
        (chain,) = document["static_resources"]["listeners"][0]["filter_chains"]
        context = chain["transport_socket"]["typed_config"]
        common = context["common_tls_context"]
        assert ("validation_context_sds_secret_config" in common) is verified
        assert context["require_client_certificate"] is required
        assert manager(document)["forward_client_cert_details"] == "SANITIZE"


def test_a_certificates_name_is_text_and_nothing_else() -> None:
    """Whatever characters it has, none ends the text that Envoy compares it with."""
    name = "spiffe://a/'}[x]) + %REQ(a)% \\"
    access = replace(ON, certificates=(Certificate(("viewer",), san=name),))
    (filter_,) = [one for one in manager(bootstrap(access))["http_filters"] if one["name"] == BY]
    told = filter_["typed_config"]["extension_config"]["typed_config"]["mutations"]
    text = r"'((?:[A-Za-z0-9 ._:/@*-]|\\x[0-9a-f]{2})*)'"
    found = rf"{{{text}: {text}}}"
    of_dns, of_uri = (f"connection.{kind}_san_peer_certificate" for kind in ("dns", "uri"))
    subject = "{}[connection.subject_peer_certificate]"
    for one in told["request_mutations"]:
        value = one["append"]["header"]["value"]
        (key, told_of), _ = re.findall(found, value)
        assert key.encode().decode("unicode_escape") == name
        names = f"{{'{key}': '{told_of}'}}"
        of_san = f"has({of_dns}) ? {names}[{of_dns}] : ({subject})"
        assert value == f"%CEL(has({of_uri}) ? {names}[{of_uri}] : ({of_san}))%"
