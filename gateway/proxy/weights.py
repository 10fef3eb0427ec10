"""The weights document: how many of a context's requests go where, for Envoy to look up.

It is apart from the routes because Envoy reads all of a file that changes: these are a
few numbers, the routes some hundred kilobytes (docs/adr/0022).
"""

import hashlib
from typing import Any, NamedTuple

import orjson

from gateway.proxy.targets import split_targets
from gateway.proxy.topology import Topology
from gateway.vocabulary.routing import Routing
from gateway.vocabulary.split import CONTEXTS
from gateway.vocabulary.weight_history import WeightHistory

# The name of the document as a runtime layer, and of what it says there besides weights.
LAYER = "weights"
VERSION, ROUTES_VERSION = "camplane.version", "camplane.routes"


# Where the document says since when each weight is in force, beside the routing.
HISTORY = "history"


class Recorded(NamedTuple):
    """What a weights document says: all that was put in force, since when, with which routes."""

    routing: Routing
    version: str
    routes_version: str
    history: WeightHistory


def runtime_key_prefix(context: str) -> str:
    """Return what, with the name of a cluster behind it, a context's weights are kept under."""
    return f"camplane.weight.{context}"


def weights_document(
    topology: Topology, routing: Routing, routes_version: str, history: WeightHistory
) -> dict[str, Any]:
    """Return the file that Envoy's runtime discovery reads.

    All of `routing` and `history` is recorded in it, for `recorded`, where Envoy does not
    look. Its version is the token and a digest of all but the history.
    """
    layer: dict[str, Any] = {ROUTES_VERSION: routes_version}
    for context in CONTEXTS:
        percent = routing.split.domain(context)
        for has_effect in (False, True):
            domain, legacy = split_targets(topology, context, has_effect)
            for target, share in ((domain, percent), (legacy, 100 - percent)):
                layer[f"{runtime_key_prefix(context)}.{target.cluster}"] = share
    record = routing.to_json()
    digest = hashlib.sha256(orjson.dumps([layer, record])).hexdigest()
    identifier = orjson.dumps(record | {HISTORY: history.to_json()}).decode()
    version = f"{routing.token}-{digest[:16]}"
    runtime = {
        "@type": "type.googleapis.com/envoy.service.runtime.v3.Runtime",
        "name": LAYER,
        "layer": {VERSION: version, **layer},
    }
    return {
        "version_info": version,
        "resources": [runtime],
        "control_plane": {"identifier": identifier},
    }


def recorded(document: dict[str, Any]) -> Recorded:
    """Return what a weights document was made from; ValueError and the like when it is none."""
    layer = document["resources"][0]["layer"]
    record = orjson.loads(document["control_plane"]["identifier"])
    history = WeightHistory.from_json(record.get(HISTORY, ()))  # an earlier release has none
    return Recorded(Routing.from_json(record), layer[VERSION], layer[ROUTES_VERSION], history)
