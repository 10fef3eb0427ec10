"""Counts the requests of the load by kind, and those that failed."""

from collections import Counter

from camplane_tools.chaos.ledger import Finding


class Tally:
    """requests, failed: by kind, such as "camera/domain write". findings: wrong answers.

    repeated: writes that were sent again; they are not among the requests.
    """

    def __init__(self) -> None:
        self.requests: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        self.findings: list[Finding] = []
        self.repeated = 0

    def count(self, kind: str, failed: bool) -> None:
        self.requests[kind] += 1
        self.failed[kind] += failed

    def take(self) -> "Tally":
        """Return what was counted since the last call, and begin anew."""
        taken = Tally()
        taken.requests, self.requests = self.requests, taken.requests
        taken.failed, self.failed = +self.failed, taken.failed
        taken.findings, self.findings = self.findings, taken.findings
        taken.repeated, self.repeated = self.repeated, 0
        return taken
