"""Times as the database and the API have them."""

from datetime import UTC, datetime

from kitchenwatch.config import settings


def utcnow() -> datetime:
    """Return the time in UTC, without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)


def db_now() -> datetime:
    """Return the time as the columns of this installation want it."""
    return datetime.now(UTC) if settings.timestamps_with_zone else utcnow()


def isoformat(value: datetime | None) -> str | None:
    """Return an ISO time in UTC without a zone, whatever the column has."""
    if value is None:
        return None
    if value.tzinfo is not None:
        value = value.astimezone(UTC).replace(tzinfo=None)
    return value.isoformat()
