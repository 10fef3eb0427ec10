"""Which resource, such as a camera, a request is about, by the URL. Pure."""

from collections import defaultdict
from functools import cache
from urllib.parse import parse_qsl, unquote

from gateway.vocabulary.route_table import PARAMETER, bindings, rpcs

_IDS = ("camera_id", "rule_id")


def resource_of(label: str, url: str) -> str:
    """Return the id of an operation's resource as the URL has it; "" for none.

    label: of the operation in the route table.
    """
    path = url[max(url.find("/", len("https://")), 0) :]
    for prefix in _prefixes().get(label, ()):
        if path.startswith(prefix):
            return unquote(path.removeprefix(prefix).partition("?")[0].partition("/")[0])
    return ""


def named_resource(named: str) -> str:
    """Return the id of what a write was of, as the service tells it (servicekit.naming), or ""."""
    return next((value for name, value in parse_qsl(named) if name in _IDS), "")


@cache
def deleting() -> frozenset[str]:
    """Return the labels of the operations after which a resource is no more."""
    return frozenset(one.rpc.label for one in bindings() if one.http_method == "DELETE")


@cache
def creating() -> frozenset[str]:
    """Return the labels of the operations that make what others delete, and of their twins."""
    deleted = (one.template for one in bindings() if one.http_method == "DELETE")
    kept_in = {template.rpartition("/")[0] for template in deleted}
    making = {
        (one.rpc.context, one.rpc.name)
        for one in bindings()
        if one.http_method == "POST" and one.template in kept_in
    }
    return frozenset(rpc.label for rpc in rpcs() if (rpc.context, rpc.name) in making)


@cache
def _prefixes() -> dict[str, tuple[str, ...]]:
    """Return what stands before the id in the paths of each operation that keeps its path."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for one in bindings():
        if one.sticky_parameter:
            found[one.rpc.label].add(PARAMETER.split(one.template)[0])
    return {label: tuple(sorted(prefixes)) for label, prefixes in found.items()}
