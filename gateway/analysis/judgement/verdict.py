"""What is said of a step: pass, fail, or not enough evidence, and why. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.vocabulary.reason import Reason
from gateway.vocabulary.wording import text

PASS, FAIL, UNKNOWN = "pass", "fail", "not_enough_evidence"
# Which rules verdicts are made by: another number whenever the same evidence may give
# another verdict or other words. Verdicts of before there were numbers are of the first.
RULES = 4
FIRST_RULES = 1


@dataclass(frozen=True, slots=True)
class Finding:
    """What one criterion says.

    criterion: "failures", "abandoned", "success", "latency", "fallback",
    "blast_radius", "coverage", "shadow", "use", "evidence". values: n, intervals and the
    values of the test, by name, for machines; rates in percent, times in milliseconds. A
    bound that there is not yet is left out.
    """

    criterion: str
    answer: str
    reason: Reason
    values: Mapping[str, float] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The reason in English."""
        return text(self.reason)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "criterion": self.criterion,
            "answer": self.answer,
            "text": self.text,
            "reason": self.reason.to_json(),
            "values": dict(self.values),
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to a step, and the finding of each criterion, the weightiest first.

    requests: how many of domain's it rests on. plan: the version of the plan
    whose criteria were asked. exemplars: ids of kept traces that show it.
    """

    answer: str
    findings: tuple[Finding, ...]
    requests: int
    plan: str
    exemplars: tuple[str, ...] = ()

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Those of the findings that made the answer."""
        return tuple(one.reason for one in self.findings if one.answer == self.answer)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "answer": self.answer,
            "findings": [one.to_json() for one in self.findings],
            "requests": self.requests,
            "plan": self.plan,
            "exemplars": list(self.exemplars),
            "rules": RULES,
        }
