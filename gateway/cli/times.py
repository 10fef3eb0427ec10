"""Times as a narrow terminal shows them. Pure."""


def clock(time: str) -> str:
    """Return "04:41:38" of "2026-12-01 04:41:38": the day is left out where there is no room."""
    return time.rpartition(" ")[2]


def day(time: str) -> str:
    """Return "2026-12-01" of "2026-12-01 04:41"."""
    return time.partition(" ")[0]
