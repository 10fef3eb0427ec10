"""What may differ between two runs of the same: rules by operation and field. Pure.

A value that a rule normalises becomes a placeholder that still tells what it
was: `{NOW}` is not `{NOW, with a zone}`, `{PID}` is not 0.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from itertools import groupby
from typing import Any

# How far a time made during a run may lie from ours.
NEAR = timedelta(hours=1)
_TIME = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?"
_IN_TEXT = re.compile(_TIME)
_CHOICE = re.compile(r"[?&]force_domain=(?:true|false)$")
_TIES = "ties of "
_LOG_FOLDER = re.compile(r"^/.*?(?=/logs/detect_)")
_NUMBER_IN_TEXT = re.compile(r"\b\d+(?:\.\d+)?\b")

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Rule:
    """One rule. operation and field are patterns with `*`; what: see `_placeholder`."""

    operation: str
    field: str
    what: str


CAMERA = "/api/v1/cameras"
MONITORING = "/api/v1/monitoring"
RULES = (
    Rule("*", "body.timestamp", "time"),
    Rule("*", "body.pid", "pid"),
    Rule(f"POST {CAMERA}/batch-status", "body.*.pid", "pid"),
    Rule(f"GET {CAMERA}/*/logs", "body.lines.*", "log line"),
    # How many lines a worker has written by now.
    Rule(f"GET {CAMERA}/*/stats", "body.stats.*", "measured"),
    Rule(f"GET {CAMERA}/*/logs/stream", "body.*.id", "place"),
    Rule(f"GET {CAMERA}/*/logs/stream", "body.*.data", "log line"),
    Rule("GET /api/v1/alerts/rules*", "body.items.*.created_at", "time"),
    Rule("GET /api/v1/alerts/rules*", "body.items.*.updated_at", "time"),
    Rule("GET /api/v1/alerts/rules/*", "body.created_at", "time"),
    Rule("GET /api/v1/alerts/rules/*", "body.updated_at", "time"),
    Rule("GET /api/v1/alerts/rules*", "body.items.*.id", "id"),
    Rule("GET /api/v1/alerts/rules/*", "body.id", "id"),
    Rule("POST /api/v1/alerts/rules", "body.id", "id"),
    Rule(f"GET {MONITORING}/consistency", "body.checked_at", "time"),
    # Counted since each gateway's own start.
    Rule(f"GET {MONITORING}/metrics", "body.requests.by_status", "unordered"),
    # Half a second late, and the last ten only.
    Rule(f"GET {MONITORING}/metrics", "body.errors.recent", "sample"),
    Rule(f"GET {MONITORING}/metrics", "body.data_consistency.last_check", "time"),
    Rule(f"GET {MONITORING}/metrics", "body.*", "figure"),
    Rule(f"GET {MONITORING}/stream", "body.*.data", "figures"),
    Rule("GET */health", "body.checks.consistency_details", "unordered"),
    Rule("GET /api/v1/rollouts*", "body.*_at", "time"),
)
# Of a state in use: which of two rows of one moment comes first is a database's own affair,
# and so is which of them a limit leaves out.
OF_USE = (
    Rule("GET /api/v1/alerts/rules", "body.items", "ties of updated_at"),
    Rule("GET /api/v1/alerts/history-db", "body.items", "cut ties of timestamp"),
)
# Of two sandboxes: each has its logs in a folder of its own.
OF_TWO_WORLDS = (
    Rule(f"* {CAMERA}/*", "body.log", "log"),
    Rule(f"GET {CAMERA}/*", "body.log_file", "log"),
    Rule(f"POST {CAMERA}/batch-status", "body.*.log", "log"),
)


@dataclass
class Normaliser:
    """Makes one side's values comparable.

    texts: what to write for this side's own names, such as its data directory.
    It remembers the ids that the side's server made, so that both sides' third
    new rule is `{ID 3}`; given ids stay as they are.
    """

    texts: Mapping[str, str]
    now: datetime
    rules: tuple[Rule, ...] = RULES
    given_ids: frozenset[int] = frozenset()
    _ids: dict[Any, str] = field(default_factory=dict)

    def forget(self) -> None:
        """Begin anew with the ids: the state did."""
        self._ids.clear()

    def value(self, operation: str, value: Any) -> Any:
        """Return a body's value with placeholders."""
        rules = [rule for rule in self.rules if fnmatchcase(operation, rule.operation)]
        return self._walk(rules, "body", value)

    def header(self, text: str) -> str:
        """Return a header's value with this side's own names, and the choice of it, replaced."""
        return _CHOICE.sub("", self.text(text))

    def text(self, text: str) -> str:
        """Return a text with this side's own names replaced."""
        for own, neutral in self.texts.items():
            text = text.replace(own, neutral)
        return text

    def _walk(self, rules: list[Rule], at: str, value: Any) -> Any:
        what = next((rule.what for rule in rules if fnmatchcase(at, rule.field)), "")
        if isinstance(value, dict) and what == "unordered":
            value = dict(sorted(value.items()))
        if isinstance(value, dict):
            return {self.text(k): self._walk(rules, f"{at}.{k}", v) for k, v in value.items()}
        if isinstance(value, list) and what == "sample":
            return [_shape(item) for item in value[:1]]
        if isinstance(value, list) and _TIES in what:
            value = _in_order(value, what.partition(_TIES)[2], what.startswith("cut"))
        if isinstance(value, list):
            items = [self._walk(rules, f"{at}.{n}", item) for n, item in enumerate(value)]
            return sorted(items, key=_canonical) if what == "unordered" else items
        if isinstance(value, str):
            value = self.text(value)
        return self._placeholder(what, value) if what else value

    def _placeholder(self, what: str, value: Any) -> Any:
        if what == "time" and isinstance(value, str):
            return self._time(value)
        if what == "log" and isinstance(value, str):
            return _LOG_FOLDER.sub("{DATA}", value)
        if what == "pid" and type(value) is int and value > 0:
            return "{PID}"
        if what == "measured" and type(value) in (int, float):
            return "{WHOLE NUMBER}" if isinstance(value, int) else "{NUMBER}"
        if what == "figure" and type(value) in (int, float):
            return "{NUMBER}"  # a rate of 0 is printed as a whole number
        if what == "measured" and isinstance(value, str):
            return self._time(value)
        if what == "figures" and isinstance(value, str):
            return "{FIGURES}" if value.startswith("{") else value
        if what == "place" and isinstance(value, str):
            return _NUMBER_IN_TEXT.sub("{N}", value)
        if what == "log line" and isinstance(value, str):
            return _IN_TEXT.sub(lambda found: self._time(found.group()), value)
        if what == "id" and type(value) is int and value not in self.given_ids:
            return self._ids.setdefault(value, f"{{ID {len(self._ids) + 1}}}")
        return value

    def _time(self, text: str) -> str:
        """Return a placeholder for a time of this run; another time stays as it is."""
        try:
            moment = datetime.fromisoformat(text.replace(",", "."))
        except ValueError:
            return text
        zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        if abs(zoned - self.now) > NEAR:
            return text
        return "{NOW, with a zone}" if moment.tzinfo else "{NOW}"


def _in_order(items: list[Any], key: str, is_cut: bool) -> list[Any]:
    """Return the items with neighbours of one moment in an order of their own.

    is_cut: others of the last moment may be missing, so that of those only the shape is told.
    """

    def moment(item: Any) -> Any:
        return item.get(key) if isinstance(item, dict) else None

    groups = [sorted(ties, key=_canonical) for _, ties in groupby(items, moment)]
    if is_cut and groups:
        groups[-1] = [_shape(one) for one in groups[-1]]
    return [one for ties in groups for one in ties]


def _shape(value: Any) -> Any:
    """Return the keys and the types of a value."""
    if isinstance(value, dict):
        return {key: _shape(item) for key, item in value.items()}
    return f"{{{type(value).__name__}}}"


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
