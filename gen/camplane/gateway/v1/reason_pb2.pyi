from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ReasonCode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REASON_CODE_UNSPECIFIED: _ClassVar[ReasonCode]
    REASON_CODE_AS_SAID: _ClassVar[ReasonCode]
    REASON_CODE_FAILURES_ABOVE_TOLERATED: _ClassVar[ReasonCode]
    REASON_CODE_FAILURES_LATELY_ABOVE_TOLERATED: _ClassVar[ReasonCode]
    REASON_CODE_FAILURES_WITHIN_TARGET: _ClassVar[ReasonCode]
    REASON_CODE_FAILURES_EXCUSED_BY_LEGACY: _ClassVar[ReasonCode]
    REASON_CODE_FAILURES_LATELY_ON_BOTH: _ClassVar[ReasonCode]
    REASON_CODE_FAILURES_LATELY_UNDECIDED: _ClassVar[ReasonCode]
    REASON_CODE_FAILURES_NEED_REQUESTS: _ClassVar[ReasonCode]
    REASON_CODE_FAILURES_ABOVE_LIMIT: _ClassVar[ReasonCode]
    REASON_CODE_FAILURES_UNDECIDABLE: _ClassVar[ReasonCode]
    REASON_CODE_LEFT_NONE: _ClassVar[ReasonCode]
    REASON_CODE_LEFT_ABOVE_TOLERATED: _ClassVar[ReasonCode]
    REASON_CODE_LEFT_LIKELY_MORE: _ClassVar[ReasonCode]
    REASON_CODE_LEFT_NOT_MORE: _ClassVar[ReasonCode]
    REASON_CODE_RESCUED_NONE: _ClassVar[ReasonCode]
    REASON_CODE_RESCUED_ABOVE_CAP: _ClassVar[ReasonCode]
    REASON_CODE_RESCUED_MAYBE_ABOVE_CAP: _ClassVar[ReasonCode]
    REASON_CODE_RESCUED_WITHIN_CAP: _ClassVar[ReasonCode]
    REASON_CODE_HARM_ABOVE_LIMIT: _ClassVar[ReasonCode]
    REASON_CODE_HARM_EXPLAINED: _ClassVar[ReasonCode]
    REASON_CODE_HARM_WITHIN_LIMIT: _ClassVar[ReasonCode]
    REASON_CODE_ANSWERED_NONE: _ClassVar[ReasonCode]
    REASON_CODE_ANSWERED_TOO_FEW: _ClassVar[ReasonCode]
    REASON_CODE_ANSWERED_TOO_FEW_OF_ONE: _ClassVar[ReasonCode]
    REASON_CODE_ANSWERED_FAR_FEWER: _ClassVar[ReasonCode]
    REASON_CODE_ANSWERED_ENOUGH: _ClassVar[ReasonCode]
    REASON_CODE_ANSWERED_AS_LEGACY: _ClassVar[ReasonCode]
    REASON_CODE_ANSWERED_FEW_ALONE: _ClassVar[ReasonCode]
    REASON_CODE_ANSWERED_ENOUGH_WITHOUT_ONE: _ClassVar[ReasonCode]
    REASON_CODE_ANSWERED_NEED_REQUESTS: _ClassVar[ReasonCode]
    REASON_CODE_ANSWERED_UNDECIDABLE: _ClassVar[ReasonCode]
    REASON_CODE_TIMES_NONE: _ClassVar[ReasonCode]
    REASON_CODE_TIMES_LONGER: _ClassVar[ReasonCode]
    REASON_CODE_TIMES_LIKELY_LONGER: _ClassVar[ReasonCode]
    REASON_CODE_TIMES_WITHIN_PERCENT: _ClassVar[ReasonCode]
    REASON_CODE_TIMES_WITHIN_MS: _ClassVar[ReasonCode]
    REASON_CODE_TIMES_TOO_FEW: _ClassVar[ReasonCode]
    REASON_CODE_TIMES_NEED_REQUESTS: _ClassVar[ReasonCode]
    REASON_CODE_TIMES_UNDECIDABLE: _ClassVar[ReasonCode]
    REASON_CODE_OPERATIONS_JUDGED: _ClassVar[ReasonCode]
    REASON_CODE_OPERATIONS_MISSING: _ClassVar[ReasonCode]
    REASON_CODE_OPERATION_MISSING: _ClassVar[ReasonCode]
    REASON_CODE_REPLIES_DIFFER: _ClassVar[ReasonCode]
    REASON_CODE_REPLIES_TOO_FEW: _ClassVar[ReasonCode]
    REASON_CODE_REPLIES_SEEM_TO_DIFFER: _ClassVar[ReasonCode]
    REASON_CODE_REPLIES_ALIKE: _ClassVar[ReasonCode]
    REASON_CODE_USE_UNKNOWN: _ClassVar[ReasonCode]
    REASON_CODE_USE_AS_CONFIGURED: _ClassVar[ReasonCode]
    REASON_CODE_USE_TOO_MUCH: _ClassVar[ReasonCode]
    REASON_CODE_USE_TOO_LITTLE: _ClassVar[ReasonCode]
    REASON_CODE_EVIDENCE_DOUBTED: _ClassVar[ReasonCode]
    REASON_CODE_EVIDENCE_TOO_LITTLE: _ClassVar[ReasonCode]
    REASON_CODE_EVIDENCE_ENOUGH: _ClassVar[ReasonCode]
    REASON_CODE_SPANS_DISAGREE: _ClassVar[ReasonCode]
    REASON_CODE_WAITS_FOR_NOTHING: _ClassVar[ReasonCode]
    REASON_CODE_NO_PLAN: _ClassVar[ReasonCode]
    REASON_CODE_ROLLOUT_COMPLETE: _ClassVar[ReasonCode]
    REASON_CODE_WAITS_FOR_RESUME: _ClassVar[ReasonCode]
    REASON_CODE_WAITS_FOR_PROMOTION: _ClassVar[ReasonCode]
    REASON_CODE_WAITS_FOR_CONTEXTS: _ClassVar[ReasonCode]
    REASON_CODE_WAITS_FOR_DOMAIN: _ClassVar[ReasonCode]
    REASON_CODE_WAITS_FOR_THAW: _ClassVar[ReasonCode]
    REASON_CODE_WAITS_FOR_GATE: _ClassVar[ReasonCode]
    REASON_CODE_WAITS_FOR_STEP: _ClassVar[ReasonCode]
    REASON_CODE_WAITS_FOR_STEP_DOWN: _ClassVar[ReasonCode]
    REASON_CODE_WAITS_FOR_FIRST_REQUEST: _ClassVar[ReasonCode]
    REASON_CODE_WAITS_FOR_NEW_REQUEST: _ClassVar[ReasonCode]
    REASON_CODE_WAITS_FOR_EVIDENCE: _ClassVar[ReasonCode]
    REASON_CODE_NOT_JUDGED: _ClassVar[ReasonCode]
    REASON_CODE_DOMAIN_NOT_WATCHED: _ClassVar[ReasonCode]
    REASON_CODE_DOMAIN_SILENT: _ClassVar[ReasonCode]
    REASON_CODE_DOMAIN_UNABLE: _ClassVar[ReasonCode]
    REASON_CODE_DOMAIN_KEPT_OUT: _ClassVar[ReasonCode]
    REASON_CODE_ENVOY_SILENT: _ClassVar[ReasonCode]
    REASON_CODE_TURN_CAME: _ClassVar[ReasonCode]
    REASON_CODE_GATE_OVER: _ClassVar[ReasonCode]
    REASON_CODE_CONTEXT_ABORTED: _ClassVar[ReasonCode]
    REASON_CODE_SET_AT_START: _ClassVar[ReasonCode]
    REASON_CODE_FORECAST_GATE: _ClassVar[ReasonCode]
    REASON_CODE_FORECAST_PROMOTION: _ClassVar[ReasonCode]
    REASON_CODE_FORECAST_DWELL: _ClassVar[ReasonCode]
    REASON_CODE_FORECAST_REQUESTS: _ClassVar[ReasonCode]
    REASON_CODE_FORECAST_NO_TRAFFIC: _ClassVar[ReasonCode]
    REASON_CODE_FORECAST_NO_LEGACY: _ClassVar[ReasonCode]
    REASON_CODE_PLACED_BY_PIN: _ClassVar[ReasonCode]
    REASON_CODE_PLACED_BELOW_WEIGHT: _ClassVar[ReasonCode]
    REASON_CODE_PLACED_ABOVE_WEIGHT: _ClassVar[ReasonCode]
    REASON_CODE_RPC_FAILS_ONLY_ON_DOMAIN: _ClassVar[ReasonCode]
    REASON_CODE_RPC_FAILS_ON_BOTH: _ClassVar[ReasonCode]
    REASON_CODE_RPC_FAILS_ALONE: _ClassVar[ReasonCode]
    REASON_CODE_RPC_FAILS_LESS: _ClassVar[ReasonCode]
    REASON_CODE_RPC_RESCUED: _ClassVar[ReasonCode]
    REASON_CODE_RPC_LEFT: _ClassVar[ReasonCode]
    REASON_CODE_RPC_CODE_ONLY_ON_DOMAIN: _ClassVar[ReasonCode]
    REASON_CODE_RPC_TIME: _ClassVar[ReasonCode]
    REASON_CODE_RPC_SAME: _ClassVar[ReasonCode]
    REASON_CODE_RPC_NEEDS_DOMAIN: _ClassVar[ReasonCode]
    REASON_CODE_RPC_NEEDS_LEGACY: _ClassVar[ReasonCode]
    REASON_CODE_RPC_NEEDS_TOO_MANY: _ClassVar[ReasonCode]
    REASON_CODE_RPC_ALL_LEFT: _ClassVar[ReasonCode]
    REASON_CODE_RPC_DOUBTED: _ClassVar[ReasonCode]
    REASON_CODE_CONTEXT_IDLE: _ClassVar[ReasonCode]
    REASON_CODE_CONTEXT_SPLIT: _ClassVar[ReasonCode]
    REASON_CODE_SPANS_MISSING: _ClassVar[ReasonCode]
    REASON_CODE_SPANS_TOO_MANY: _ClassVar[ReasonCode]
    REASON_CODE_COUNTS_DIFFER: _ClassVar[ReasonCode]
    REASON_CODE_SHADOW_NONE: _ClassVar[ReasonCode]
    REASON_CODE_SHADOW_ALIKE: _ClassVar[ReasonCode]
    REASON_CODE_SHADOW_DIFFERS: _ClassVar[ReasonCode]
    REASON_CODE_SHADOW_NOT_COMPARED: _ClassVar[ReasonCode]
    REASON_CODE_SHADOW_TOO_FEW: _ClassVar[ReasonCode]
    REASON_CODE_FROZEN: _ClassVar[ReasonCode]
    REASON_CODE_ANSWERED_MAYBE_FEWER: _ClassVar[ReasonCode]
REASON_CODE_UNSPECIFIED: ReasonCode
REASON_CODE_AS_SAID: ReasonCode
REASON_CODE_FAILURES_ABOVE_TOLERATED: ReasonCode
REASON_CODE_FAILURES_LATELY_ABOVE_TOLERATED: ReasonCode
REASON_CODE_FAILURES_WITHIN_TARGET: ReasonCode
REASON_CODE_FAILURES_EXCUSED_BY_LEGACY: ReasonCode
REASON_CODE_FAILURES_LATELY_ON_BOTH: ReasonCode
REASON_CODE_FAILURES_LATELY_UNDECIDED: ReasonCode
REASON_CODE_FAILURES_NEED_REQUESTS: ReasonCode
REASON_CODE_FAILURES_ABOVE_LIMIT: ReasonCode
REASON_CODE_FAILURES_UNDECIDABLE: ReasonCode
REASON_CODE_LEFT_NONE: ReasonCode
REASON_CODE_LEFT_ABOVE_TOLERATED: ReasonCode
REASON_CODE_LEFT_LIKELY_MORE: ReasonCode
REASON_CODE_LEFT_NOT_MORE: ReasonCode
REASON_CODE_RESCUED_NONE: ReasonCode
REASON_CODE_RESCUED_ABOVE_CAP: ReasonCode
REASON_CODE_RESCUED_MAYBE_ABOVE_CAP: ReasonCode
REASON_CODE_RESCUED_WITHIN_CAP: ReasonCode
REASON_CODE_HARM_ABOVE_LIMIT: ReasonCode
REASON_CODE_HARM_EXPLAINED: ReasonCode
REASON_CODE_HARM_WITHIN_LIMIT: ReasonCode
REASON_CODE_ANSWERED_NONE: ReasonCode
REASON_CODE_ANSWERED_TOO_FEW: ReasonCode
REASON_CODE_ANSWERED_TOO_FEW_OF_ONE: ReasonCode
REASON_CODE_ANSWERED_FAR_FEWER: ReasonCode
REASON_CODE_ANSWERED_ENOUGH: ReasonCode
REASON_CODE_ANSWERED_AS_LEGACY: ReasonCode
REASON_CODE_ANSWERED_FEW_ALONE: ReasonCode
REASON_CODE_ANSWERED_ENOUGH_WITHOUT_ONE: ReasonCode
REASON_CODE_ANSWERED_NEED_REQUESTS: ReasonCode
REASON_CODE_ANSWERED_UNDECIDABLE: ReasonCode
REASON_CODE_TIMES_NONE: ReasonCode
REASON_CODE_TIMES_LONGER: ReasonCode
REASON_CODE_TIMES_LIKELY_LONGER: ReasonCode
REASON_CODE_TIMES_WITHIN_PERCENT: ReasonCode
REASON_CODE_TIMES_WITHIN_MS: ReasonCode
REASON_CODE_TIMES_TOO_FEW: ReasonCode
REASON_CODE_TIMES_NEED_REQUESTS: ReasonCode
REASON_CODE_TIMES_UNDECIDABLE: ReasonCode
REASON_CODE_OPERATIONS_JUDGED: ReasonCode
REASON_CODE_OPERATIONS_MISSING: ReasonCode
REASON_CODE_OPERATION_MISSING: ReasonCode
REASON_CODE_REPLIES_DIFFER: ReasonCode
REASON_CODE_REPLIES_TOO_FEW: ReasonCode
REASON_CODE_REPLIES_SEEM_TO_DIFFER: ReasonCode
REASON_CODE_REPLIES_ALIKE: ReasonCode
REASON_CODE_USE_UNKNOWN: ReasonCode
REASON_CODE_USE_AS_CONFIGURED: ReasonCode
REASON_CODE_USE_TOO_MUCH: ReasonCode
REASON_CODE_USE_TOO_LITTLE: ReasonCode
REASON_CODE_EVIDENCE_DOUBTED: ReasonCode
REASON_CODE_EVIDENCE_TOO_LITTLE: ReasonCode
REASON_CODE_EVIDENCE_ENOUGH: ReasonCode
REASON_CODE_SPANS_DISAGREE: ReasonCode
REASON_CODE_WAITS_FOR_NOTHING: ReasonCode
REASON_CODE_NO_PLAN: ReasonCode
REASON_CODE_ROLLOUT_COMPLETE: ReasonCode
REASON_CODE_WAITS_FOR_RESUME: ReasonCode
REASON_CODE_WAITS_FOR_PROMOTION: ReasonCode
REASON_CODE_WAITS_FOR_CONTEXTS: ReasonCode
REASON_CODE_WAITS_FOR_DOMAIN: ReasonCode
REASON_CODE_WAITS_FOR_THAW: ReasonCode
REASON_CODE_WAITS_FOR_GATE: ReasonCode
REASON_CODE_WAITS_FOR_STEP: ReasonCode
REASON_CODE_WAITS_FOR_STEP_DOWN: ReasonCode
REASON_CODE_WAITS_FOR_FIRST_REQUEST: ReasonCode
REASON_CODE_WAITS_FOR_NEW_REQUEST: ReasonCode
REASON_CODE_WAITS_FOR_EVIDENCE: ReasonCode
REASON_CODE_NOT_JUDGED: ReasonCode
REASON_CODE_DOMAIN_NOT_WATCHED: ReasonCode
REASON_CODE_DOMAIN_SILENT: ReasonCode
REASON_CODE_DOMAIN_UNABLE: ReasonCode
REASON_CODE_DOMAIN_KEPT_OUT: ReasonCode
REASON_CODE_ENVOY_SILENT: ReasonCode
REASON_CODE_TURN_CAME: ReasonCode
REASON_CODE_GATE_OVER: ReasonCode
REASON_CODE_CONTEXT_ABORTED: ReasonCode
REASON_CODE_SET_AT_START: ReasonCode
REASON_CODE_FORECAST_GATE: ReasonCode
REASON_CODE_FORECAST_PROMOTION: ReasonCode
REASON_CODE_FORECAST_DWELL: ReasonCode
REASON_CODE_FORECAST_REQUESTS: ReasonCode
REASON_CODE_FORECAST_NO_TRAFFIC: ReasonCode
REASON_CODE_FORECAST_NO_LEGACY: ReasonCode
REASON_CODE_PLACED_BY_PIN: ReasonCode
REASON_CODE_PLACED_BELOW_WEIGHT: ReasonCode
REASON_CODE_PLACED_ABOVE_WEIGHT: ReasonCode
REASON_CODE_RPC_FAILS_ONLY_ON_DOMAIN: ReasonCode
REASON_CODE_RPC_FAILS_ON_BOTH: ReasonCode
REASON_CODE_RPC_FAILS_ALONE: ReasonCode
REASON_CODE_RPC_FAILS_LESS: ReasonCode
REASON_CODE_RPC_RESCUED: ReasonCode
REASON_CODE_RPC_LEFT: ReasonCode
REASON_CODE_RPC_CODE_ONLY_ON_DOMAIN: ReasonCode
REASON_CODE_RPC_TIME: ReasonCode
REASON_CODE_RPC_SAME: ReasonCode
REASON_CODE_RPC_NEEDS_DOMAIN: ReasonCode
REASON_CODE_RPC_NEEDS_LEGACY: ReasonCode
REASON_CODE_RPC_NEEDS_TOO_MANY: ReasonCode
REASON_CODE_RPC_ALL_LEFT: ReasonCode
REASON_CODE_RPC_DOUBTED: ReasonCode
REASON_CODE_CONTEXT_IDLE: ReasonCode
REASON_CODE_CONTEXT_SPLIT: ReasonCode
REASON_CODE_SPANS_MISSING: ReasonCode
REASON_CODE_SPANS_TOO_MANY: ReasonCode
REASON_CODE_COUNTS_DIFFER: ReasonCode
REASON_CODE_SHADOW_NONE: ReasonCode
REASON_CODE_SHADOW_ALIKE: ReasonCode
REASON_CODE_SHADOW_DIFFERS: ReasonCode
REASON_CODE_SHADOW_NOT_COMPARED: ReasonCode
REASON_CODE_SHADOW_TOO_FEW: ReasonCode
REASON_CODE_FROZEN: ReasonCode
REASON_CODE_ANSWERED_MAYBE_FEWER: ReasonCode

class Reason(_message.Message):
    __slots__ = ("code", "numbers", "texts", "names", "reasons")
    class NumbersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    class TextsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class NamesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: Names
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[Names, _Mapping]] = ...) -> None: ...
    class ReasonsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: Reasons
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[Reasons, _Mapping]] = ...) -> None: ...
    CODE_FIELD_NUMBER: _ClassVar[int]
    NUMBERS_FIELD_NUMBER: _ClassVar[int]
    TEXTS_FIELD_NUMBER: _ClassVar[int]
    NAMES_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    code: ReasonCode
    numbers: _containers.ScalarMap[str, float]
    texts: _containers.ScalarMap[str, str]
    names: _containers.MessageMap[str, Names]
    reasons: _containers.MessageMap[str, Reasons]
    def __init__(self, code: _Optional[_Union[ReasonCode, str]] = ..., numbers: _Optional[_Mapping[str, float]] = ..., texts: _Optional[_Mapping[str, str]] = ..., names: _Optional[_Mapping[str, Names]] = ..., reasons: _Optional[_Mapping[str, Reasons]] = ...) -> None: ...

class Names(_message.Message):
    __slots__ = ("names",)
    NAMES_FIELD_NUMBER: _ClassVar[int]
    names: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, names: _Optional[_Iterable[str]] = ...) -> None: ...

class Reasons(_message.Message):
    __slots__ = ("reasons",)
    REASONS_FIELD_NUMBER: _ClassVar[int]
    reasons: _containers.RepeatedCompositeFieldContainer[Reason]
    def __init__(self, reasons: _Optional[_Iterable[_Union[Reason, _Mapping]]] = ...) -> None: ...
