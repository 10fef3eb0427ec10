"""Log lines as server-sent events (text/event-stream)."""

from google.api import httpbody_pb2

from camera_service.shared_state.logs.following import Lines

QUIET = ": no new line\n\n"
ROTATED = "event: rotated\ndata: a new file begins\n\n"
GAP = "event: gap\ndata: lines may be missing here\n\n"


def events(found: Lines) -> httpbody_pb2.HttpBody:
    """Return whole events: one a line, its id the place behind it; a comment for no line.

    A line holds neither \\n nor \\r, which would end the event's field.
    """
    parts = [QUIET] if not found.lines else []
    parts += [GAP] if found.gap else []
    parts += [ROTATED] if found.rotated else []
    parts += [f"id: {place}\ndata: {text}\n\n" for text, place in found.lines]
    return httpbody_pb2.HttpBody(content_type="text/event-stream", data="".join(parts).encode())
