"""What this worker process answered so far."""

from collections import Counter, deque
from typing import Any

KEPT_TIMES = 1000
KEPT_ERRORS = 10


class RequestFigures:
    def __init__(self) -> None:
        self.by_status: Counter[int] = Counter()
        self.domain_used = 0
        self._milliseconds: deque[float] = deque(maxlen=KEPT_TIMES)
        self._errors: deque[dict[str, Any]] = deque(maxlen=KEPT_ERRORS)

    def answered(self, method: str, path: str, status: int, milliseconds: float) -> None:
        self.by_status[status] += 1
        self._milliseconds.append(milliseconds)
        if status >= 500:
            self._errors.append({"method": method, "path": path, "status": status})

    def summary(self) -> dict[str, Any]:
        total = sum(self.by_status.values())
        errors = sum(count for status, count in self.by_status.items() if status >= 500)
        return {
            "requests": {
                "total": total,
                "success": total - errors,
                "error": errors,
                "success_rate": _percent(total - errors, total),
                "error_rate": _percent(errors, total),
                "by_status": {str(status): n for status, n in sorted(self.by_status.items())},
            },
            "domain_service": {
                "usage_count": self.domain_used,
                "old_count": total - self.domain_used,
                "usage_rate": _percent(self.domain_used, total),
            },
            "response_time": self._times(),
            "errors": {"total": errors, "recent": list(self._errors)},
        }

    def _times(self) -> dict[str, float]:
        times = sorted(self._milliseconds) or [0.0]
        found = {
            f"p{percent}_ms": times[min(len(times) - 1, len(times) * percent // 100)]
            for percent in (50, 95, 99)
        }
        found |= {"max_ms": times[-1], "avg_ms": sum(times) / len(times)}
        return {name: round(value, 2) for name, value in found.items()}


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 2) if whole else 0.0


figures = RequestFigures()
