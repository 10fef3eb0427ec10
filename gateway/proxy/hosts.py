"""Which names the gateway answers by: a name that somebody else's DNS leads here gets a 421.

Else a page of any site could have its own name resolve to this machine, and read, as if it
were of this origin, all that its reader can reach. An address is no such name.
"""

import re
from typing import Any

from gateway.proxy import answers
from gateway.proxy.authorization import needing
from gateway.proxy.metrics_routes import PATH as METRICS
from gateway.proxy.predicates import all_of, header, no
from gateway.proxy.route_index import listed
from gateway.proxy.topology import Topology
from gateway.proxy.web_routes import PAGE
from gateway.vocabulary.roles import PUBLIC

Document = dict[str, Any]

# Loopback names resolve to this machine whoever is asked (RFC 6761); a proxy, or a client over
# a Unix socket, may say no name at all.
_ALWAYS = (r"([0-9]{1,3}\.){3}[0-9]{1,3}", r"\[[0-9a-f:.]+\]", r"([a-z0-9-]+\.)*localhost\.?", "")
# What the old server never had. Its own paths are known by its own names.
_OWN_PATHS = rf"(/api/v1/(monitoring|rollouts)|{METRICS}|{PAGE}|/camplane\.)\C*"
REFUSAL = (
    "this name is none of the gateway's: ask by its address, or add the name to gateway.hosts in "
    "camplane.yaml"
)


def for_known_hosts(topology: Topology, matcher: Document) -> Document:
    """Return the matcher of the routes behind a look at the Host header.

    Before an old server of which nobody named the hosts, only paths that it never had are kept
    from other names.
    """
    known = "|".join((*_ALWAYS, *map(_name, topology.hosts)))
    unknown = no(header(":authority", rf"(?i)({known})(:[0-9]+)?"))
    if topology.old_http is not None and not topology.hosts:
        unknown = all_of([header(":path", _OWN_PATHS), unknown])
    refused = listed([needing(PUBLIC, answers.misdirected(REFUSAL))])
    return {
        "matcher_list": {"matchers": [{"predicate": unknown, "on_match": refused}]},
        "on_no_match": {"matcher": matcher},
    }


def _name(name: str) -> str:
    """Return the regular expression of "cams.example", or of "*.example"."""
    return re.escape(name).replace(r"\*\.", r"([a-z0-9-]+\.)+")
