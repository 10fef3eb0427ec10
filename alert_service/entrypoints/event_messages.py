"""Events of both contracts in, and what became of them out."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from camplane.alert.v1 import alert_rest_service_pb2 as rest_pb
from camplane.alert.v1 import alert_service_pb2 as pb

from alert_service.application.intake import Reported, Taken
from alert_service.domain.errors import InvalidArgumentError
from servicekit import json_body

_OPTIONAL = ("value", "confidence", "snapshot")


def reported(request: pb.IngestEventsRequest) -> Sequence[Reported]:
    """Decode typed events."""
    return [_reported(event) for event in request.events]


def reported_as_json(
    request: rest_pb.AlertRestServiceIngestEventsRequest,
) -> Sequence[Reported]:
    """Decode events as JSON."""
    found = (json_body.read_object(request.body) or {}).get("events")
    if not isinstance(found, list):
        raise InvalidArgumentError('the body must be a JSON object with a list of "events"')
    # What is no object is an event without anything, and refused by itself.
    fields = [one if isinstance(one, dict) else {} for one in found]
    return [Reported(one, _unix_time(one.get("time"))) for one in fields]


def answer(taken: Taken) -> dict[str, Any]:
    """Return the fields of either answer."""
    refused = [pb.RefusedEvent(**asdict(one)) for one in taken.refused]
    return {"stored": taken.stored, "duplicates": taken.duplicates, "refused": refused}


def _reported(event: pb.Event) -> Reported:
    fields = {
        "event_id": event.event_id,
        "camera_id": event.camera_id,
        "type": event.type,
        "labels": dict(event.labels),
        **{name: getattr(event, name) for name in _OPTIONAL if event.HasField(name)},  # type: ignore[arg-type]
    }
    time = event.time.seconds + event.time.nanos / 1e9 if event.HasField("time") else None
    return Reported(fields, time)


def _unix_time(value: Any) -> float | None:
    """Return Unix seconds of RFC 3339 or a number; None for anything else."""
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
            return moment.timestamp() if moment.tzinfo else None
        except (ValueError, OverflowError):
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # An integer may have any number of digits.
    return float(value) if abs(value) < 1e15 else None
