"""Requests whose path was drawn, by the weight that was in force. Pure."""

from typing import NamedTuple


class Drawn(NamedTuple):
    """Drawn requests, and the percent that were to go to domain when they were drawn."""

    weight: int
    to_legacy: int
    to_domain: int

    @property
    def requests(self) -> int:
        """All of them."""
        return self.to_legacy + self.to_domain

    @property
    def strays(self) -> int:
        """Those on the side that was to get nothing."""
        return {0: self.to_domain, 100: self.to_legacy}.get(self.weight, 0)
