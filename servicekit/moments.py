"""Times as the contract prints them: ISO 8601, UTC, without a zone."""

import time
from datetime import UTC, datetime


def iso(unix: float) -> str:
    """Return a Unix time in the contract's form."""
    return datetime.fromtimestamp(unix, UTC).replace(tzinfo=None).isoformat()


def now() -> str:
    """Return the time in the contract's form."""
    return iso(time.time())
