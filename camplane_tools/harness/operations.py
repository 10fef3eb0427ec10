"""Where the operations that tools ask for are: the paths that REST has for them."""

from gateway.vocabulary.placement import written

CAMERAS, RULES = "/api/v1/cameras", "/api/v1/alerts/rules"
CONSISTENCY_REPAIR = "/api/v1/monitoring/consistency/repair"
BATCH_STATUS = f"{CAMERAS}/batch-status"
HISTORY, EVENTS = "/api/v1/alerts/history-db", "/api/v1/alerts/events"
STATES, CHANNELS = "/api/v1/alerts/states", "/api/v1/alerts/channels"
RAISED, SNOOZES = "/api/v1/alerts/raised", "/api/v1/alerts/snoozes"
# What lists all that a context has.
LISTS = {"camera": CAMERAS, "alert": RULES}


def camera_address(camera_id: str, operation: str = "") -> str:
    """Return the path of a camera, or of an operation on it."""
    return f"{CAMERAS}/{written(camera_id)}{operation and '/' + operation}"


def rule_address(rule_id: int | str) -> str:
    """Return the path of a rule."""
    return f"{RULES}/{rule_id}"
