"""What a narrow terminal shows of a time, an id and an operation. Pure."""

# So much of an id is enough to ask for it.
MIN_PREFIX = 8


def clock(time: str) -> str:
    """Return "04:41:38" of "2026-12-01 04:41:38": the day is left out where there is no room."""
    return time.rpartition(" ")[2]


def day(time: str) -> str:
    """Return "2026-12-01" of "2026-12-01 04:41"."""
    return time.partition(" ")[0]


def minute(time: str) -> str:
    """Return "2026-12-01 04:41" of "2026-12-01T04:41:38.123"."""
    return time[:16].replace("T", " ")


def prefix(identity: str) -> str:
    """Return the beginning of a trace's or span's id."""
    return identity[:MIN_PREFIX]


def short_rpc(label: str) -> str:
    """Return "StartCamera" of "CameraService/StartCamera"."""
    return label.rpartition("/")[2]
