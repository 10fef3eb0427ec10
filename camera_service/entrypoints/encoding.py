"""Facts of the context as messages of the contract."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from camplane.camera.v1 import camera_rest_service_pb2 as rest_pb
from camplane.camera.v1 import camera_service_pb2 as pb
from google.protobuf import json_format, struct_pb2
from google.protobuf.timestamp_pb2 import Timestamp

from camera_service.application.entry_masking import typed_entry
from camera_service.application.reading import log_line
from camera_service.domain.condition import Condition, Conditions
from camera_service.domain.entry import Entry, is_active, is_auto_start, key_of, source_of
from camera_service.domain.entry_size import EntrySize
from camera_service.domain.results import Started, WorkerReport, WorkerStatus
from camera_service.shared_state.logs.following import Lines
from servicekit import json_body
from servicekit.masking import mask_url


def camera(entry: Entry) -> pb.Camera:
    """Return the typed camera, the credentials of its source replaced."""
    message = pb.Camera(
        camera_id=key_of(entry) or "",
        name=_text(entry.get("name")),
        source=mask_url(source_of(entry)),
        active=is_active(entry),
        auto_start=is_auto_start(entry),
    )
    message.entry.update(typed_entry(entry))
    return message


def plain(struct: struct_pb2.Struct, size: EntrySize) -> Entry:
    """Return a Struct as a plain mapping; whole numbers become integers again.

    InvalidArgumentError for more keys than an entry may have: each costs the event loop.
    """
    size.check_counts(_counts_of(struct))
    return _plain(struct)


def _plain(struct: struct_pb2.Struct) -> Entry:
    return {key: _plain_value(value) for key, value in struct.fields.items()}


def _counts_of(struct: struct_pb2.Struct) -> Iterator[int]:
    """Yield how many keys there are at each depth, items of lists included."""
    structs, lists = [struct], list[struct_pb2.ListValue]()
    while structs or lists:
        yield sum(len(one.fields) for one in structs) + sum(len(one.values) for one in lists)
        inner = [value for one in structs for value in one.fields.values()]
        inner += [value for one in lists for value in one.values]
        structs = [value.struct_value for value in inner if value.HasField("struct_value")]
        lists = [value.list_value for value in inner if value.HasField("list_value")]


def command(started: Started) -> struct_pb2.ListValue | None:
    """Return the command as the contract's list, None when there is none."""
    if started.command is None:
        return None
    values = struct_pb2.ListValue()
    values.extend(list(started.command))
    return values


def condition(found: Condition) -> pb.CameraCondition:
    """Return how a camera stands, its message as the caller may read it."""
    return pb.CameraCondition(
        state=found.state.value,
        cause=found.cause,
        message=None if found.message is None else log_line(found.message),
        since=_timestamp(found.since),
        failures=_int32(found.failures) or None,
        next_retry_at=_timestamp(found.next_retry_at),
    )


def _timestamp(seconds: float | None) -> Timestamp | None:
    return None if seconds is None else Timestamp(seconds=int(seconds))


def worker_statuses(
    statuses: dict[str, WorkerStatus], conditions: Conditions | None = None
) -> pb.BatchGetCameraStatusResponse:
    """Return statuses by camera as the answer to a batch; with `conditions` how they stand."""
    return pb.BatchGetCameraStatusResponse(
        statuses=(
            pb.WorkerStatus(
                camera_id=camera_id,
                running=s.running,
                pid=s.pid,
                log=s.log,
                condition=condition(conditions(camera_id)) if conditions else None,
            )
            for camera_id, s in statuses.items()
        )
    )


def rest_statuses(
    statuses: dict[str, WorkerStatus], conditions: Conditions | None = None
) -> rest_pb.CameraRestServiceBatchGetCameraStatusResponse:
    """Return the same as REST clients read it."""
    found = {
        camera_id: {"ok": True, "running": s.running, "pid": s.pid, "log": s.log}
        for camera_id, s in statuses.items()
    }
    if conditions:
        for camera_id in statuses:
            told = condition(conditions(camera_id))
            found[camera_id]["condition"] = json_format.MessageToDict(
                told, preserving_proto_field_name=True
            )
    return rest_pb.CameraRestServiceBatchGetCameraStatusResponse(body=json_body.write(found))


def log_lines(found: Lines) -> pb.TailCameraLogsResponse:
    """Return lines of a log, with the place behind the last of them."""
    return pb.TailCameraLogsResponse(
        lines=[text for text, _ in found.lines],
        place=found.lines[-1][1] if found.lines else "",
        rotated=found.rotated,
        gap=found.gap,
    )


def stats(report: WorkerReport) -> pb.CameraStats:
    """Return what a worker reported, or that nobody knows."""
    seen = struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)
    if report.last_detection_time is not None:
        when = datetime.fromtimestamp(report.last_detection_time, UTC)
        seen = struct_pb2.Value(string_value=when.strftime("%Y-%m-%d %H:%M:%S"))
    return pb.CameraStats(
        total_frames=_int32(report.total_frames),
        processed_frames=_int32(report.processed_frames),
        detected_persons=_int32(report.detected_persons),
        detected_hairnets=_int32(report.detected_hairnets),
        detected_handwash=_int32(report.detected_handwash),
        avg_fps=round(report.avg_fps, 2),
        avg_detection_time=round(report.avg_detection_time, 6),
        last_detection_time=seen,
        known=None if report.is_known else False,
    )


def _plain_value(value: struct_pb2.Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return _plain(value.struct_value)
    if kind == "list_value":
        return [_plain_value(item) for item in value.list_value.values]
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() and abs(number) < 2**53 else number
    return None if kind in (None, "null_value") else getattr(value, kind)


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _int32(value: int) -> int:
    return min(value, 2**31 - 1)
