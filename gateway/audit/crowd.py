"""Refused strangers that come in a crowd: the first are kept, the others counted. Pure.

Else whoever may do nothing could fill the disk, and push what others did out of the log.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from gateway.audit.line import REFUSED

Fields = Mapping[str, Any]

# Of those that are taken up together, every half second or more often.
FIRST = 20
# Addresses that are named of the others.
_NAMED = 20


def without_crowd(entries: Iterable[Fields]) -> list[Fields]:
    """Return the entries, with one in place of what is too many of refused calls by nobody."""
    kept: list[Fields] = []
    others: list[Fields] = []
    strangers = 0
    for one in entries:
        strangers += _is_of_stranger(one)
        (others if _is_of_stranger(one) and strangers > FIRST else kept).append(one)
    return [*kept, _counted(others)] if others else kept


def _is_of_stranger(one: Fields) -> bool:
    return one["outcome"] == REFUSED and not one["subject"]


def _counted(others: list[Fields]) -> Fields:
    last = others[-1]
    addresses = list(dict.fromkeys(one["address"] for one in others))
    reason = f"{len(others)} more calls of nobody until then, of {len(addresses)} addresses"
    return {
        **last,
        "rpc": "",
        "method": "",
        "path": "",
        "trace_id": "",
        "count": len(others),
        "addresses": addresses[:_NAMED],
        "reason": reason,
    }
