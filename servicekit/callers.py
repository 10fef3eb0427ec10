"""Who asks, as the gateway tells it of the token that it verified."""

from collections.abc import Iterable

# Metadata. The gateway drops it from what clients send. Without it nobody was asked who they are.
SUBJECT = "camplane-subject"


def subject(metadata: Iterable[tuple[str, str | bytes]] | None) -> str:
    """Return the subject of the caller's token, empty where access is off."""
    return str(dict(metadata or ()).get(SUBJECT, ""))
