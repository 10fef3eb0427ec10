"""How long a step has lasted, by a clock that nobody sets, while domain served. Pure."""

from dataclasses import dataclass

# A controller that was stopped, or hung, has not watched; no more than this counts of it.
MAX_UNWATCHED_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Dwell:
    """step_since: the step's, as in RolloutState; seconds: how long it has lasted."""

    step_since: float = 0.0
    seconds: float = 0.0

    def after(self, step_since: float, seconds: float, counts: bool) -> "Dwell":
        """Return it some seconds later; anew when the step is another."""
        if step_since != self.step_since:
            return Dwell(step_since)
        lasted = min(seconds, MAX_UNWATCHED_SECONDS) if counts else 0.0
        return Dwell(step_since, self.seconds + lasted)
