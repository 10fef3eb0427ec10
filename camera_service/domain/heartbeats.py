"""Which workers hang: those that gave no sign of life while the machine ran on."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

Worker = TypeVar("Worker", bound=Hashable)

# We look once a second. When we come so much later, the machine stood still
# (a suspended guest, a disk that hangs), and so did the workers.
STALL_SECONDS = 3.0
# When most workers are silent at once, the machine is the likelier cause: wait longer.
COMMON_CAUSE_FACTOR = 4


@dataclass
class _Heard:
    sign: object
    at: float


class Heartbeats(Generic[Worker]):
    """Remembers when each worker's sign of life last changed. Times are monotonic seconds.

    A sign is anything that differs after each beat, such as time stamps of
    files. It is only compared, so no clock that jumps can do harm.
    """

    def __init__(self, patience_seconds: float) -> None:
        self._patience = patience_seconds
        self._heard: dict[Worker, _Heard] = {}
        self._looked_at: float | None = None

    def hung(self, signs: Mapping[Worker, object], now: float) -> list[Worker]:
        """Return the workers, of those given by their signs, that hang at `now`.

        Call it about once a second with the signs of all living workers.
        """
        if self._looked_at is not None and now - self._looked_at > STALL_SECONDS:
            for heard in self._heard.values():
                heard.at = now  # everyone gets all the time again
        self._looked_at = now
        self._heard = {
            worker: before
            if (before := self._heard.get(worker)) and before.sign == sign
            else _Heard(sign, now)
            for worker, sign in signs.items()
        }
        silent = self._silent_for(self._patience, now)
        if len(silent) > 1 and len(silent) * 2 > len(self._heard):
            return self._silent_for(self._patience * COMMON_CAUSE_FACTOR, now)
        return silent

    def _silent_for(self, seconds: float, now: float) -> list[Worker]:
        return [worker for worker, heard in self._heard.items() if now - heard.at >= seconds]
