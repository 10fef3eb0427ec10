"""One entry of the decision log. Pure.

The entries make a chain (gateway.chain); the last one's hash is told to everybody
who is notified.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import orjson

from gateway.analysis.judgement.evidence import StageEvidence
from gateway.analysis.judgement.verdict import Verdict
from gateway.chain import entry
from gateway.chain.entry import Entry
from gateway.rollout.decisions.state import RolloutState
from gateway.vocabulary.reason import Reasons, read_reasons
from servicekit.webhooks.target import origin


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
            "reasons": [one.to_json() for one in self.after.reasons],
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


class LoggedDecision(Entry):
    """A decision as the log holds it."""

    __slots__ = ()

    @property
    def reasons(self) -> Reasons:
        """Why it was decided; none where a person or another release said so in words."""
        return read_reasons(self.fields.get("reasons", ()))

    @property
    def state(self) -> RolloutState:
        """The state after the decision; its plan's URLs are cut short (RolloutStore.states)."""
        return RolloutState.from_json(self.fields["state"])


def broken_at(log: Iterable[LoggedDecision]) -> str:
    """Return what is wrong with a whole log, in words; "" when nothing is (gateway.chain.entry)."""
    return entry.broken_at(log, kind="decision")
