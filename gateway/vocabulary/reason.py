"""Why something is so: a code with its parameters. What it is in words: wording.py. Pure.

The codes are those of protos/camplane/gateway/v1/reason.proto, and each has its sentences in
reasons.json.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Any, Self, Union

Value = Union[int, float, str, tuple[str, ...], "Reasons"]


class Code(StrEnum):
    """What is the case; the decision log has it in lower case, the API as an enum."""

    # Words that have no code: a person's, or those of an earlier release.
    AS_SAID = auto()

    # Failures, in a step of a rollout.
    FAILURES_ABOVE_TOLERATED = auto()
    FAILURES_LATELY_ABOVE_TOLERATED = auto()
    FAILURES_WITHIN_TARGET = auto()
    FAILURES_EXCUSED_BY_LEGACY = auto()
    FAILURES_LATELY_ON_BOTH = auto()
    FAILURES_LATELY_UNDECIDED = auto()
    FAILURES_NEED_REQUESTS = auto()
    FAILURES_ABOVE_LIMIT = auto()
    FAILURES_UNDECIDABLE = auto()

    # Clients that left before the answer.
    LEFT_NONE = auto()
    LEFT_ABOVE_TOLERATED = auto()
    LEFT_LIKELY_MORE = auto()
    LEFT_NOT_MORE = auto()

    # Requests of domain that legacy answered.
    RESCUED_NONE = auto()
    RESCUED_ABOVE_CAP = auto()
    RESCUED_MAYBE_ABOVE_CAP = auto()
    RESCUED_WITHIN_CAP = auto()

    # How much a step may harm.
    HARM_ABOVE_LIMIT = auto()
    HARM_EXPLAINED = auto()
    HARM_WITHIN_LIMIT = auto()

    # Requests answered as asked.
    ANSWERED_NONE = auto()
    ANSWERED_TOO_FEW = auto()
    ANSWERED_TOO_FEW_OF_ONE = auto()
    ANSWERED_FAR_FEWER = auto()
    ANSWERED_MAYBE_FEWER = auto()
    ANSWERED_ENOUGH = auto()
    ANSWERED_AS_LEGACY = auto()
    ANSWERED_FEW_ALONE = auto()
    ANSWERED_ENOUGH_WITHOUT_ONE = auto()
    ANSWERED_NEED_REQUESTS = auto()
    ANSWERED_UNDECIDABLE = auto()

    # How long requests take; rpc is unset for all of them together.
    TIMES_NONE = auto()
    TIMES_LONGER = auto()
    TIMES_LIKELY_LONGER = auto()
    TIMES_WITHIN_PERCENT = auto()
    TIMES_WITHIN_MS = auto()
    TIMES_TOO_FEW = auto()
    TIMES_NEED_REQUESTS = auto()
    TIMES_UNDECIDABLE = auto()

    # Which operations were judged.
    OPERATIONS_JUDGED = auto()
    OPERATIONS_MISSING = auto()
    OPERATION_MISSING = auto()

    # Replies to mirrored reads, in a step; field is unset for a reply as a whole.
    REPLIES_DIFFER = auto()
    REPLIES_TOO_FEW = auto()
    REPLIES_SEEM_TO_DIFFER = auto()
    REPLIES_ALIKE = auto()

    # Whether domain gets its share.
    USE_UNKNOWN = auto()
    USE_AS_CONFIGURED = auto()
    USE_TOO_MUCH = auto()
    USE_TOO_LITTLE = auto()

    # Whether there is enough to look at, and to be trusted.
    EVIDENCE_DOUBTED = auto()
    EVIDENCE_TOO_LITTLE = auto()
    EVIDENCE_ENOUGH = auto()
    SPANS_DISAGREE = auto()

    # What a rollout waits for.
    WAITS_FOR_NOTHING = auto()
    NO_PLAN = auto()
    ROLLOUT_COMPLETE = auto()
    WAITS_FOR_RESUME = auto()
    WAITS_FOR_PROMOTION = auto()
    WAITS_FOR_CONTEXTS = auto()
    WAITS_FOR_DOMAIN = auto()
    WAITS_FOR_THAW = auto()
    FROZEN = auto()
    WAITS_FOR_GATE = auto()
    WAITS_FOR_STEP = auto()
    WAITS_FOR_STEP_DOWN = auto()
    WAITS_FOR_FIRST_REQUEST = auto()
    WAITS_FOR_NEW_REQUEST = auto()
    WAITS_FOR_EVIDENCE = auto()
    NOT_JUDGED = auto()

    # Why domain does not serve; seconds: for how long.
    DOMAIN_NOT_WATCHED = auto()
    DOMAIN_SILENT = auto()
    DOMAIN_UNABLE = auto()
    DOMAIN_KEPT_OUT = auto()
    ENVOY_SILENT = auto()

    # Why the controller moved.
    TURN_CAME = auto()
    GATE_OVER = auto()
    CONTEXT_ABORTED = auto()
    SET_AT_START = auto()

    # What a step of a plan will need its time for.
    FORECAST_GATE = auto()
    FORECAST_PROMOTION = auto()
    FORECAST_DWELL = auto()
    FORECAST_REQUESTS = auto()
    FORECAST_NO_TRAFFIC = auto()
    FORECAST_NO_LEGACY = auto()

    # Where a camera goes.
    PLACED_BY_PIN = auto()
    PLACED_BELOW_WEIGHT = auto()
    PLACED_ABOVE_WEIGHT = auto()

    # How domain compares with legacy, RPC by RPC and as a context.
    RPC_FAILS_ONLY_ON_DOMAIN = auto()
    RPC_FAILS_ON_BOTH = auto()
    RPC_FAILS_ALONE = auto()
    RPC_FAILS_LESS = auto()
    RPC_RESCUED = auto()
    RPC_LEFT = auto()
    RPC_CODE_ONLY_ON_DOMAIN = auto()
    RPC_TIME = auto()
    RPC_SAME = auto()
    RPC_NEEDS_DOMAIN = auto()
    RPC_NEEDS_LEGACY = auto()
    RPC_NEEDS_TOO_MANY = auto()
    RPC_ALL_LEFT = auto()
    RPC_DOUBTED = auto()
    CONTEXT_IDLE = auto()
    CONTEXT_SPLIT = auto()

    # Where spans and Envoy's counters differ.
    SPANS_MISSING = auto()
    SPANS_TOO_MANY = auto()
    COUNTS_DIFFER = auto()

    # Whether both paths answer mirrored reads alike.
    SHADOW_NONE = auto()
    SHADOW_ALIKE = auto()
    SHADOW_DIFFERS = auto()
    SHADOW_NOT_COMPARED = auto()
    SHADOW_TOO_FEW = auto()


@dataclass(frozen=True, slots=True)
class Reason:
    """A code, and what belongs to it by the names in its sentence: numbers, names, or reasons.

    What is not known is left out.
    """

    code: Code
    values: Mapping[str, Value]

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values, which know no infinity."""
        known = {
            name: _to_json(value)
            for name, value in self.values.items()
            if not isinstance(value, float) or math.isfinite(value)
        }
        return {"code": self.code.value, "values": known}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Return what `to_json` wrote; KeyError, TypeError or ValueError when it is not such."""
        values = {str(name): _from_json(value) for name, value in document["values"].items()}
        return cls(Code(document["code"]), values)


Reasons = tuple[Reason, ...]


def read_reasons(documents: Iterable[Mapping[str, Any]]) -> Reasons:
    """Return what `to_json` wrote; nothing where a later release wrote a code unknown to this one.

    The words beside them are known all the same, and a rollout goes on.
    """
    try:
        return tuple(map(Reason.from_json, documents))
    except ValueError:
        return ()


def because(code: Code, /, **values: Value | None) -> Reason:
    """Return a reason; a parameter that is None is left out."""
    return Reason(code, {name: value for name, value in values.items() if value is not None})


def _to_json(value: Value) -> Any:
    if isinstance(value, tuple):
        return [one.to_json() if isinstance(one, Reason) else one for one in value]
    return value


def _from_json(value: Any) -> Value:
    if isinstance(value, list):
        if all(isinstance(one, str) for one in value):
            return tuple(value)
        return tuple(Reason.from_json(one) for one in value)
    if not isinstance(value, int | float | str):
        raise TypeError(f"{value!r} is no parameter of a reason")
    return value
