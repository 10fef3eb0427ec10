"""How long to leave a failing source alone, and how often to speak of it."""

from servicekit.backoff import Schedule

# A source that held this long has recovered: the next failure starts anew. A
# shorter run does not count, or a camera that falls over after 2 s is asked for ever.
RECOVERED_SECONDS = 60.0
SILENT_SECONDS = 60.0

USUAL = Schedule(1.0, 30.0, sooner=0.5)
# Never sooner: cameras lock an account after five to seven wrong passwords in
# half an hour, and then refuse the right one, too.
_BY_CAUSE = {
    "auth": Schedule(60.0, 600.0, later=0.2),
    "not_found": Schedule(10.0, 120.0, later=0.2),
}


class Backoff:
    """Failures in a row, and the wait that each asks for."""

    def __init__(self) -> None:
        self.failures = 0
        self._schedule: Schedule | None = None
        self._tries = 0

    def after(self, cause: str, good_seconds: float, chance: float) -> float:
        """Count one more failure; return for how many seconds to leave the source alone.

        good_seconds: how long pictures came before it. chance: 0 to 1.
        """
        if good_seconds >= RECOVERED_SECONDS:
            self.failures = self._tries = 0
        schedule = _BY_CAUSE.get(cause, USUAL)
        if schedule is not self._schedule:
            # Ten lost connections are no reason to wait ten minutes after a wrong password.
            self._schedule, self._tries = schedule, 0
        self.failures += 1
        self._tries += 1
        return schedule.delay(self._tries, chance)


def worth_a_line(cause: str, last_cause: str | None, seconds_since_line: float) -> bool:
    """Should this failure be logged? At each change of cause, and once a minute."""
    return cause != last_cause or seconds_since_line >= SILENT_SECONDS
