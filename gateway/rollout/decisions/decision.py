"""One entry of the decision log, and the chain that the entries make. Pure.

Each is hashed together with the hash of the one before: whoever changes, drops
or inserts one has to change every later hash, and the last one is told to
everybody who is notified.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from gateway.rollout.decisions.state import RolloutState
from gateway.rollout.judgement.evidence import StageEvidence
from gateway.rollout.judgement.verdict import Verdict
from gateway.rollout.notifications.delivery import origin

GENESIS = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided: the state before and after, and what it rested on.

    action: as in the API. at: Unix time. token: the lease under which it was
    decided. evidence, verdict: None where nothing was judged.
    """

    action: str
    at: float
    token: int
    before: RolloutState
    after: RolloutState
    evidence: StageEvidence | None = None
    verdict: Verdict | None = None

    def document(self) -> str:
        """Return the decision as the log keeps and hashes it: JSON with its keys in order."""
        fields: dict[str, Any] = {
            "action": self.action,
            "at": self.at,
            "token": self.token,
            "context": self.after.context,
            "author": self.after.author,
            "reason": self.after.reason,
            "from_weight": self.before.weight,
            "to_weight": self.after.weight,
            "state": _without_secrets(self.after).to_json(),
            "evidence": None if self.evidence is None else self.evidence.to_json(),
            "verdict": None if self.verdict is None else self.verdict.to_json(),
        }
        return orjson.dumps(fields, option=orjson.OPT_SORT_KEYS).decode()


def _without_secrets(state: RolloutState) -> RolloutState:
    """Leave of the URLs that are notified what may be told: everybody may read the log."""
    if state.plan is None:
        return state
    told = tuple(replace(one, url=origin(one.url)) for one in state.plan.notifications)
    return replace(state, plan=replace(state.plan, notifications=told))


@dataclass(frozen=True, slots=True)
class LoggedDecision:
    """An entry as the log holds it."""

    number: int
    document: str
    previous_hash: str
    hash: str

    @property
    def fields(self) -> Mapping[str, Any]:
        """What the document says; ValueError when it is no JSON object."""
        fields = orjson.loads(self.document)
        if not isinstance(fields, dict):
            raise ValueError("a decision is a JSON object")
        return fields

    @property
    def state(self) -> RolloutState:
        """The state after the decision; its plan's URLs are cut short (RolloutStore.states)."""
        return RolloutState.from_json(self.fields["state"])


def digest(previous_hash: str, document: str) -> str:
    """Return a decision's hash."""
    return hashlib.sha256(f"{previous_hash}\n{document}".encode()).hexdigest()


def broken_at(log: Iterable[LoggedDecision], previous_hash: str = GENESIS) -> str:
    """Return what is wrong with the chain, in words; "" when nothing is.

    log: in order and without gaps, beginning after the decision whose hash is given.
    """
    number = None
    for one in log:
        if number is not None and one.number != number + 1:
            return f"decision {number + 1} is missing"
        number = one.number
        if one.previous_hash != previous_hash:
            return f"decision {number} does not follow the one before it"
        if digest(previous_hash, one.document) != one.hash:
            return f"decision {number} was changed after it was written"
        previous_hash = one.hash
    return ""
