"""Writes that a page of another site makes in its reader's browser: they are refused.

A browser says whose page a write is of (Origin), and programs that are no browsers say nothing.
What passes through to an old server is left to it (old_server.UNTOUCHED).
"""

from typing import Any

from gateway.proxy.http_filters import HttpFilter, named, unless
from gateway.proxy.predicates import all_of, any_of, header, no
from gateway.proxy.topology import Topology
from gateway.proxy.type_urls import TYPE

_ALWAYS = {"numerator": 100, "denominator": "HUNDRED"}
NAME = "envoy.filters.http.match_delegate.cross_site"


def cross_site(topology: Topology) -> HttpFilter:
    """Return the filter: Envoy's own, for requests that name an origin which nobody allowed."""
    csrf = named(
        "csrf",
        f"{TYPE}.filters.http.csrf.v3.CsrfPolicy",
        filter_enabled={"default_value": _ALWAYS},
    )
    return {**unless(_may_write(topology), csrf), "name": NAME}


def _may_write(topology: Topology) -> dict[str, Any]:
    """Is it a program, which says nothing of this, or a page of `gateway.cors_origins`?"""
    is_program = all_of([no(header("origin", r"\C+")), no(header("sec-fetch-site", "cross-site"))])
    allowed = [header("origin", origin) for origin in topology.cors_origins]
    return any_of([is_program, *allowed])
