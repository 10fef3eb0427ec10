"""The index over the routes finds what the routes find one by one."""

import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.proxy.actions import Actions
from gateway.proxy.route_index import head, indexed
from gateway.proxy.routes import table
from gateway.proxy.topology import Topology
from gateway.vocabulary.route_table import PARAMETER, rpcs, templates
from gateway.vocabulary.routing import Routing
from gateway.vocabulary.split import Split

Route = dict[str, Any]

_ADDRESSES = {
    "admin_socket": "/run/admin.sock",
    "control": "unix:/run/control.sock",
    "camera_domain": "unix:/run/camera-domain.sock",
    "alert_domain": "127.0.0.1:5001",
    "cors_origins": (r"https://a\.example",),
    "metrics": {"control": "unix:/run/metrics.sock"},
}
_TOPOLOGIES = [
    Topology(
        **_ADDRESSES, camera_legacy="unix:/run/old.sock", alert_legacy="unix:/run/alerts.sock"
    ),
    Topology(**_ADDRESSES, old_http="127.0.0.1:8000"),
]
_TABLES = [
    table(Actions(topology, Routing(Split(30, 50), mirrored={"camera": 5}), side))
    for topology in _TOPOLOGIES
    for side in ("", "domain")
]
_INDEXES = [indexed(routes) for routes in _TABLES]

_KNOWN = [
    *(PARAMETER.sub("hall-1", template) for template in templates()),
    *(rpc.path for rpc in rpcs()),
    *("/ui", "/ui/app.js", "/metrics/camera/domain", "/health", "/api/openapi.json"),
]
_PIECES = sorted({piece for path in _KNOWN for piece in path.split("/")} | {"", "%2F", "x", ".."})


@st.composite
def _paths(draw: st.DrawFn) -> str:
    """Draw a path: a known one, changed a little, or one of pieces that paths have."""
    if draw(st.booleans()):
        return "/" + "/".join(draw(st.lists(st.sampled_from(_PIECES), max_size=7)))
    path = draw(st.sampled_from(_KNOWN))
    at = draw(st.integers(1, len(path)))
    return path[:at] + draw(st.sampled_from(["", "/", "s", "-export", "%2f", "A"])) + path[at:]


def _takes(match: Route, path: str) -> bool:
    if "path" in match:
        return bool(path == match["path"])
    if "prefix" in match:
        return path.startswith(match["prefix"])
    return re.fullmatch(match["safe_regex"]["regex"], path) is not None


def _looked_up(index: Route, path: str) -> list[Route]:
    """Return the routes that Envoy is left with: of the longest beginning that the path has."""
    by_prefix = index["matcher_tree"]["prefix_match_map"]["map"]
    found = max((key for key in by_prefix if path.startswith(key)), key=len, default=None)
    outcome = index["on_no_match"] if found is None else by_prefix[found]
    routes: list[Route] = outcome["action"]["typed_config"]["routes"]
    return routes


@given(_paths())
@example("/api/v1/camerasx/hall/start")
@example("/api/v1/cameras//")
@example("/api/v1")
def test_the_index_finds_the_routes_of_a_path_in_their_order(path: str) -> None:
    """Whatever the path, those that match it stay, and none comes before another that did not."""
    for routes, index in zip(_TABLES, _INDEXES, strict=True):
        left = [one for one in _looked_up(index, path) if _takes(one["match"], path)]
        assert left == [one for one in routes if _takes(one["match"], path)]


def test_what_is_passed_through_meets_few_routes() -> None:
    """A path of the old server's own is tried against a handful, not against every operation."""
    routes = _looked_up(_INDEXES[2], "/api/v1/system/info")
    assert len(routes) < 10 < 300 < len(_TABLES[2])


@pytest.mark.parametrize(
    ("match", "beginning"),
    [
        ({"path": "/ui"}, "/ui"),
        ({"prefix": "/grpc.health.v1.Health/"}, "/grpc.health.v1.Health/"),
        ({"safe_regex": {"regex": r"/api/v1/cameras/[^/]+/auto\-start"}}, "/api/v1/cameras/"),
        ({"safe_regex": {"regex": r"/a\.b/c*"}}, "/a.b/"),
        ({"safe_regex": {"regex": r"/api/\w+"}}, "/api/"),
        ({"safe_regex": {"regex": "/a|/b"}}, ""),
    ],
)
def test_the_beginning_of_a_match_is_all_that_is_certain(match: Route, beginning: str) -> None:
    """A beginning holds for each path that the match takes; what may be absent is not in it."""
    assert head(match) == beginning
