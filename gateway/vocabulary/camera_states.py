"""How a camera may stand, as the API says it (CameraCondition.state)."""

# Those that should deliver pictures and do not; the first are looked at first.
FAILING = ("crash_loop", "restarting", "source_failed")
STATES = (*FAILING, "starting", "streaming", "stopped")
