"""Is a monolith the old side of a camplane, or this system's own legacy? An answer tells. Pure."""

import json
import secrets
from typing import Any

# In every error of this system's services, and in none of anybody else's.
_OURS = "camplane.camera"


def question() -> str:
    """Return the path of a camera that nobody has: its refusal says whose it is."""
    return f"/api/v1/cameras/whose-{secrets.token_hex(8)}?force_domain=false"


def is_monolith(status: int, body: bytes) -> bool:
    """Is this what a monolith answers to `question`? Nobody's, while nobody serves, is not."""
    if status == 0 or status in (502, 503, 504):
        return False
    try:
        said: Any = json.loads(body)
    except ValueError:
        return True
    details = said.get("details") if isinstance(said, dict) else None
    return not (isinstance(details, list) and any(_is_ours(one) for one in details))


def _is_ours(detail: Any) -> bool:
    return isinstance(detail, dict) and detail.get("domain") == _OURS
