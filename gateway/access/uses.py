"""When each token was used last: in a file beside the tokens, some seconds behind."""

import json
from collections.abc import Mapping

from gateway.access.place import AccessPlace
from gateway.access.store import known
from servicekit import atomic_file


def last_uses(place: AccessPlace) -> dict[str, float]:
    """Return the time of each token's last use, by its id; nothing where nobody notes it."""
    try:
        return {str(key): float(one) for key, one in json.loads(place.uses.read_bytes()).items()}
    except (OSError, ValueError, TypeError, AttributeError):  # they are lost; tokens hold without
        return {}


def note_uses(place: AccessPlace, seen: Mapping[str, float]) -> None:
    """Note that tokens were used, those of the file of tokens; TokensUnreadableError, OSError."""
    with place.locked():
        ids = {one.id for one in known(place)}
        before = last_uses(place)
        after = {one: max(before.get(one, 0), seen.get(one, 0)) for one in ids}
        used = {one: moment for one, moment in after.items() if moment}
        if used != before:
            atomic_file.replace(place.uses, json.dumps(used, indent=1, sort_keys=True).encode())
