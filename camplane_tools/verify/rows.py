"""Both paths' findings, side by side. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from camplane_tools.verify.walk import Finding


@dataclass(frozen=True)
class Row:
    """One operation. legacy, domain: None where it was not asked there; own: of the gateway."""

    operation: str
    legacy: Finding | None
    domain: Finding | None
    own: Finding | None = None
    before_monolith: bool = False

    @property
    def problem(self) -> str:
        """What is wrong, with who does it; empty when nothing is."""
        wrong = [f"{one.path or 'gateway'}: {one.problem}" for one in self._found if one.problem]
        if not wrong and (apart := self._apart):
            return f"the two differ: {', '.join(apart)}"
        return "; ".join(wrong)

    @property
    def left_out(self) -> str:
        """Why one side of it was not judged; empty when all was."""
        return next((one.left_out for one in self._found if one.left_out), "")

    @property
    def _found(self) -> list[Finding]:
        return [one for one in (self.legacy, self.domain, self.own) if one is not None]

    @property
    def _apart(self) -> list[str]:
        """The keys that only one path answers; refusals of a monolith have fewer."""
        legacy, domain = self.legacy, self.domain
        if legacy is None or domain is None or self.left_out:
            return []
        if self.before_monolith and legacy.status != 200:
            return []
        return sorted(set(legacy.keys) ^ set(domain.keys))


def rows(
    legacy: Sequence[Finding],
    domain: Sequence[Finding],
    own: Sequence[Finding],
    before_monolith: bool,
) -> list[Row]:
    """Return a row for each operation, in the order of the walks."""
    olds = {one.operation: one for one in legacy}
    news = {one.operation: one for one in domain}
    both = [
        Row(name, olds.get(name), news.get(name), before_monolith=before_monolith)
        for name in dict.fromkeys((*olds, *news))
    ]
    return both + [Row(one.operation, None, None, one) for one in own]
