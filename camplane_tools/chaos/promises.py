"""What camplane promises of each fault, as data; docs/operations.md says the same in words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from fnmatch import fnmatchcase


class Allowed(Enum):
    """How many requests of a kind a fault may cost.

    UNDER_WAY: those that were under way when it came, at most one for each client.
    """

    NONE = "none"
    UNDER_WAY = "under way"
    ANY = "any"


@dataclass(frozen=True)
class Promise:
    """The promise of one fault.

    share: how many rounds of 1,000 it gets.
    may_fail: by kind of request, "<context>/<side that was asked for> read" or
        "… write", "*" for any part; the first pattern that fits counts. A kind
        that none fits may not fail.
    repair_seconds: within which requests succeed again, or the camera streams
        again; counted from the fault if camplane repairs it, from its end if
        it is taken away.
    """

    share: int
    repair_seconds: float
    may_fail: Mapping[str, Allowed] = field(default_factory=dict)

    def allows(self, kind: str) -> Allowed:
        """Return how many requests of a kind may fail."""
        fitting = (a for pattern, a in self.may_fail.items() if fnmatchcase(kind, pattern))
        return next(fitting, Allowed.NONE)


# A service is started again after 0.5 s, then 1 s, … and needs a second or two to serve.
_RESTART = 15.0
# Launcher, services and Envoy from nothing.
_UP = 40.0
# What is taken away is over at once; a second or two for what waited.
_AT_ONCE = 10.0
# A worker's process: 1 s less jitter until it is started, more when it dies again.
_WORKER = 15.0
# A worker's source: its wait grows with each failure in a row.
_SOURCE = 25.0

_ALL = {"*": Allowed.ANY}

PROMISES: Mapping[str, Promise] = {
    # SIGKILL. Legacy answers for a domain that is gone, in the same request;
    # nobody answers for legacy when it was asked for.
    "kill camera/domain": Promise(60, _RESTART, {"camera/domain *": Allowed.UNDER_WAY}),
    "kill camera/legacy": Promise(60, _RESTART, {"camera/legacy *": Allowed.ANY}),
    "kill alert/domain": Promise(60, _RESTART, {"alert/domain *": Allowed.UNDER_WAY}),
    "kill alert/legacy": Promise(60, _RESTART, {"alert/legacy *": Allowed.ANY}),
    "kill both of cameras in turn": Promise(
        40, _RESTART, {"camera/domain *": Allowed.UNDER_WAY, "camera/legacy *": Allowed.ANY}
    ),
    "kill both of alerts in turn": Promise(
        40, _RESTART, {"alert/domain *": Allowed.UNDER_WAY, "alert/legacy *": Allowed.ANY}
    ),
    "kill control": Promise(60, _RESTART),
    "kill envoy": Promise(60, _RESTART, _ALL),
    "kill launcher": Promise(60, _UP, _ALL),
    "kill worker": Promise(60, _WORKER),
    # SIGSTOP for up to a second, then SIGCONT: requests wait, none fails.
    "freeze camera/domain": Promise(30, _AT_ONCE),
    "freeze camera/legacy": Promise(30, _AT_ONCE),
    "freeze alert/domain": Promise(30, _AT_ONCE),
    "freeze alert/legacy": Promise(40, _AT_ONCE),
    "freeze control": Promise(30, _AT_ONCE),
    "freeze envoy": Promise(30, _AT_ONCE),
    "freeze launcher": Promise(30, _AT_ONCE),
    "freeze worker": Promise(20, _AT_ONCE),
    # A worker that does not go on by itself is found by its missing heartbeat.
    "freeze worker for good": Promise(15, _WORKER),
    # What a clock that jumped leaves behind: files of another time.
    "clock jump": Promise(40, _AT_ONCE),
    # Nothing can be written; what is there can be read.
    "full disk": Promise(20, _AT_ONCE, {"* write": Allowed.ANY}),
    "read-only data directory": Promise(20, _AT_ONCE, {"* write": Allowed.ANY}),
    "kill camera/domain on a full disk": Promise(
        10, _RESTART, {"* write": Allowed.ANY, "camera/domain *": Allowed.UNDER_WAY}
    ),
    # Somebody renames another version into place.
    "cameras.yaml by hand": Promise(35, _AT_ONCE),
    "cameras.yaml malformed": Promise(20, _AT_ONCE, {"camera/*": Allowed.ANY}),
    # What the other end of a stream may do.
    "stream freezes": Promise(5, _SOURCE),
    "stream closes": Promise(10, _SOURCE),
    "stream refused": Promise(10, _SOURCE),
    "stream asks for a password": Promise(10, _SOURCE),
    "stream sends garbage": Promise(5, _SOURCE),
}
