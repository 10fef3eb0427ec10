from camplane.access.v1 import role_pb2 as _role_pb2
from camplane.gateway.v1 import reason_pb2 as _reason_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Controller(_message.Message):
    __slots__ = ("leads", "token", "trouble", "decisions", "head")
    LEADS_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    TROUBLE_FIELD_NUMBER: _ClassVar[int]
    DECISIONS_FIELD_NUMBER: _ClassVar[int]
    HEAD_FIELD_NUMBER: _ClassVar[int]
    leads: bool
    token: int
    trouble: str
    decisions: int
    head: str
    def __init__(self, leads: _Optional[bool] = ..., token: _Optional[int] = ..., trouble: _Optional[str] = ..., decisions: _Optional[int] = ..., head: _Optional[str] = ...) -> None: ...

class RolloutStep(_message.Message):
    __slots__ = ("weight", "gate", "min_dwell_seconds", "min_requests", "state")
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    GATE_FIELD_NUMBER: _ClassVar[int]
    MIN_DWELL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    MIN_REQUESTS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    weight: int
    gate: bool
    min_dwell_seconds: float
    min_requests: int
    state: str
    def __init__(self, weight: _Optional[int] = ..., gate: _Optional[bool] = ..., min_dwell_seconds: _Optional[float] = ..., min_requests: _Optional[int] = ..., state: _Optional[str] = ...) -> None: ...

class RolloutFinding(_message.Message):
    __slots__ = ("criterion", "answer", "text", "values", "reason")
    class ValuesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    CRITERION_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    criterion: str
    answer: str
    text: str
    values: _containers.ScalarMap[str, float]
    reason: _reason_pb2.Reason
    def __init__(self, criterion: _Optional[str] = ..., answer: _Optional[str] = ..., text: _Optional[str] = ..., values: _Optional[_Mapping[str, float]] = ..., reason: _Optional[_Union[_reason_pb2.Reason, _Mapping]] = ...) -> None: ...

class RolloutVerdict(_message.Message):
    __slots__ = ("answer", "requests", "findings", "exemplars")
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    EXEMPLARS_FIELD_NUMBER: _ClassVar[int]
    answer: str
    requests: int
    findings: _containers.RepeatedCompositeFieldContainer[RolloutFinding]
    exemplars: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, answer: _Optional[str] = ..., requests: _Optional[int] = ..., findings: _Optional[_Iterable[_Union[RolloutFinding, _Mapping]]] = ..., exemplars: _Optional[_Iterable[str]] = ...) -> None: ...

class Rollout(_message.Message):
    __slots__ = ("context", "phase", "weight", "weight_in_force", "next", "plan", "plan_version", "steps", "step_since", "verdict", "frozen", "author", "reason", "changed_at", "pins", "notifications_waiting", "notifications_trouble", "mirrored", "step_lasted_seconds", "unwritten", "waits_for", "reasons", "freeze")
    class PinsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    PHASE_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_IN_FORCE_FIELD_NUMBER: _ClassVar[int]
    NEXT_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    PLAN_VERSION_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    STEP_SINCE_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    FROZEN_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    CHANGED_AT_FIELD_NUMBER: _ClassVar[int]
    PINS_FIELD_NUMBER: _ClassVar[int]
    NOTIFICATIONS_WAITING_FIELD_NUMBER: _ClassVar[int]
    NOTIFICATIONS_TROUBLE_FIELD_NUMBER: _ClassVar[int]
    MIRRORED_FIELD_NUMBER: _ClassVar[int]
    STEP_LASTED_SECONDS_FIELD_NUMBER: _ClassVar[int]
    UNWRITTEN_FIELD_NUMBER: _ClassVar[int]
    WAITS_FOR_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    FREEZE_FIELD_NUMBER: _ClassVar[int]
    context: str
    phase: str
    weight: int
    weight_in_force: int
    next: str
    plan: str
    plan_version: str
    steps: _containers.RepeatedCompositeFieldContainer[RolloutStep]
    step_since: str
    verdict: RolloutVerdict
    frozen: str
    author: str
    reason: str
    changed_at: str
    pins: _containers.ScalarMap[str, str]
    notifications_waiting: int
    notifications_trouble: str
    mirrored: int
    step_lasted_seconds: float
    unwritten: bool
    waits_for: _reason_pb2.Reason
    reasons: _containers.RepeatedCompositeFieldContainer[_reason_pb2.Reason]
    freeze: _reason_pb2.Reason
    def __init__(self, context: _Optional[str] = ..., phase: _Optional[str] = ..., weight: _Optional[int] = ..., weight_in_force: _Optional[int] = ..., next: _Optional[str] = ..., plan: _Optional[str] = ..., plan_version: _Optional[str] = ..., steps: _Optional[_Iterable[_Union[RolloutStep, _Mapping]]] = ..., step_since: _Optional[str] = ..., verdict: _Optional[_Union[RolloutVerdict, _Mapping]] = ..., frozen: _Optional[str] = ..., author: _Optional[str] = ..., reason: _Optional[str] = ..., changed_at: _Optional[str] = ..., pins: _Optional[_Mapping[str, str]] = ..., notifications_waiting: _Optional[int] = ..., notifications_trouble: _Optional[str] = ..., mirrored: _Optional[int] = ..., step_lasted_seconds: _Optional[float] = ..., unwritten: _Optional[bool] = ..., waits_for: _Optional[_Union[_reason_pb2.Reason, _Mapping]] = ..., reasons: _Optional[_Iterable[_Union[_reason_pb2.Reason, _Mapping]]] = ..., freeze: _Optional[_Union[_reason_pb2.Reason, _Mapping]] = ...) -> None: ...

class ListRolloutsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListRolloutsResponse(_message.Message):
    __slots__ = ("timestamp", "controller", "rollouts")
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    CONTROLLER_FIELD_NUMBER: _ClassVar[int]
    ROLLOUTS_FIELD_NUMBER: _ClassVar[int]
    timestamp: str
    controller: Controller
    rollouts: _containers.RepeatedCompositeFieldContainer[Rollout]
    def __init__(self, timestamp: _Optional[str] = ..., controller: _Optional[_Union[Controller, _Mapping]] = ..., rollouts: _Optional[_Iterable[_Union[Rollout, _Mapping]]] = ...) -> None: ...

class GetRolloutRequest(_message.Message):
    __slots__ = ("context",)
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    context: str
    def __init__(self, context: _Optional[str] = ...) -> None: ...

class GetRolloutResponse(_message.Message):
    __slots__ = ("rollout",)
    ROLLOUT_FIELD_NUMBER: _ClassVar[int]
    rollout: Rollout
    def __init__(self, rollout: _Optional[_Union[Rollout, _Mapping]] = ...) -> None: ...

class WatchRolloutsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class WatchRolloutsResponse(_message.Message):
    __slots__ = ("timestamp", "controller", "rollouts")
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    CONTROLLER_FIELD_NUMBER: _ClassVar[int]
    ROLLOUTS_FIELD_NUMBER: _ClassVar[int]
    timestamp: str
    controller: Controller
    rollouts: _containers.RepeatedCompositeFieldContainer[Rollout]
    def __init__(self, timestamp: _Optional[str] = ..., controller: _Optional[_Union[Controller, _Mapping]] = ..., rollouts: _Optional[_Iterable[_Union[Rollout, _Mapping]]] = ...) -> None: ...

class StartRolloutRequest(_message.Message):
    __slots__ = ("context", "plan", "author", "reason")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    context: str
    plan: str
    author: str
    reason: str
    def __init__(self, context: _Optional[str] = ..., plan: _Optional[str] = ..., author: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class StartRolloutResponse(_message.Message):
    __slots__ = ("rollout",)
    ROLLOUT_FIELD_NUMBER: _ClassVar[int]
    rollout: Rollout
    def __init__(self, rollout: _Optional[_Union[Rollout, _Mapping]] = ...) -> None: ...

class PromoteRolloutRequest(_message.Message):
    __slots__ = ("context", "full", "force", "author", "reason")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    FULL_FIELD_NUMBER: _ClassVar[int]
    FORCE_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    context: str
    full: bool
    force: bool
    author: str
    reason: str
    def __init__(self, context: _Optional[str] = ..., full: _Optional[bool] = ..., force: _Optional[bool] = ..., author: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class PromoteRolloutResponse(_message.Message):
    __slots__ = ("rollout",)
    ROLLOUT_FIELD_NUMBER: _ClassVar[int]
    rollout: Rollout
    def __init__(self, rollout: _Optional[_Union[Rollout, _Mapping]] = ...) -> None: ...

class PauseRolloutRequest(_message.Message):
    __slots__ = ("context", "author", "reason")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    context: str
    author: str
    reason: str
    def __init__(self, context: _Optional[str] = ..., author: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class PauseRolloutResponse(_message.Message):
    __slots__ = ("rollout",)
    ROLLOUT_FIELD_NUMBER: _ClassVar[int]
    rollout: Rollout
    def __init__(self, rollout: _Optional[_Union[Rollout, _Mapping]] = ...) -> None: ...

class ResumeRolloutRequest(_message.Message):
    __slots__ = ("context", "author", "reason")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    context: str
    author: str
    reason: str
    def __init__(self, context: _Optional[str] = ..., author: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class ResumeRolloutResponse(_message.Message):
    __slots__ = ("rollout",)
    ROLLOUT_FIELD_NUMBER: _ClassVar[int]
    rollout: Rollout
    def __init__(self, rollout: _Optional[_Union[Rollout, _Mapping]] = ...) -> None: ...

class AbortRolloutRequest(_message.Message):
    __slots__ = ("context", "gradual", "author", "reason")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    GRADUAL_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    context: str
    gradual: bool
    author: str
    reason: str
    def __init__(self, context: _Optional[str] = ..., gradual: _Optional[bool] = ..., author: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class AbortRolloutResponse(_message.Message):
    __slots__ = ("rollout",)
    ROLLOUT_FIELD_NUMBER: _ClassVar[int]
    rollout: Rollout
    def __init__(self, rollout: _Optional[_Union[Rollout, _Mapping]] = ...) -> None: ...

class SetWeightRequest(_message.Message):
    __slots__ = ("context", "weight", "author", "reason")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    context: str
    weight: int
    author: str
    reason: str
    def __init__(self, context: _Optional[str] = ..., weight: _Optional[int] = ..., author: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class SetWeightResponse(_message.Message):
    __slots__ = ("rollout",)
    ROLLOUT_FIELD_NUMBER: _ClassVar[int]
    rollout: Rollout
    def __init__(self, rollout: _Optional[_Union[Rollout, _Mapping]] = ...) -> None: ...

class PinCameraRequest(_message.Message):
    __slots__ = ("camera_id", "path", "author", "reason")
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    camera_id: str
    path: str
    author: str
    reason: str
    def __init__(self, camera_id: _Optional[str] = ..., path: _Optional[str] = ..., author: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class PinCameraResponse(_message.Message):
    __slots__ = ("placement",)
    PLACEMENT_FIELD_NUMBER: _ClassVar[int]
    placement: Placement
    def __init__(self, placement: _Optional[_Union[Placement, _Mapping]] = ...) -> None: ...

class UnpinCameraRequest(_message.Message):
    __slots__ = ("camera_id", "author", "reason")
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    camera_id: str
    author: str
    reason: str
    def __init__(self, camera_id: _Optional[str] = ..., author: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class UnpinCameraResponse(_message.Message):
    __slots__ = ("placement",)
    PLACEMENT_FIELD_NUMBER: _ClassVar[int]
    placement: Placement
    def __init__(self, placement: _Optional[_Union[Placement, _Mapping]] = ...) -> None: ...

class Placement(_message.Message):
    __slots__ = ("camera_id", "path", "why", "bucket", "pinned", "moves_at", "reason")
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    BUCKET_FIELD_NUMBER: _ClassVar[int]
    PINNED_FIELD_NUMBER: _ClassVar[int]
    MOVES_AT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    camera_id: str
    path: str
    why: str
    bucket: int
    pinned: bool
    moves_at: int
    reason: _reason_pb2.Reason
    def __init__(self, camera_id: _Optional[str] = ..., path: _Optional[str] = ..., why: _Optional[str] = ..., bucket: _Optional[int] = ..., pinned: _Optional[bool] = ..., moves_at: _Optional[int] = ..., reason: _Optional[_Union[_reason_pb2.Reason, _Mapping]] = ...) -> None: ...

class MirrorReadsRequest(_message.Message):
    __slots__ = ("context", "percent", "author", "reason")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    PERCENT_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    context: str
    percent: int
    author: str
    reason: str
    def __init__(self, context: _Optional[str] = ..., percent: _Optional[int] = ..., author: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class MirrorReadsResponse(_message.Message):
    __slots__ = ("rollout",)
    ROLLOUT_FIELD_NUMBER: _ClassVar[int]
    rollout: Rollout
    def __init__(self, rollout: _Optional[_Union[Rollout, _Mapping]] = ...) -> None: ...

class ExplainCameraRequest(_message.Message):
    __slots__ = ("camera_id",)
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    camera_id: str
    def __init__(self, camera_id: _Optional[str] = ...) -> None: ...

class ExplainCameraResponse(_message.Message):
    __slots__ = ("placement",)
    PLACEMENT_FIELD_NUMBER: _ClassVar[int]
    placement: Placement
    def __init__(self, placement: _Optional[_Union[Placement, _Mapping]] = ...) -> None: ...

class ForecastRolloutRequest(_message.Message):
    __slots__ = ("context", "plan")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    context: str
    plan: str
    def __init__(self, context: _Optional[str] = ..., plan: _Optional[str] = ...) -> None: ...

class StepForecast(_message.Message):
    __slots__ = ("weight", "requests", "seconds", "why", "reasons")
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    SECONDS_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    weight: int
    requests: int
    seconds: float
    why: str
    reasons: _containers.RepeatedCompositeFieldContainer[_reason_pb2.Reason]
    def __init__(self, weight: _Optional[int] = ..., requests: _Optional[int] = ..., seconds: _Optional[float] = ..., why: _Optional[str] = ..., reasons: _Optional[_Iterable[_Union[_reason_pb2.Reason, _Mapping]]] = ...) -> None: ...

class ForecastRolloutResponse(_message.Message):
    __slots__ = ("requests_per_second", "steps")
    REQUESTS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    requests_per_second: float
    steps: _containers.RepeatedCompositeFieldContainer[StepForecast]
    def __init__(self, requests_per_second: _Optional[float] = ..., steps: _Optional[_Iterable[_Union[StepForecast, _Mapping]]] = ...) -> None: ...

class ListDecisionsRequest(_message.Message):
    __slots__ = ("context", "after", "limit", "full")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    FULL_FIELD_NUMBER: _ClassVar[int]
    context: str
    after: int
    limit: int
    full: bool
    def __init__(self, context: _Optional[str] = ..., after: _Optional[int] = ..., limit: _Optional[int] = ..., full: _Optional[bool] = ...) -> None: ...

class Decision(_message.Message):
    __slots__ = ("number", "at", "context", "action", "author", "reason", "from_weight", "to_weight", "answer", "requests", "plan_version", "hash", "previous_hash", "document", "reasons")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    FROM_WEIGHT_FIELD_NUMBER: _ClassVar[int]
    TO_WEIGHT_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    PLAN_VERSION_FIELD_NUMBER: _ClassVar[int]
    HASH_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_HASH_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    number: int
    at: str
    context: str
    action: str
    author: str
    reason: str
    from_weight: int
    to_weight: int
    answer: str
    requests: int
    plan_version: str
    hash: str
    previous_hash: str
    document: str
    reasons: _containers.RepeatedCompositeFieldContainer[_reason_pb2.Reason]
    def __init__(self, number: _Optional[int] = ..., at: _Optional[str] = ..., context: _Optional[str] = ..., action: _Optional[str] = ..., author: _Optional[str] = ..., reason: _Optional[str] = ..., from_weight: _Optional[int] = ..., to_weight: _Optional[int] = ..., answer: _Optional[str] = ..., requests: _Optional[int] = ..., plan_version: _Optional[str] = ..., hash: _Optional[str] = ..., previous_hash: _Optional[str] = ..., document: _Optional[str] = ..., reasons: _Optional[_Iterable[_Union[_reason_pb2.Reason, _Mapping]]] = ...) -> None: ...

class ListDecisionsResponse(_message.Message):
    __slots__ = ("decisions",)
    DECISIONS_FIELD_NUMBER: _ClassVar[int]
    decisions: _containers.RepeatedCompositeFieldContainer[Decision]
    def __init__(self, decisions: _Optional[_Iterable[_Union[Decision, _Mapping]]] = ...) -> None: ...
