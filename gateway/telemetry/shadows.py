"""The replies of a request's parts, put together and compared. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import orjson

from gateway.telemetry.differences import CONCEALED, SIZE, differing_fields
from gateway.telemetry.reading import GATEWAY, SERVER, text
from servicekit.replies import ANSWER, CROSS, SELF

SHADOW = "app.shadow"
REPLY = "camplane.reply"
_PAIR, _PART = "camplane.pair", "camplane.part"
_DIGEST, _WHOLE = "camplane.reply.digest", "camplane.reply.whole"
_FALLBACK = "app.fallback"


class Compared(NamedTuple):
    """An answer and the one to a copy of its request.

    kind: CROSS, the copy went to the other path, or SELF; start_ns: when the
    request reached the service; fields: in which they differ, empty when they do
    not, None when one of the two is missing or was too large.
    """

    context: str
    rpc: str
    kind: str
    start_ns: int
    fields: tuple[str, ...] | None


def pair(span: Any) -> str:
    """Return what the parts of a request that was copied have in common; "" for any other span."""
    return next((text(one.value) for one in span.attributes if one.key == _PAIR), "")


def pair_of_copy(span: Any) -> str:
    """Return the pair of a span that a service made for a copy of a request; "" for any other."""
    copy = any(one.key == SHADOW and text(one.value) == "true" for one in span.attributes)
    return pair(span) if copy else ""


def compared(spans: Iterable[tuple[str, Any]], contexts: Mapping[str, str]) -> Iterator[Compared]:
    """Compare what is comparable among the spans of a trace, each with its service.

    contexts: the context of each RPC, by label. What legacy answered in domain's
    place is no answer of domain's: it is compared with nothing.
    """
    found: dict[tuple[str, str], dict[str, tuple[int, Mapping[str, str]]]] = defaultdict(dict)
    for service, span in spans:
        if service == GATEWAY or span.kind != SERVER:
            continue
        tags = {one.key: text(one.value) for one in span.attributes}
        if _PAIR in tags and tags.get(_FALLBACK) != "true":
            part = (span.start_time_unix_nano, tags)
            found[_label(span.name), tags[_PAIR]][tags.get(_PART, "")] = part
    for (rpc, _), parts in found.items():
        if rpc not in contexts:
            continue
        for kind in (CROSS, SELF):
            one, other = parts.get(ANSWER), parts.get(kind)
            if one and other:
                yield Compared(contexts[rpc], rpc, kind, one[0], _fields(one[1], other[1]))
            elif other or (one and kind == CROSS):  # not every request has a copy for itself
                start_ns = (one or other or (0,))[0]
                yield Compared(contexts[rpc], rpc, kind, start_ns, None)


def _label(name: str) -> str:
    """Return the RPC's label, of a span's name such as camplane.alert.v1.AlertService/GetRule."""
    service, _, method = name.partition("/")
    return f"{service.rpartition('.')[2]}/{method}"


def _fields(one: Mapping[str, str], other: Mapping[str, str]) -> tuple[str, ...] | None:
    if _DIGEST not in one or _DIGEST not in other:
        return None
    if one[_DIGEST] == other[_DIGEST]:
        return ()
    if one.get(_WHOLE) != other.get(_WHOLE):
        return (SIZE,)
    try:
        values = orjson.loads(one.get(REPLY, "")), orjson.loads(other.get(REPLY, ""))
    except ValueError:
        return None
    return differing_fields(*values) or (CONCEALED,)
