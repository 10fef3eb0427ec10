"""Pinned cameras: whose requests they are is asked once, ahead of the routes.

Each side that cameras are pinned to has a table of routes of its own. To name
the ids in the routes themselves would repeat them in each: 500 of them made a
change of the routes take 1.5 s.
"""

import re
from collections.abc import Callable
from typing import Any

from gateway.proxy.id_pattern import ids_pattern
from gateway.proxy.native_routes import CAMERA_ID_METADATA
from gateway.proxy.predicates import all_of, any_of, header
from gateway.proxy.route_index import indexed
from gateway.vocabulary.route_table import before_camera_ids, services_of_cameras
from gateway.vocabulary.routing import Routing

Document = dict[str, Any]
CONTEXT = "camera"


def routes_by_pin(routing: Routing, table: Callable[[str], list[Document]]) -> Document:
    """Return the matcher of a virtual host's routes.

    table: makes the routes for cameras pinned to "legacy" or "domain"; with "",
    those for all others.
    """
    ids: dict[str, list[str]] = {}
    for camera_id, side in routing.pins.items():
        ids.setdefault(side, []).append(camera_id)
    if not ids:
        return indexed(table(""))
    matchers = [
        {"predicate": _is_for(pinned), "on_match": {"matcher": indexed(table(side))}}
        for side, pinned in sorted(ids.items())
    ]
    otherwise = {"matcher": indexed(table(""))}
    return {"matcher_list": {"matchers": matchers}, "on_no_match": otherwise}


def _is_for(camera_ids: list[str]) -> Document:
    """Is a request for one of these cameras, over REST or as native gRPC?"""
    ids = ids_pattern(frozenset(camera_ids))
    before_ids = "|".join(map(re.escape, before_camera_ids()))
    services = "|".join(map(re.escape, sorted(services_of_cameras())))
    return any_of(
        [
            header(":path", rf"(?:{before_ids})(?:{ids})(?:[/?]\C*)?"),
            all_of(
                [
                    header(":path", rf"/(?:{services})/\C*"),
                    header(CAMERA_ID_METADATA, ids),
                ]
            ),
        ]
    )
