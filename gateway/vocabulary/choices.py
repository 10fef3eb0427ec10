"""How a request's path came about, as routes, spans and figures name it."""

# Drawn for this request alone, kept for its camera, named by the caller, or set for its
# camera by hand.
DRAWN, STICKY, FORCED, PINNED = "drawn", "sticky", "forced", "pinned"
# In figures, instead of these: a request of one of camplane's own tools, however it was chosen.
TOOL = "tool"
# Or one refusal more of a resource that is refused again and again (gateway.telemetry.resources).
REPEATED = "repeated"
CHOICES = (DRAWN, STICKY, FORCED, PINNED)
