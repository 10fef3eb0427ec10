"""Which cameras went back to the old server though no weight went down. Pure."""

from collections.abc import Iterable, Sequence

from camplane_tools.demos.monolith.counts import Sighting

# A decision is written down before the routes change.
_IN_FORCE_SECONDS = 1.0


def moved_back(sightings: Iterable[Sighting], downs: Sequence[float]) -> list[str]:
    """Return the cameras that legacy answered for after domain had.

    downs: when it was decided to lower the weight (Unix time). A camera may go back from
    just before then, and its answers may have been under way.
    """
    last: dict[str, Sighting] = {}
    found = []
    for seen in sightings:
        before = last.get(seen.camera_id)
        if before and (before.side, seen.side) == ("domain", "legacy"):
            since = before.began - _IN_FORCE_SECONDS
            if not any(since <= at <= seen.ended for at in downs):
                found.append(seen.camera_id)
        last[seen.camera_id] = seen
    return found
