import datetime

from camplane.access.v1 import role_pb2 as _role_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import httpbody_pb2 as _httpbody_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CameraState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CAMERA_STATE_UNSPECIFIED: _ClassVar[CameraState]
    CAMERA_STATE_STOPPED: _ClassVar[CameraState]
    CAMERA_STATE_STARTING: _ClassVar[CameraState]
    CAMERA_STATE_STREAMING: _ClassVar[CameraState]
    CAMERA_STATE_SOURCE_FAILED: _ClassVar[CameraState]
    CAMERA_STATE_REMOVED: _ClassVar[CameraState]
    CAMERA_STATE_RESTARTING: _ClassVar[CameraState]
    CAMERA_STATE_CRASH_LOOP: _ClassVar[CameraState]

class StreamFailure(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    STREAM_FAILURE_UNSPECIFIED: _ClassVar[StreamFailure]
    STREAM_FAILURE_AUTH: _ClassVar[StreamFailure]
    STREAM_FAILURE_NOT_FOUND: _ClassVar[StreamFailure]
    STREAM_FAILURE_REFUSED: _ClassVar[StreamFailure]
    STREAM_FAILURE_TIMEOUT: _ClassVar[StreamFailure]
    STREAM_FAILURE_DECODE: _ClassVar[StreamFailure]
    STREAM_FAILURE_ENDED: _ClassVar[StreamFailure]
    STREAM_FAILURE_OTHER: _ClassVar[StreamFailure]
    STREAM_FAILURE_WORKER_EXITED: _ClassVar[StreamFailure]
    STREAM_FAILURE_WORKER_KILLED: _ClassVar[StreamFailure]
    STREAM_FAILURE_WORKER_HUNG: _ClassVar[StreamFailure]
    STREAM_FAILURE_WORKER_NOT_STARTED: _ClassVar[StreamFailure]

class RepairOutcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REPAIR_OUTCOME_UNSPECIFIED: _ClassVar[RepairOutcome]
    REPAIR_OUTCOME_PLANNED: _ClassVar[RepairOutcome]
    REPAIR_OUTCOME_DONE: _ClassVar[RepairOutcome]
    REPAIR_OUTCOME_SKIPPED: _ClassVar[RepairOutcome]
    REPAIR_OUTCOME_FAILED: _ClassVar[RepairOutcome]
CAMERA_STATE_UNSPECIFIED: CameraState
CAMERA_STATE_STOPPED: CameraState
CAMERA_STATE_STARTING: CameraState
CAMERA_STATE_STREAMING: CameraState
CAMERA_STATE_SOURCE_FAILED: CameraState
CAMERA_STATE_REMOVED: CameraState
CAMERA_STATE_RESTARTING: CameraState
CAMERA_STATE_CRASH_LOOP: CameraState
STREAM_FAILURE_UNSPECIFIED: StreamFailure
STREAM_FAILURE_AUTH: StreamFailure
STREAM_FAILURE_NOT_FOUND: StreamFailure
STREAM_FAILURE_REFUSED: StreamFailure
STREAM_FAILURE_TIMEOUT: StreamFailure
STREAM_FAILURE_DECODE: StreamFailure
STREAM_FAILURE_ENDED: StreamFailure
STREAM_FAILURE_OTHER: StreamFailure
STREAM_FAILURE_WORKER_EXITED: StreamFailure
STREAM_FAILURE_WORKER_KILLED: StreamFailure
STREAM_FAILURE_WORKER_HUNG: StreamFailure
STREAM_FAILURE_WORKER_NOT_STARTED: StreamFailure
REPAIR_OUTCOME_UNSPECIFIED: RepairOutcome
REPAIR_OUTCOME_PLANNED: RepairOutcome
REPAIR_OUTCOME_DONE: RepairOutcome
REPAIR_OUTCOME_SKIPPED: RepairOutcome
REPAIR_OUTCOME_FAILED: RepairOutcome

class Camera(_message.Message):
    __slots__ = ("camera_id", "name", "source", "active", "auto_start", "entry")
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    AUTO_START_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    camera_id: str
    name: str
    source: str
    active: bool
    auto_start: bool
    entry: _struct_pb2.Struct
    def __init__(self, camera_id: _Optional[str] = ..., name: _Optional[str] = ..., source: _Optional[str] = ..., active: _Optional[bool] = ..., auto_start: _Optional[bool] = ..., entry: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class WorkerStatus(_message.Message):
    __slots__ = ("camera_id", "running", "pid", "log", "condition")
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    RUNNING_FIELD_NUMBER: _ClassVar[int]
    PID_FIELD_NUMBER: _ClassVar[int]
    LOG_FIELD_NUMBER: _ClassVar[int]
    CONDITION_FIELD_NUMBER: _ClassVar[int]
    camera_id: str
    running: bool
    pid: int
    log: str
    condition: CameraCondition
    def __init__(self, camera_id: _Optional[str] = ..., running: _Optional[bool] = ..., pid: _Optional[int] = ..., log: _Optional[str] = ..., condition: _Optional[_Union[CameraCondition, _Mapping]] = ...) -> None: ...

class CameraCondition(_message.Message):
    __slots__ = ("state", "cause", "message", "since", "failures", "next_retry_at")
    STATE_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    FAILURES_FIELD_NUMBER: _ClassVar[int]
    NEXT_RETRY_AT_FIELD_NUMBER: _ClassVar[int]
    state: str
    cause: str
    message: str
    since: _timestamp_pb2.Timestamp
    failures: int
    next_retry_at: _timestamp_pb2.Timestamp
    def __init__(self, state: _Optional[str] = ..., cause: _Optional[str] = ..., message: _Optional[str] = ..., since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., failures: _Optional[int] = ..., next_retry_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListCamerasRequest(_message.Message):
    __slots__ = ("active_only", "page_size", "page_token")
    ACTIVE_ONLY_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    active_only: bool
    page_size: int
    page_token: str
    def __init__(self, active_only: _Optional[bool] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListCamerasResponse(_message.Message):
    __slots__ = ("cameras", "next_page_token")
    CAMERAS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    cameras: _containers.RepeatedCompositeFieldContainer[Camera]
    next_page_token: str
    def __init__(self, cameras: _Optional[_Iterable[_Union[Camera, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetCameraRequest(_message.Message):
    __slots__ = ("camera_id",)
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    camera_id: str
    def __init__(self, camera_id: _Optional[str] = ...) -> None: ...

class GetCameraResponse(_message.Message):
    __slots__ = ("camera",)
    CAMERA_FIELD_NUMBER: _ClassVar[int]
    camera: Camera
    def __init__(self, camera: _Optional[_Union[Camera, _Mapping]] = ...) -> None: ...

class CreateCameraRequest(_message.Message):
    __slots__ = ("entry",)
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    entry: _struct_pb2.Struct
    def __init__(self, entry: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class CreateCameraResponse(_message.Message):
    __slots__ = ("camera",)
    CAMERA_FIELD_NUMBER: _ClassVar[int]
    camera: Camera
    def __init__(self, camera: _Optional[_Union[Camera, _Mapping]] = ...) -> None: ...

class UpdateCameraRequest(_message.Message):
    __slots__ = ("camera_id", "entry")
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    camera_id: str
    entry: _struct_pb2.Struct
    def __init__(self, camera_id: _Optional[str] = ..., entry: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class UpdateCameraResponse(_message.Message):
    __slots__ = ("status",)
    STATUS_FIELD_NUMBER: _ClassVar[int]
    status: str
    def __init__(self, status: _Optional[str] = ...) -> None: ...

class DeleteCameraRequest(_message.Message):
    __slots__ = ("camera_id",)
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    camera_id: str
    def __init__(self, camera_id: _Optional[str] = ...) -> None: ...

class DeleteCameraResponse(_message.Message):
    __slots__ = ("status",)
    STATUS_FIELD_NUMBER: _ClassVar[int]
    status: str
    def __init__(self, status: _Optional[str] = ...) -> None: ...

class StartCameraRequest(_message.Message):
    __slots__ = ("camera_id",)
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    camera_id: str
    def __init__(self, camera_id: _Optional[str] = ...) -> None: ...

class StartCameraResponse(_message.Message):
    __slots__ = ("ok", "running", "pid", "log", "cmd")
    OK_FIELD_NUMBER: _ClassVar[int]
    RUNNING_FIELD_NUMBER: _ClassVar[int]
    PID_FIELD_NUMBER: _ClassVar[int]
    LOG_FIELD_NUMBER: _ClassVar[int]
    CMD_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    running: bool
    pid: int
    log: str
    cmd: _struct_pb2.ListValue
    def __init__(self, ok: _Optional[bool] = ..., running: _Optional[bool] = ..., pid: _Optional[int] = ..., log: _Optional[str] = ..., cmd: _Optional[_Union[_struct_pb2.ListValue, _Mapping]] = ...) -> None: ...

class StopCameraRequest(_message.Message):
    __slots__ = ("camera_id",)
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    camera_id: str
    def __init__(self, camera_id: _Optional[str] = ...) -> None: ...

class StopCameraResponse(_message.Message):
    __slots__ = ("ok", "running")
    OK_FIELD_NUMBER: _ClassVar[int]
    RUNNING_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    running: bool
    def __init__(self, ok: _Optional[bool] = ..., running: _Optional[bool] = ...) -> None: ...

class RestartCameraRequest(_message.Message):
    __slots__ = ("camera_id",)
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    camera_id: str
    def __init__(self, camera_id: _Optional[str] = ...) -> None: ...

class RestartCameraResponse(_message.Message):
    __slots__ = ("ok", "running", "pid", "log", "cmd")
    OK_FIELD_NUMBER: _ClassVar[int]
    RUNNING_FIELD_NUMBER: _ClassVar[int]
    PID_FIELD_NUMBER: _ClassVar[int]
    LOG_FIELD_NUMBER: _ClassVar[int]
    CMD_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    running: bool
    pid: int
    log: str
    cmd: _struct_pb2.ListValue
    def __init__(self, ok: _Optional[bool] = ..., running: _Optional[bool] = ..., pid: _Optional[int] = ..., log: _Optional[str] = ..., cmd: _Optional[_Union[_struct_pb2.ListValue, _Mapping]] = ...) -> None: ...

class GetCameraStatusRequest(_message.Message):
    __slots__ = ("camera_id",)
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    camera_id: str
    def __init__(self, camera_id: _Optional[str] = ...) -> None: ...

class GetCameraStatusResponse(_message.Message):
    __slots__ = ("ok", "running", "pid", "log")
    OK_FIELD_NUMBER: _ClassVar[int]
    RUNNING_FIELD_NUMBER: _ClassVar[int]
    PID_FIELD_NUMBER: _ClassVar[int]
    LOG_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    running: bool
    pid: int
    log: str
    def __init__(self, ok: _Optional[bool] = ..., running: _Optional[bool] = ..., pid: _Optional[int] = ..., log: _Optional[str] = ...) -> None: ...

class BatchGetCameraStatusRequest(_message.Message):
    __slots__ = ("camera_ids", "conditions")
    CAMERA_IDS_FIELD_NUMBER: _ClassVar[int]
    CONDITIONS_FIELD_NUMBER: _ClassVar[int]
    camera_ids: _containers.RepeatedScalarFieldContainer[str]
    conditions: bool
    def __init__(self, camera_ids: _Optional[_Iterable[str]] = ..., conditions: _Optional[bool] = ...) -> None: ...

class BatchGetCameraStatusResponse(_message.Message):
    __slots__ = ("statuses",)
    STATUSES_FIELD_NUMBER: _ClassVar[int]
    statuses: _containers.RepeatedCompositeFieldContainer[WorkerStatus]
    def __init__(self, statuses: _Optional[_Iterable[_Union[WorkerStatus, _Mapping]]] = ...) -> None: ...

class ActivateCameraRequest(_message.Message):
    __slots__ = ("camera_id",)
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    camera_id: str
    def __init__(self, camera_id: _Optional[str] = ...) -> None: ...

class ActivateCameraResponse(_message.Message):
    __slots__ = ("ok", "camera_id", "active")
    OK_FIELD_NUMBER: _ClassVar[int]
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    camera_id: str
    active: bool
    def __init__(self, ok: _Optional[bool] = ..., camera_id: _Optional[str] = ..., active: _Optional[bool] = ...) -> None: ...

class DeactivateCameraRequest(_message.Message):
    __slots__ = ("camera_id",)
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    camera_id: str
    def __init__(self, camera_id: _Optional[str] = ...) -> None: ...

class DeactivateCameraResponse(_message.Message):
    __slots__ = ("ok", "camera_id", "active", "stopped")
    OK_FIELD_NUMBER: _ClassVar[int]
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    STOPPED_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    camera_id: str
    active: bool
    stopped: bool
    def __init__(self, ok: _Optional[bool] = ..., camera_id: _Optional[str] = ..., active: _Optional[bool] = ..., stopped: _Optional[bool] = ...) -> None: ...

class SetAutoStartRequest(_message.Message):
    __slots__ = ("camera_id", "auto_start")
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    AUTO_START_FIELD_NUMBER: _ClassVar[int]
    camera_id: str
    auto_start: bool
    def __init__(self, camera_id: _Optional[str] = ..., auto_start: _Optional[bool] = ...) -> None: ...

class SetAutoStartResponse(_message.Message):
    __slots__ = ("ok", "camera_id", "auto_start")
    OK_FIELD_NUMBER: _ClassVar[int]
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    AUTO_START_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    camera_id: str
    auto_start: bool
    def __init__(self, ok: _Optional[bool] = ..., camera_id: _Optional[str] = ..., auto_start: _Optional[bool] = ...) -> None: ...

class GetCameraLogsRequest(_message.Message):
    __slots__ = ("camera_id", "lines")
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    camera_id: str
    lines: int
    def __init__(self, camera_id: _Optional[str] = ..., lines: _Optional[int] = ...) -> None: ...

class GetCameraLogsResponse(_message.Message):
    __slots__ = ("camera_id", "log_file", "total_lines", "lines", "message")
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    LOG_FILE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_LINES_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    camera_id: str
    log_file: str
    total_lines: int
    lines: _containers.RepeatedScalarFieldContainer[str]
    message: str
    def __init__(self, camera_id: _Optional[str] = ..., log_file: _Optional[str] = ..., total_lines: _Optional[int] = ..., lines: _Optional[_Iterable[str]] = ..., message: _Optional[str] = ...) -> None: ...

class TailCameraLogsRequest(_message.Message):
    __slots__ = ("camera_id", "lines", "after")
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    camera_id: str
    lines: int
    after: str
    def __init__(self, camera_id: _Optional[str] = ..., lines: _Optional[int] = ..., after: _Optional[str] = ...) -> None: ...

class TailCameraLogsResponse(_message.Message):
    __slots__ = ("lines", "place", "rotated", "gap")
    LINES_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    ROTATED_FIELD_NUMBER: _ClassVar[int]
    GAP_FIELD_NUMBER: _ClassVar[int]
    lines: _containers.RepeatedScalarFieldContainer[str]
    place: str
    rotated: bool
    gap: bool
    def __init__(self, lines: _Optional[_Iterable[str]] = ..., place: _Optional[str] = ..., rotated: _Optional[bool] = ..., gap: _Optional[bool] = ...) -> None: ...

class GetCameraStatsRequest(_message.Message):
    __slots__ = ("camera_id",)
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    camera_id: str
    def __init__(self, camera_id: _Optional[str] = ...) -> None: ...

class CameraStats(_message.Message):
    __slots__ = ("total_frames", "processed_frames", "detected_persons", "detected_hairnets", "detected_handwash", "avg_fps", "avg_detection_time", "last_detection_time", "known")
    TOTAL_FRAMES_FIELD_NUMBER: _ClassVar[int]
    PROCESSED_FRAMES_FIELD_NUMBER: _ClassVar[int]
    DETECTED_PERSONS_FIELD_NUMBER: _ClassVar[int]
    DETECTED_HAIRNETS_FIELD_NUMBER: _ClassVar[int]
    DETECTED_HANDWASH_FIELD_NUMBER: _ClassVar[int]
    AVG_FPS_FIELD_NUMBER: _ClassVar[int]
    AVG_DETECTION_TIME_FIELD_NUMBER: _ClassVar[int]
    LAST_DETECTION_TIME_FIELD_NUMBER: _ClassVar[int]
    KNOWN_FIELD_NUMBER: _ClassVar[int]
    total_frames: int
    processed_frames: int
    detected_persons: int
    detected_hairnets: int
    detected_handwash: int
    avg_fps: float
    avg_detection_time: float
    last_detection_time: _struct_pb2.Value
    known: bool
    def __init__(self, total_frames: _Optional[int] = ..., processed_frames: _Optional[int] = ..., detected_persons: _Optional[int] = ..., detected_hairnets: _Optional[int] = ..., detected_handwash: _Optional[int] = ..., avg_fps: _Optional[float] = ..., avg_detection_time: _Optional[float] = ..., last_detection_time: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., known: _Optional[bool] = ...) -> None: ...

class GetCameraStatsResponse(_message.Message):
    __slots__ = ("camera_id", "running", "pid", "log_file", "stats", "condition")
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    RUNNING_FIELD_NUMBER: _ClassVar[int]
    PID_FIELD_NUMBER: _ClassVar[int]
    LOG_FILE_FIELD_NUMBER: _ClassVar[int]
    STATS_FIELD_NUMBER: _ClassVar[int]
    CONDITION_FIELD_NUMBER: _ClassVar[int]
    camera_id: str
    running: bool
    pid: int
    log_file: str
    stats: CameraStats
    condition: CameraCondition
    def __init__(self, camera_id: _Optional[str] = ..., running: _Optional[bool] = ..., pid: _Optional[int] = ..., log_file: _Optional[str] = ..., stats: _Optional[_Union[CameraStats, _Mapping]] = ..., condition: _Optional[_Union[CameraCondition, _Mapping]] = ...) -> None: ...

class GetCameraPreviewRequest(_message.Message):
    __slots__ = ("camera_id",)
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    camera_id: str
    def __init__(self, camera_id: _Optional[str] = ...) -> None: ...

class GetCameraPreviewResponse(_message.Message):
    __slots__ = ("image",)
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    image: _httpbody_pb2.HttpBody
    def __init__(self, image: _Optional[_Union[_httpbody_pb2.HttpBody, _Mapping]] = ...) -> None: ...

class RefreshCamerasRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class RefreshCamerasResponse(_message.Message):
    __slots__ = ("status", "message", "timestamp")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    status: str
    message: str
    timestamp: str
    def __init__(self, status: _Optional[str] = ..., message: _Optional[str] = ..., timestamp: _Optional[str] = ...) -> None: ...

class WatchCamerasRequest(_message.Message):
    __slots__ = ("epoch", "after_revision", "camera_ids")
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    AFTER_REVISION_FIELD_NUMBER: _ClassVar[int]
    CAMERA_IDS_FIELD_NUMBER: _ClassVar[int]
    epoch: str
    after_revision: int
    camera_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, epoch: _Optional[str] = ..., after_revision: _Optional[int] = ..., camera_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class WatchCamerasResponse(_message.Message):
    __slots__ = ("epoch", "revision", "time", "camera_id", "state", "cause", "pid", "camera", "failures", "next_retry_at", "detail")
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    PID_FIELD_NUMBER: _ClassVar[int]
    CAMERA_FIELD_NUMBER: _ClassVar[int]
    FAILURES_FIELD_NUMBER: _ClassVar[int]
    NEXT_RETRY_AT_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    epoch: str
    revision: int
    time: _timestamp_pb2.Timestamp
    camera_id: str
    state: CameraState
    cause: StreamFailure
    pid: int
    camera: Camera
    failures: int
    next_retry_at: _timestamp_pb2.Timestamp
    detail: str
    def __init__(self, epoch: _Optional[str] = ..., revision: _Optional[int] = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., camera_id: _Optional[str] = ..., state: _Optional[_Union[CameraState, str]] = ..., cause: _Optional[_Union[StreamFailure, str]] = ..., pid: _Optional[int] = ..., camera: _Optional[_Union[Camera, _Mapping]] = ..., failures: _Optional[int] = ..., next_retry_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., detail: _Optional[str] = ...) -> None: ...

class CheckConsistencyRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ConsistencySide(_message.Message):
    __slots__ = ("where", "says")
    WHERE_FIELD_NUMBER: _ClassVar[int]
    SAYS_FIELD_NUMBER: _ClassVar[int]
    where: str
    says: str
    def __init__(self, where: _Optional[str] = ..., says: _Optional[str] = ...) -> None: ...

class ConsistencyIssue(_message.Message):
    __slots__ = ("camera_id", "field", "description", "kind", "path", "sides", "cause", "repair", "repairable")
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    SIDES_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    REPAIR_FIELD_NUMBER: _ClassVar[int]
    REPAIRABLE_FIELD_NUMBER: _ClassVar[int]
    camera_id: str
    field: str
    description: str
    kind: str
    path: str
    sides: _containers.RepeatedCompositeFieldContainer[ConsistencySide]
    cause: str
    repair: str
    repairable: bool
    def __init__(self, camera_id: _Optional[str] = ..., field: _Optional[str] = ..., description: _Optional[str] = ..., kind: _Optional[str] = ..., path: _Optional[str] = ..., sides: _Optional[_Iterable[_Union[ConsistencySide, _Mapping]]] = ..., cause: _Optional[str] = ..., repair: _Optional[str] = ..., repairable: _Optional[bool] = ...) -> None: ...

class CheckConsistencyResponse(_message.Message):
    __slots__ = ("consistent", "issues", "db_count", "yaml_count", "notes")
    CONSISTENT_FIELD_NUMBER: _ClassVar[int]
    ISSUES_FIELD_NUMBER: _ClassVar[int]
    DB_COUNT_FIELD_NUMBER: _ClassVar[int]
    YAML_COUNT_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    consistent: bool
    issues: _containers.RepeatedCompositeFieldContainer[ConsistencyIssue]
    db_count: int
    yaml_count: int
    notes: _containers.RepeatedCompositeFieldContainer[ConsistencyIssue]
    def __init__(self, consistent: _Optional[bool] = ..., issues: _Optional[_Iterable[_Union[ConsistencyIssue, _Mapping]]] = ..., db_count: _Optional[int] = ..., yaml_count: _Optional[int] = ..., notes: _Optional[_Iterable[_Union[ConsistencyIssue, _Mapping]]] = ...) -> None: ...

class RepairConsistencyRequest(_message.Message):
    __slots__ = ("dry_run", "kinds", "camera_ids")
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    KINDS_FIELD_NUMBER: _ClassVar[int]
    CAMERA_IDS_FIELD_NUMBER: _ClassVar[int]
    dry_run: bool
    kinds: _containers.RepeatedScalarFieldContainer[str]
    camera_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, dry_run: _Optional[bool] = ..., kinds: _Optional[_Iterable[str]] = ..., camera_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class RepairAction(_message.Message):
    __slots__ = ("kind", "camera_id", "action", "diff", "outcome", "detail")
    KIND_FIELD_NUMBER: _ClassVar[int]
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    DIFF_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    kind: str
    camera_id: str
    action: str
    diff: str
    outcome: RepairOutcome
    detail: str
    def __init__(self, kind: _Optional[str] = ..., camera_id: _Optional[str] = ..., action: _Optional[str] = ..., diff: _Optional[str] = ..., outcome: _Optional[_Union[RepairOutcome, str]] = ..., detail: _Optional[str] = ...) -> None: ...

class RepairConsistencyResponse(_message.Message):
    __slots__ = ("dry_run", "actions", "backup", "by_hand", "left_out")
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    ACTIONS_FIELD_NUMBER: _ClassVar[int]
    BACKUP_FIELD_NUMBER: _ClassVar[int]
    BY_HAND_FIELD_NUMBER: _ClassVar[int]
    LEFT_OUT_FIELD_NUMBER: _ClassVar[int]
    dry_run: bool
    actions: _containers.RepeatedCompositeFieldContainer[RepairAction]
    backup: str
    by_hand: _containers.RepeatedCompositeFieldContainer[ConsistencyIssue]
    left_out: int
    def __init__(self, dry_run: _Optional[bool] = ..., actions: _Optional[_Iterable[_Union[RepairAction, _Mapping]]] = ..., backup: _Optional[str] = ..., by_hand: _Optional[_Iterable[_Union[ConsistencyIssue, _Mapping]]] = ..., left_out: _Optional[int] = ...) -> None: ...

class UndoRepairRequest(_message.Message):
    __slots__ = ("backup", "force")
    BACKUP_FIELD_NUMBER: _ClassVar[int]
    FORCE_FIELD_NUMBER: _ClassVar[int]
    backup: str
    force: bool
    def __init__(self, backup: _Optional[str] = ..., force: _Optional[bool] = ...) -> None: ...

class UndoRepairResponse(_message.Message):
    __slots__ = ("restored", "not_restored")
    RESTORED_FIELD_NUMBER: _ClassVar[int]
    NOT_RESTORED_FIELD_NUMBER: _ClassVar[int]
    restored: _containers.RepeatedScalarFieldContainer[str]
    not_restored: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, restored: _Optional[_Iterable[str]] = ..., not_restored: _Optional[_Iterable[str]] = ...) -> None: ...
