"""Who alone may do something: a lease with a fencing token. Pure but for who is alive.

The token grows with every change of holder. It is checked wherever the holder has an effect
(where a rollout's decision is written and where routes are, where alerts are), so that a
holder that was stopped for a while and goes on, believing in its lease, can do nothing.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from servicekit.process import Identity, is_alive

# A holder that lives but does not renew is stuck. Its successor waits that long.
LEASE_SECONDS = 3.0


class LeaseLostError(Exception):
    """Another process has taken over: this one may have no effect any more."""


@dataclass(frozen=True, slots=True)
class Tenancy:
    """A process that wants the lease, and the time (Unix).

    token: the one it believes it has. floor: the highest that was seen where it is
    checked beside the database, which that may have outlived. lasts: a holder that lives
    and did not renew it for so many seconds is stuck.
    """

    process: Identity
    token: int
    now: float
    floor: int = 0
    alive: Callable[[Identity], bool] = is_alive
    lasts: float = LEASE_SECONDS


@dataclass(frozen=True, slots=True)
class Lease:
    """token: fences off all earlier holders. renewed_at: Unix time."""

    token: int
    holder: Identity
    renewed_at: float

    def row(self) -> dict[str, Any]:
        """Return what the table keeps."""
        holder = json.dumps(asdict(self.holder))
        return {"token": self.token, "holder": holder, "renewed_at": self.renewed_at}

    @classmethod
    def of_row(cls, token: int, holder: str, renewed_at: float) -> "Lease":
        """Return what `row` gave."""
        return cls(token, Identity(**json.loads(holder)), renewed_at)


def take(held: Lease | None, me: Tenancy) -> Lease | None:
    """Return the lease renewed or taken, None while another holder keeps it.

    A holder whose process is gone has left at once. A clock that was set back
    does not keep a lease for longer than it lasts.
    """
    if held is None:
        return Lease(me.floor + 1, me.process, me.now)
    if held.holder == me.process and held.token == me.token:
        return Lease(held.token, me.process, me.now)
    fresh = abs(me.now - held.renewed_at) < me.lasts
    if held.holder != me.process and fresh and me.alive(held.holder):
        return None
    return Lease(max(held.token, me.floor) + 1, me.process, me.now)
