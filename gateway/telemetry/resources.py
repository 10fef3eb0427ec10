"""What requests for one resource, such as a camera, say of a path, and what they do not. Pure.

A resource stays on one path, so its requests are no independent ones. Whoever polls a
camera that was deleted is refused on that path alone, as often as they like to ask, and
whoever repeats what failed meets the same trouble again.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from gateway.telemetry.requests import Request
from gateway.telemetry.resource_names import creating, deleting
from gateway.telemetry.traffic_metrics import ResourceCell
from gateway.vocabulary.codes import ENDED, is_missing
from gateway.vocabulary.split import LEGACY

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
# A context and an id.
Resource = tuple[str, str]

# So often in a row a resource may be refused before its refusals are no news.
FEW = 3
# Of so many resources of a path, and of fewer than half of them: more are no habit of a client's.
MAX_ASIDE = 3
# A failure so soon after another of the same resource may be its repetition.
AGAIN_SECONDS = 10.0
# So long a deletion explains refusals. What was deleted may be made again behind our back, such as
# by a change of cameras.yaml, and be refused by a path alone.
EXPLAINED_SECONDS = 3600.0
MAX_RESOURCES = 50_000


@dataclass(slots=True)
class _Kept:
    """How often legacy answered one operation of one resource, and refused it, by code."""

    answered: int = 0
    refused: Counter[str] = field(default_factory=Counter)

    def is_mostly_refused(self, code: str) -> bool:
        """Is it what is asked, such as one client's wrong changes, that is refused by this code?"""
        return self.refused[code] > max(self.answered, FEW)


class Refusals:
    """Tells refusals that are a client's habit; remembers at most MAX_RESOURCES of each kind.

    Each of what was seen to be deleted is one, however many ask for how many, and what legacy
    mostly refuses of a resource, wherever it is asked. Else those of few resources. Not what
    legacy once answered for the same resource, nor that something is missing that was made:
    that domain refuses it is news however often it is asked, until the resource is deleted.
    """

    def __init__(self) -> None:
        # When it was deleted, and when it was known to be there: Unix times in nanoseconds.
        self._deleted: dict[Resource, int] = {}
        self._there: dict[Resource, int] = {}
        # By context, when something was last made of which nobody says what it was.
        self._made_unnamed: dict[str, int] = {}
        # Operations that do not answer for what is not there, as others do.
        self._telling: set[str] = set()
        self._on_legacy: dict[Resource, dict[str, _Kept]] = {}
        self._in_a_row: dict[tuple[str, str, Resource], int] = {}
        self._seen: defaultdict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        self._aside: defaultdict[tuple[str, str], set[str]] = defaultdict(set)

    def is_habit(self, request: Request) -> bool:
        """Take in a request, and return whether it is one refusal more of a resource's many."""
        key, resource = request.key, request.resource
        if key.left or key.failed or key.code == ENDED:
            return False  # no client ends a stream in its server's place
        if key.rpc in creating() and not key.refused:
            self._made(request)
        if not resource:
            return False
        about = key.context, resource
        seen = self._seen[_side(request)]
        seen[resource] = None
        _forget(seen)
        if not key.refused:
            self._answered(about, request)
            return False
        return self._refused(about, request)

    def _refused(self, about: Resource, request: Request) -> bool:
        """Return whether it is a habit that is refused here."""
        key = request.key
        if self._is_explained(about, request.start_ns):
            if is_missing(key.code):
                self._telling.add(key.rpc)
            return True
        legacy = self._of_legacy(about, key.rpc)
        if key.answered == LEGACY:
            legacy.refused[key.code] += 1
        was_made = about in self._there and is_missing(key.code)
        if legacy.is_mostly_refused(key.code) and not was_made:
            return True
        asked = (key.assigned, key.rpc, about)
        row = self._in_a_row[asked] = self._in_a_row.get(asked, 0) + 1
        _forget(self._in_a_row)
        is_news = was_made or legacy.answered > 0
        return row > FEW and not is_news and self._is_aside(request)

    def _made(self, request: Request) -> None:
        context = request.key.context
        if request.made:
            self._is_there((context, request.made), request.end_ns)
        else:
            self._made_unnamed[context] = max(self._made_unnamed.get(context, 0), request.end_ns)

    def _answered(self, about: Resource, request: Request) -> None:
        key = request.key
        self._in_a_row.pop((key.assigned, key.rpc, about), None)
        self._aside[_side(request)].discard(request.resource)
        if key.rpc in deleting():
            self._is_gone(about, request.end_ns)
            return
        if about in self._deleted and key.rpc in self._telling:
            self._is_there(about, request.start_ns)
        if key.answered == LEGACY:
            self._of_legacy(about, key.rpc).answered += 1

    def _of_legacy(self, about: Resource, rpc: str) -> _Kept:
        """What legacy made of this so far."""
        kept = self._on_legacy.setdefault(about, {}).setdefault(rpc, _Kept())
        _forget(self._on_legacy)
        return kept

    def _is_there(self, about: Resource, at_ns: int) -> None:
        # Spans come in any order: what came last is told by their times.
        if at_ns >= self._deleted.get(about, 0):
            self._deleted.pop(about, None)
            self._there[about] = at_ns
            self._on_legacy.pop(about, None)
            _forget(self._there)

    def _is_gone(self, about: Resource, at_ns: int) -> None:
        self._on_legacy.pop(about, None)
        if at_ns > self._there.get(about, 0):
            self._there.pop(about, None)
            self._deleted[about] = max(self._deleted.get(about, 0), at_ns)
            _forget(self._deleted)

    def _is_explained(self, about: Resource, at_ns: int) -> bool:
        """Is the resource refused because it was deleted, as far as anybody knows?"""
        deleted_ns = self._deleted.get(about)
        if deleted_ns is None:
            return False
        made_ns = self._made_unnamed.get(about[0], 0)
        return made_ns < deleted_ns and at_ns - deleted_ns < EXPLAINED_SECONDS * 1e9

    def _is_aside(self, request: Request) -> bool:
        side, resource = _side(request), request.resource
        aside = self._aside[side]
        if resource not in aside:
            if len(aside) >= min(MAX_ASIDE, (len(self._seen[side]) - 1) // 2):
                return False
            aside.add(resource)
        return True


class StageResources:
    """Counts the resources of one RPC on one path since a step began.

    cell: where the counts are kept; what an earlier process counted is added to.
    """

    def __init__(self, cell: ResourceCell) -> None:
        self._cell = cell
        self._seen: set[str] = set()
        self._refused: defaultdict[str, int] = defaultdict(int)
        self._answered: defaultdict[str, int] = defaultdict(int)
        self._failed_at: dict[str, float] = {}

    def count(self, request: Request) -> None:
        """Take in a request for a resource."""
        key, resource, cell = request.key, request.resource, self._cell
        if resource not in self._seen:
            if len(self._seen) >= MAX_RESOURCES:
                return
            self._seen.add(resource)
            cell.resources += 1
        if key.refused:
            self._refused[resource] += 1
            cell.refused_most = max(cell.refused_most, self._refused[resource])
        elif key.failed:
            at = request.start_ns / 1e9
            before = self._failed_at.get(resource)
            cell.failed_again += before is not None and abs(at - before) <= AGAIN_SECONDS
            self._failed_at[resource] = at
        elif not key.left:
            self._answered[resource] += 1
        if self._answered.get(resource, 0) >= FEW and resource in self._refused:
            cell.refused_partly = max(cell.refused_partly, self._refused[resource])


def _side(request: Request) -> tuple[str, str]:
    return request.key.context, request.key.assigned


def _forget(known: dict[K, V]) -> None:
    """Forget the older half of too many."""
    if len(known) > MAX_RESOURCES:
        for one in list(islice(known, len(known) // 2)):
            del known[one]
