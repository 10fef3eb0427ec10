"""What requests for one resource, such as a camera, say of a path, and what they do not. Pure.

A resource stays on one path, so its requests are no independent ones. Whoever polls a
camera that was deleted is refused on that path alone, as often as they like to ask, and
whoever repeats what failed meets the same trouble again.
"""

from collections import defaultdict
from collections.abc import Hashable
from itertools import islice
from typing import NamedTuple, TypeVar

from gateway.telemetry.figures import ResourceCell
from gateway.telemetry.requests import Request
from gateway.telemetry.resource_names import deleting
from gateway.vocabulary.split import LEGACY

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

# So often in a row a resource may be refused before its refusals are no news.
FEW = 3
# Of so many resources of a path, and of fewer than half of them: more are no habit of a client's.
MOST_ASIDE = 3
# A failure so soon after another of the same resource may be its repetition.
AGAIN_SECONDS = 10.0
MOST_RESOURCES = 50_000


class _Deletion(NamedTuple):
    """When a resource was deleted (Unix time), and what was refused of it since."""

    at_ns: int
    refused_since: set[str]

    def is_undone_by(self, answered: Request) -> bool:
        """Was it made again? There are operations that answer for what is not there, too."""
        return answered.start_ns >= self.at_ns and answered.key.rpc in self.refused_since


class Refusals:
    """Tells refusals that are a client's habit; remembers at most MOST_RESOURCES of each kind.

    Each of what was seen to be deleted is one, however many ask for how many. Else those of
    few resources. Not what legacy once answered for the same resource: that domain refuses
    it is news however often it is asked, until the resource is deleted.
    """

    def __init__(self) -> None:
        self._deleted: dict[str, _Deletion] = {}
        self._on_legacy: dict[str, set[str]] = {}
        self._in_a_row: dict[tuple[str, str, str], int] = {}
        self._seen: defaultdict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        self._aside: defaultdict[tuple[str, str], set[str]] = defaultdict(set)

    def is_habit(self, request: Request) -> bool:
        """Take in a request, and return whether it is one refusal more of a resource's many."""
        key, resource = request.key, request.resource
        if not resource or key.left or key.failed:
            return False
        seen = self._seen[_side(request)]
        seen[resource] = None
        _forget(seen)
        asked = (key.assigned, key.rpc, resource)
        if not key.refused:
            self._answered(request)
            return False
        if resource in self._deleted:
            self._deleted[resource].refused_since.add(key.rpc)
            return True
        row = self._in_a_row[asked] = self._in_a_row.get(asked, 0) + 1
        _forget(self._in_a_row)
        if row <= FEW or key.rpc in self._on_legacy.get(resource, ()):
            return False
        return self._is_aside(_side(request), resource)

    def _answered(self, request: Request) -> None:
        key, resource = request.key, request.resource
        self._in_a_row.pop((key.assigned, key.rpc, resource), None)
        self._aside[_side(request)].discard(resource)
        if key.rpc in deleting():
            self._on_legacy.pop(resource, None)
            self._deleted[resource] = _Deletion(request.end_ns, set())
            _forget(self._deleted)
            return
        if resource in self._deleted and self._deleted[resource].is_undone_by(request):
            del self._deleted[resource]
        if key.answered == LEGACY:
            self._on_legacy.setdefault(resource, set()).add(key.rpc)
            _forget(self._on_legacy)

    def _is_aside(self, side: tuple[str, str], resource: str) -> bool:
        aside = self._aside[side]
        if resource not in aside:
            if len(aside) >= min(MOST_ASIDE, (len(self._seen[side]) - 1) // 2):
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
            if len(self._seen) >= MOST_RESOURCES:
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
    if len(known) > MOST_RESOURCES:
        for one in list(islice(known, len(known) // 2)):
            del known[one]
