"""Differences that are meant: the rows of the table in docs/rest-api.md, as data. Pure.

`row` is the number in that table; 0 for those a file of the user declares.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from camplane_tools.compare.differ import ABSENT, Difference
from camplane_tools.compare.model import Exchange, Request
from camplane_tools.compare.normalise import CAMERA
from camplane_tools.harness.operations import CHANNELS, EVENTS, RAISED, RULES, SNOOZES, STATES

LEGACY, DOMAIN, MONOLITH, CAMPLANE = "legacy", "domain", "monolith", "camplane"
# The monolith behind a camplane; and such a camplane asked as it is split.
BEHIND, EITHER = "behind", "either"
ANY = "any"
# Which kinds of side a declared one means, beside itself. GATEWAY: whatever is asked through one.
GATEWAY = "gateway"
_MEANT = {
    MONOLITH: frozenset({BEHIND, EITHER}),
    CAMPLANE: frozenset({LEGACY, DOMAIN, EITHER}),
    GATEWAY: frozenset({LEGACY, DOMAIN, EITHER, CAMPLANE, BEHIND}),
    BEHIND: frozenset({EITHER}),
}


@dataclass(frozen=True)
class Declared:
    """One difference that is meant.

    old, new: between which kinds of side, in either order; CAMPLANE is both
    implementations. operation: a pattern of "METHOD /template". statuses: old and
    new; where both match, all of the exchange is meant; without them, the fields.
    target: a regular expression that the request's target holds.
    new_detail: how the sentence begins that the new side must give. witness: the
    case of the built-in suite that shows it; where it does not, this is stale.
    adds: the new side has the fields, and never lacks one that the old side has.
    """

    row: int
    why: str
    old: str
    new: str
    operation: str = "*"
    statuses: tuple[frozenset[int], frozenset[int]] | None = None
    fields: tuple[str, ...] = ()
    target: str = ""
    new_detail: str = ""
    witness: str = ""
    adds: bool = False


def codes(*numbers: int) -> frozenset[int]:
    return frozenset(numbers)


def _monolith(row: int, why: str, **told: object) -> Declared:
    return Declared(row, why, MONOLITH, CAMPLANE, **told)  # type: ignore[arg-type]


def _gateway(row: int, why: str, **told: object) -> Declared:
    """Return one of the gateway itself, whoever answers behind it."""
    return Declared(row, why, MONOLITH, GATEWAY, **told)  # type: ignore[arg-type]


_REFUSED = codes(400)
_DONE = codes(200)
_ANY_STATUS = codes(*range(200, 600))
# What a monolith that lacks an operation says, and what is said here.
_LACKED = (codes(404), codes(200, 400, 404, 500, 503))

DECLARED: tuple[Declared, ...] = (
    Declared(
        8,
        "the rule was not updated, so domain says so",
        LEGACY,
        DOMAIN,
        operation=f"PUT {RULES}/*",
        statuses=(_DONE, codes(404)),
        new_detail="告警规则不存在: ",
        witness="update rule id 99999",
    ),
    _monolith(1, "a malformed request is 400", statuses=(codes(422), _REFUSED)),
    _monolith(2, "bad input is not a server's fault", statuses=(codes(500), _REFUSED)),
    _monolith(
        3,
        "an id cannot leave its folder",
        operation=f"* {CAMERA}*",
        target=r"(?i)%2f|%5c|%[01][0-9a-f]|%7f|\.\.|%2e|/cameras/[^/?]{129}",
        statuses=(codes(200, 404, 405, 500), codes(400, 404)),
    ),
    _monolith(
        5,
        "lines are 1 to 10000",
        operation=f"GET {CAMERA}/*/logs",
        statuses=(_DONE, _REFUSED),
    ),
    _monolith(6, "a malformed cameras.yaml is said", statuses=(_DONE, codes(500))),
    _monolith(
        8,
        "the rule was not updated, so domain says so",
        operation=f"PUT {RULES}/*",
        statuses=(_DONE, codes(404)),
        new_detail="告警规则不存在: ",
    ),
    _monolith(
        10,
        "active_only filters",
        operation=f"GET {CAMERA}",
        target="active_only=",
        fields=("body.cameras",),
    ),
    _monolith(
        11,
        "id, name and source are text",
        operation=f"POST {CAMERA}",
        statuses=(_DONE, _REFUSED),
    ),
    _monolith(
        11,
        "name and source are text, and an id stays",
        operation=f"PUT {CAMERA}/{{camera_id}}",
        statuses=(_DONE, _REFUSED),
    ),
    _monolith(
        12,
        '12345 and "12345" are one camera',
        operation=f"* {CAMERA}/*",
        target="/12345",
        statuses=(codes(404), _DONE),
    ),
    _monolith(
        13,
        "camera_ids is a list of ids",
        operation=f"POST {CAMERA}/batch-status",
        statuses=(codes(200, 500), _REFUSED),
    ),
    _monolith(
        14,
        "a camera and a rule can be read, a rule deleted",
        statuses=(codes(405), codes(200, 400, 404)),
    ),
    _monolith(
        14, "logs can be followed", operation=f"GET {CAMERA}/*/logs/stream", statuses=_LACKED
    ),
    _gateway(14, "it is new", operation=f"GET {STATES}", statuses=_LACKED),
    _gateway(14, "it is new", operation=f"POST {RULES}/{{rule_id}}/trial", statuses=_LACKED),
    _gateway(14, "it is new", operation=f"* {CHANNELS}*", statuses=_LACKED),
    _gateway(14, "it is new", operation=f"* {RAISED}*", statuses=_LACKED),
    _gateway(14, "it is new", operation=f"* {RULES}/{{rule_id}}/snooze", statuses=_LACKED),
    _gateway(14, "it is new", operation=f"GET {SNOOZES}", statuses=_LACKED),
    _gateway(14, "it is new", operation=f"POST {EVENTS}", statuses=_LACKED),
    _gateway(14, "it is new", operation="* /api/v1/monitoring/*", statuses=_LACKED),
    _gateway(14, "it is new", operation="* /api/v1/rollouts*", statuses=_LACKED),
    _gateway(15, "who answered is said", adds=True, fields=("header.x-camplane-*",)),
    Declared(
        15,
        "the gateway refused it by itself",
        BEHIND,
        CAMPLANE,
        fields=("header.x-camplane-path",),
    ),
    _monolith(16, "cmd is this system's worker", fields=("body.cmd", "body.cmd?*")),
    _monolith(
        17, "no password in a log", operation=f"GET {CAMERA}/*/logs", fields=("body.lines*",)
    ),
    _gateway(18, "limits of the gateway", statuses=(codes(200, 400, 422), codes(413, 431))),
    _monolith(
        19,
        "the same error for gRPC clients",
        adds=True,
        fields=("body.code", "body.message", "body.details"),
    ),
    _gateway(20, "metrics count who answered", operation="GET */metrics", fields=("body.*",)),
    _gateway(20, "health tells of this system", operation="GET */health", fields=("body.*",)),
    _monolith(
        22,
        "other paths are not replaced",
        statuses=(_ANY_STATUS, codes(404)),
        new_detail='{"detail":"Not Found"}',
    ),
    _monolith(
        23,
        "the monolith alone can read its workers' logs",
        operation=f"GET {CAMERA}/*/stats",
        fields=("body.stats.known", "body.stats.last_detection_time"),
    ),
    _monolith(
        24,
        "numbers are printed as short as can be",
        operation=f"GET {CAMERA}/*/stats",
        fields=("body.stats.avg_*",),
    ),
    _monolith(
        25,
        "force_domain is true, false, 1 or 0",
        target=r"[?&]force_domain=",
        statuses=(_DONE, _REFUSED),
        new_detail="force_domain must be",
    ),
    _monolith(
        26,
        "what is asked is UTF-8",
        target=r"(?i)%[89a-f][0-9a-f]",
        statuses=(codes(200, 404, 405), _REFUSED),
    ),
    _monolith(27, "Allow names every method", fields=("header.allow",)),
    _monolith(
        28,
        "a whole number is written as one",
        operation="GET *",
        target=r"[?&](limit|lines)=[^&]*[^0-9&-]",
        statuses=(_DONE, _REFUSED),
    ),
    _monolith(
        34,
        "stats say why a camera fails",
        operation=f"GET {CAMERA}/*/stats",
        adds=True,
        fields=("body.condition",),
    ),
)


def match(
    declared: Sequence[Declared],
    kinds: tuple[str, str],
    operation: str,
    exchange: Exchange,
    difference: Difference,
) -> Declared | None:
    """Return what declares this difference between sides of these kinds, None when nothing does."""
    for one in declared:
        for flipped in (False, True):
            pair = kinds[::-1] if flipped else kinds
            if not (_is(pair[0], one.old) and _is(pair[1], one.new)):
                continue
            if covers(one, operation, exchange.request) and _means(
                one, exchange, difference, flipped
            ):
                return one
    return None


def applies(one: Declared, kinds: tuple[str, str]) -> bool:
    """Is it between sides of these kinds, in either order?"""
    return any(_is(old, one.old) and _is(new, one.new) for old, new in (kinds, kinds[::-1]))


def covers(one: Declared, operation: str, request: Request) -> bool:
    """Is this an exchange in which the difference may occur?"""
    return fnmatchcase(operation, one.operation) and bool(re.search(one.target, request.target))


def _is(kind: str, wanted: str) -> bool:
    return wanted in (kind, ANY) or kind in _MEANT.get(wanted, ())


def _means(one: Declared, exchange: Exchange, difference: Difference, flipped: bool) -> bool:
    old, new = exchange.old, exchange.new
    if flipped:
        old, new = new, old
    if one.statuses is not None:
        as_told = old.status in one.statuses[0] and new.status in one.statuses[1]
        return as_told and (not one.new_detail or one.new_detail.encode() in new.body)
    added = difference.old if flipped else difference.new
    if one.adds and added is ABSENT:
        return False
    # A bracket is part of the field, as reports write it, and no class of letters.
    patterns = (pattern.replace("[", "[[]") for pattern in one.fields)
    return any(fnmatchcase(difference.pattern, pattern) for pattern in patterns)
