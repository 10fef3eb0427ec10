"""What a recorded or generated request must not do, even in a sandbox: open a real source. Pure."""

import json
from dataclasses import replace

from camplane_tools.compare.model import Case, Request

NO_SOURCE = "nofile.mp4"


def harmless(case: Case) -> Case:
    """Return the case with every source that names a network address or a device replaced."""
    return replace(case, requests=tuple(map(_harmless, case.requests)))


def _harmless(request: Request) -> Request:
    if b'"source"' not in request.body:
        return request
    try:
        value = json.loads(request.body)
    except (ValueError, RecursionError):
        return request
    source = value.get("source") if isinstance(value, dict) else None
    if not isinstance(source, str) or not _is_real(source):
        return request
    body = json.dumps({**value, "source": NO_SOURCE}, ensure_ascii=False)
    return replace(request, body=body.encode("utf-8", "surrogatepass"))


def _is_real(source: str) -> bool:
    return source.strip().isdigit() or ":" in source or source.strip().startswith("/")
