"""Reports events as cameras and detectors do."""

import time
from typing import Any

from camplane.alert.v1 import alert_service_pb2 as pb


async def report(client: Any, kind: str, *cameras: str) -> None:
    """Report an event of a kind of each camera, now."""
    now = time.time()
    request = pb.IngestEventsRequest()
    for one in cameras:
        event = request.events.add(event_id=f"{kind}-{now}", camera_id=one, type=kind)
        event.time.FromNanoseconds(int(now * 1e9))
    assert (await client.typed.IngestEvents(request)).stored == len(cameras)
