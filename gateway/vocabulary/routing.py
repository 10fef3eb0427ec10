"""Everything that decides which way a request goes: split, pins, mirrors. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from gateway.vocabulary.split import CONTEXTS, DOMAIN, LEGACY, Split

SIDES = (LEGACY, DOMAIN)
# Envoy refuses routes whose expressions are too large, and a split with them: what
# is allowed here was seen to be taken up (tests/integration/gateway/test_gateway_pins.py).
MAX_PINS = 500
MAX_ID_BYTES = 200
# A slash would end the segment of the path that is the id.
_IN_NO_ID = re.compile(r"[/\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class StaleTokenError(Exception):
    """Somebody who lost the lease wanted to move requests; nothing was changed."""

    def __init__(self, token: int, recorded: int) -> None:
        super().__init__(
            f"another controller has taken over: the routes were written with token {recorded}, "
            f"this one has {token}. Stop writing; take the lease anew, and go on with its token"
        )


@dataclass(frozen=True)
class Routing:
    """What the routes are made from.

    pins: "legacy" or "domain" by camera id, whatever the split says. token:
    that of the lease under which it was written, 0 before the first; it never
    gets lower. mirrored: percent of a context's reads whose copies the other path
    gets. Raises ValueError for what cannot be routed.
    """

    split: Split
    pins: Mapping[str, str] = field(default_factory=dict)
    token: int = 0
    mirrored: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for context, percent in self.mirrored.items():
            if context not in CONTEXTS or type(percent) is not int or not 0 <= percent <= 100:
                raise ValueError(f"{percent!r} % of {context!r} mirrored: give 0 to 100")
        if type(self.token) is not int or not 0 <= self.token < 1 << 53:
            raise ValueError(f"token {self.token!r} is no whole number from 0 to 2^53")
        for camera_id, side in self.pins.items():
            check_pin(camera_id, side)
        if len(self.pins) > MAX_PINS:
            raise ValueError(f"{len(self.pins)} pins: at most {MAX_PINS}; take back some of them")

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values, for `from_json`."""
        return {
            **{context: self.split.domain(context) for context in CONTEXTS},
            "pins": dict(self.pins),
            "token": self.token,
            "mirrored": dict(self.mirrored),
        }

    @classmethod
    def from_json(cls, recorded: Mapping[str, Any]) -> Self:
        """Return what `to_json` gave."""
        return cls(
            split=Split(**{context: recorded[context] for context in CONTEXTS}),
            pins=dict(recorded["pins"]),
            token=recorded["token"],
            mirrored=dict(recorded.get("mirrored", {})),  # routes of an earlier release have none
        )


def check_pin(camera_id: str, side: str) -> None:
    """Raise ValueError when no request can be for this camera, or there is no such side."""
    if side not in SIDES:
        raise ValueError(f"{camera_id!r} cannot be pinned to {side!r}: give {' or '.join(SIDES)}")
    if not camera_id or _IN_NO_ID.search(camera_id) or len(camera_id.encode()) > MAX_ID_BYTES:
        raise ValueError(f"{camera_id!r} is no camera id")
