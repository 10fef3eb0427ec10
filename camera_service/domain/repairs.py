"""What is asked of a repair, and what became of it and of its undoing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from camera_service.domain.findings import Finding, Kind


class Outcome(Enum):
    """What became of one repair."""

    PLANNED = "planned"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True)
class Action:
    """One repair. diff: of the files and rows it changes, without secrets; detail: why not."""

    kind: Kind
    camera_id: str
    text: str
    diff: str
    outcome: Outcome
    detail: str = ""


@dataclass(frozen=True)
class Repair:
    """What was done, or would be. backup: its name, empty when nothing was changed."""

    dry_run: bool
    actions: Sequence[Action] = ()
    backup: str = ""
    by_hand: Sequence[Finding] = ()


@dataclass(frozen=True)
class Asked:
    """Which findings to repair: all, or those of some kinds and cameras. dry_run: only plan."""

    dry_run: bool = True
    kinds: frozenset[Kind] = frozenset()
    camera_ids: frozenset[str] = frozenset()

    def means(self, finding: Finding) -> bool:
        return (not self.kinds or finding.kind in self.kinds) and (
            not self.camera_ids or finding.camera_id in self.camera_ids
        )


@dataclass
class Undone:
    """What was put back and what was not, one sentence each."""

    restored: list[str] = field(default_factory=list)
    not_restored: list[str] = field(default_factory=list)
