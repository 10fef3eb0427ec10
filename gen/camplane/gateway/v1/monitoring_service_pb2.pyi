from camplane.access.v1 import role_pb2 as _role_pb2
from camplane.camera.v1 import camera_service_pb2 as _camera_service_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PingRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class PingResponse(_message.Message):
    __slots__ = ("message", "timestamp")
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    message: str
    timestamp: str
    def __init__(self, message: _Optional[str] = ..., timestamp: _Optional[str] = ...) -> None: ...

class GetHealthRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class HealthChecks(_message.Message):
    __slots__ = ("database", "domain_services", "legacy_services", "camera_data_consistency", "consistency_issues", "consistency_details", "not_serving", "insecure", "disk", "notifications", "cameras")
    DATABASE_FIELD_NUMBER: _ClassVar[int]
    DOMAIN_SERVICES_FIELD_NUMBER: _ClassVar[int]
    LEGACY_SERVICES_FIELD_NUMBER: _ClassVar[int]
    CAMERA_DATA_CONSISTENCY_FIELD_NUMBER: _ClassVar[int]
    CONSISTENCY_ISSUES_FIELD_NUMBER: _ClassVar[int]
    CONSISTENCY_DETAILS_FIELD_NUMBER: _ClassVar[int]
    NOT_SERVING_FIELD_NUMBER: _ClassVar[int]
    INSECURE_FIELD_NUMBER: _ClassVar[int]
    DISK_FIELD_NUMBER: _ClassVar[int]
    NOTIFICATIONS_FIELD_NUMBER: _ClassVar[int]
    CAMERAS_FIELD_NUMBER: _ClassVar[int]
    database: str
    domain_services: str
    legacy_services: str
    camera_data_consistency: str
    consistency_issues: _containers.RepeatedScalarFieldContainer[str]
    consistency_details: ConsistencyDetails
    not_serving: _containers.RepeatedScalarFieldContainer[str]
    insecure: str
    disk: str
    notifications: str
    cameras: CameraCounts
    def __init__(self, database: _Optional[str] = ..., domain_services: _Optional[str] = ..., legacy_services: _Optional[str] = ..., camera_data_consistency: _Optional[str] = ..., consistency_issues: _Optional[_Iterable[str]] = ..., consistency_details: _Optional[_Union[ConsistencyDetails, _Mapping]] = ..., not_serving: _Optional[_Iterable[str]] = ..., insecure: _Optional[str] = ..., disk: _Optional[str] = ..., notifications: _Optional[str] = ..., cameras: _Optional[_Union[CameraCounts, _Mapping]] = ...) -> None: ...

class CameraCounts(_message.Message):
    __slots__ = ("configured", "failing", "source_failed", "restarting", "crash_loop", "streaming", "starting", "stopped")
    CONFIGURED_FIELD_NUMBER: _ClassVar[int]
    FAILING_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FAILED_FIELD_NUMBER: _ClassVar[int]
    RESTARTING_FIELD_NUMBER: _ClassVar[int]
    CRASH_LOOP_FIELD_NUMBER: _ClassVar[int]
    STREAMING_FIELD_NUMBER: _ClassVar[int]
    STARTING_FIELD_NUMBER: _ClassVar[int]
    STOPPED_FIELD_NUMBER: _ClassVar[int]
    configured: int
    failing: int
    source_failed: int
    restarting: int
    crash_loop: int
    streaming: int
    starting: int
    stopped: int
    def __init__(self, configured: _Optional[int] = ..., failing: _Optional[int] = ..., source_failed: _Optional[int] = ..., restarting: _Optional[int] = ..., crash_loop: _Optional[int] = ..., streaming: _Optional[int] = ..., starting: _Optional[int] = ..., stopped: _Optional[int] = ...) -> None: ...

class ConsistencyDetails(_message.Message):
    __slots__ = ("db_count", "yaml_count")
    DB_COUNT_FIELD_NUMBER: _ClassVar[int]
    YAML_COUNT_FIELD_NUMBER: _ClassVar[int]
    db_count: int
    yaml_count: int
    def __init__(self, db_count: _Optional[int] = ..., yaml_count: _Optional[int] = ...) -> None: ...

class GetHealthResponse(_message.Message):
    __slots__ = ("status", "timestamp", "checks")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    CHECKS_FIELD_NUMBER: _ClassVar[int]
    status: str
    timestamp: str
    checks: HealthChecks
    def __init__(self, status: _Optional[str] = ..., timestamp: _Optional[str] = ..., checks: _Optional[_Union[HealthChecks, _Mapping]] = ...) -> None: ...

class GetMetricsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class RequestMetrics(_message.Message):
    __slots__ = ("total", "success", "error", "success_rate", "error_rate", "by_status")
    class ByStatusEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    SUCCESS_RATE_FIELD_NUMBER: _ClassVar[int]
    ERROR_RATE_FIELD_NUMBER: _ClassVar[int]
    BY_STATUS_FIELD_NUMBER: _ClassVar[int]
    total: int
    success: int
    error: int
    success_rate: float
    error_rate: float
    by_status: _containers.ScalarMap[str, int]
    def __init__(self, total: _Optional[int] = ..., success: _Optional[int] = ..., error: _Optional[int] = ..., success_rate: _Optional[float] = ..., error_rate: _Optional[float] = ..., by_status: _Optional[_Mapping[str, int]] = ...) -> None: ...

class DomainServiceMetrics(_message.Message):
    __slots__ = ("usage_count", "old_count", "usage_rate")
    USAGE_COUNT_FIELD_NUMBER: _ClassVar[int]
    OLD_COUNT_FIELD_NUMBER: _ClassVar[int]
    USAGE_RATE_FIELD_NUMBER: _ClassVar[int]
    usage_count: int
    old_count: int
    usage_rate: float
    def __init__(self, usage_count: _Optional[int] = ..., old_count: _Optional[int] = ..., usage_rate: _Optional[float] = ...) -> None: ...

class ResponseTimes(_message.Message):
    __slots__ = ("p50_ms", "p95_ms", "p99_ms", "max_ms", "avg_ms")
    P50_MS_FIELD_NUMBER: _ClassVar[int]
    P95_MS_FIELD_NUMBER: _ClassVar[int]
    P99_MS_FIELD_NUMBER: _ClassVar[int]
    MAX_MS_FIELD_NUMBER: _ClassVar[int]
    AVG_MS_FIELD_NUMBER: _ClassVar[int]
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float
    avg_ms: float
    def __init__(self, p50_ms: _Optional[float] = ..., p95_ms: _Optional[float] = ..., p99_ms: _Optional[float] = ..., max_ms: _Optional[float] = ..., avg_ms: _Optional[float] = ...) -> None: ...

class ErrorEvent(_message.Message):
    __slots__ = ("timestamp", "status_code", "method", "path")
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    STATUS_CODE_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    timestamp: str
    status_code: int
    method: str
    path: str
    def __init__(self, timestamp: _Optional[str] = ..., status_code: _Optional[int] = ..., method: _Optional[str] = ..., path: _Optional[str] = ...) -> None: ...

class ErrorMetrics(_message.Message):
    __slots__ = ("total", "recent")
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    RECENT_FIELD_NUMBER: _ClassVar[int]
    total: int
    recent: _containers.RepeatedCompositeFieldContainer[ErrorEvent]
    def __init__(self, total: _Optional[int] = ..., recent: _Optional[_Iterable[_Union[ErrorEvent, _Mapping]]] = ...) -> None: ...

class DataConsistency(_message.Message):
    __slots__ = ("consistent", "issues_count", "db_count", "yaml_count", "last_check")
    CONSISTENT_FIELD_NUMBER: _ClassVar[int]
    ISSUES_COUNT_FIELD_NUMBER: _ClassVar[int]
    DB_COUNT_FIELD_NUMBER: _ClassVar[int]
    YAML_COUNT_FIELD_NUMBER: _ClassVar[int]
    LAST_CHECK_FIELD_NUMBER: _ClassVar[int]
    consistent: bool
    issues_count: int
    db_count: int
    yaml_count: int
    last_check: str
    def __init__(self, consistent: _Optional[bool] = ..., issues_count: _Optional[int] = ..., db_count: _Optional[int] = ..., yaml_count: _Optional[int] = ..., last_check: _Optional[str] = ...) -> None: ...

class FallbackMetrics(_message.Message):
    __slots__ = ("count", "rate", "by_reason")
    class ByReasonEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    COUNT_FIELD_NUMBER: _ClassVar[int]
    RATE_FIELD_NUMBER: _ClassVar[int]
    BY_REASON_FIELD_NUMBER: _ClassVar[int]
    count: int
    rate: float
    by_reason: _containers.ScalarMap[str, int]
    def __init__(self, count: _Optional[int] = ..., rate: _Optional[float] = ..., by_reason: _Optional[_Mapping[str, int]] = ...) -> None: ...

class GetConsistencyRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetConsistencyResponse(_message.Message):
    __slots__ = ("consistent", "checked_at", "issues", "notes", "db_count", "yaml_count")
    CONSISTENT_FIELD_NUMBER: _ClassVar[int]
    CHECKED_AT_FIELD_NUMBER: _ClassVar[int]
    ISSUES_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    DB_COUNT_FIELD_NUMBER: _ClassVar[int]
    YAML_COUNT_FIELD_NUMBER: _ClassVar[int]
    consistent: bool
    checked_at: str
    issues: _containers.RepeatedCompositeFieldContainer[_camera_service_pb2.ConsistencyIssue]
    notes: _containers.RepeatedCompositeFieldContainer[_camera_service_pb2.ConsistencyIssue]
    db_count: int
    yaml_count: int
    def __init__(self, consistent: _Optional[bool] = ..., checked_at: _Optional[str] = ..., issues: _Optional[_Iterable[_Union[_camera_service_pb2.ConsistencyIssue, _Mapping]]] = ..., notes: _Optional[_Iterable[_Union[_camera_service_pb2.ConsistencyIssue, _Mapping]]] = ..., db_count: _Optional[int] = ..., yaml_count: _Optional[int] = ...) -> None: ...

class RepairConsistencyRequest(_message.Message):
    __slots__ = ("dry_run", "kinds", "camera_ids")
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    KINDS_FIELD_NUMBER: _ClassVar[int]
    CAMERA_IDS_FIELD_NUMBER: _ClassVar[int]
    dry_run: bool
    kinds: _containers.RepeatedScalarFieldContainer[str]
    camera_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, dry_run: _Optional[bool] = ..., kinds: _Optional[_Iterable[str]] = ..., camera_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class RepairConsistencyResponse(_message.Message):
    __slots__ = ("dry_run", "actions", "backup", "by_hand", "left_out")
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    ACTIONS_FIELD_NUMBER: _ClassVar[int]
    BACKUP_FIELD_NUMBER: _ClassVar[int]
    BY_HAND_FIELD_NUMBER: _ClassVar[int]
    LEFT_OUT_FIELD_NUMBER: _ClassVar[int]
    dry_run: bool
    actions: _containers.RepeatedCompositeFieldContainer[_camera_service_pb2.RepairAction]
    backup: str
    by_hand: _containers.RepeatedCompositeFieldContainer[_camera_service_pb2.ConsistencyIssue]
    left_out: int
    def __init__(self, dry_run: _Optional[bool] = ..., actions: _Optional[_Iterable[_Union[_camera_service_pb2.RepairAction, _Mapping]]] = ..., backup: _Optional[str] = ..., by_hand: _Optional[_Iterable[_Union[_camera_service_pb2.ConsistencyIssue, _Mapping]]] = ..., left_out: _Optional[int] = ...) -> None: ...

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

class PathMetrics(_message.Message):
    __slots__ = ("requests", "errors", "error_rate")
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    ERRORS_FIELD_NUMBER: _ClassVar[int]
    ERROR_RATE_FIELD_NUMBER: _ClassVar[int]
    requests: int
    errors: int
    error_rate: float
    def __init__(self, requests: _Optional[int] = ..., errors: _Optional[int] = ..., error_rate: _Optional[float] = ...) -> None: ...

class Paths(_message.Message):
    __slots__ = ("legacy", "domain")
    LEGACY_FIELD_NUMBER: _ClassVar[int]
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    legacy: PathMetrics
    domain: PathMetrics
    def __init__(self, legacy: _Optional[_Union[PathMetrics, _Mapping]] = ..., domain: _Optional[_Union[PathMetrics, _Mapping]] = ...) -> None: ...

class GetMetricsResponse(_message.Message):
    __slots__ = ("timestamp", "requests", "domain_service", "response_time", "errors", "data_consistency", "fallbacks", "paths")
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    DOMAIN_SERVICE_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_TIME_FIELD_NUMBER: _ClassVar[int]
    ERRORS_FIELD_NUMBER: _ClassVar[int]
    DATA_CONSISTENCY_FIELD_NUMBER: _ClassVar[int]
    FALLBACKS_FIELD_NUMBER: _ClassVar[int]
    PATHS_FIELD_NUMBER: _ClassVar[int]
    timestamp: str
    requests: RequestMetrics
    domain_service: DomainServiceMetrics
    response_time: ResponseTimes
    errors: ErrorMetrics
    data_consistency: DataConsistency
    fallbacks: FallbackMetrics
    paths: Paths
    def __init__(self, timestamp: _Optional[str] = ..., requests: _Optional[_Union[RequestMetrics, _Mapping]] = ..., domain_service: _Optional[_Union[DomainServiceMetrics, _Mapping]] = ..., response_time: _Optional[_Union[ResponseTimes, _Mapping]] = ..., errors: _Optional[_Union[ErrorMetrics, _Mapping]] = ..., data_consistency: _Optional[_Union[DataConsistency, _Mapping]] = ..., fallbacks: _Optional[_Union[FallbackMetrics, _Mapping]] = ..., paths: _Optional[_Union[Paths, _Mapping]] = ...) -> None: ...
