"""What the clients counted: requests by kind, and what became of those that were not answered."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from camplane_tools.chaos.ledger import Finding

LOST, WRONG, FAILED = "lost", "wrong", "failed"


@dataclass(frozen=True)
class Sighting:
    """One answer about one camera: asked and answered when (Unix time), and by which side."""

    camera_id: str
    began: float
    ended: float
    side: str


class Counts:
    """By kind, such as "cameras, reads".

    refused, unknown: writes whose answer said so. torn: answers that the old server gave
    from a file that it was writing itself, and gave right when it was asked again.
    """

    def __init__(self) -> None:
        self.requests: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.unknown: Counter[str] = Counter()
        self.longest: dict[str, float] = {}
        self.findings: list[tuple[str, Finding]] = []
        self.sightings: list[Sighting] = []
        self.torn = 0

    @contextmanager
    def one(self, kind: str) -> Iterator[None]:
        """Count a request, and how long it takes."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.requests[kind] += 1
            self.longest[kind] = max(self.longest.get(kind, 0.0), time.monotonic() - began)

    def found(self, kind: str, what: str, text: str) -> None:
        """Note something that must not be: LOST, WRONG or FAILED."""
        self.findings.append((kind, Finding(what, text)))

    def expect(self, kind: str, holds: bool, otherwise: str) -> None:
        """Note a wrong answer."""
        if not holds:
            self.found(kind, WRONG, otherwise)
