import datetime

from camplane.access.v1 import role_pb2 as _role_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Rule(_message.Message):
    __slots__ = ("id", "name", "camera_id", "rule_type", "conditions", "notification_channels", "recipients", "enabled", "priority", "created_at", "updated_at")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    RULE_TYPE_FIELD_NUMBER: _ClassVar[int]
    CONDITIONS_FIELD_NUMBER: _ClassVar[int]
    NOTIFICATION_CHANNELS_FIELD_NUMBER: _ClassVar[int]
    RECIPIENTS_FIELD_NUMBER: _ClassVar[int]
    ENABLED_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    id: int
    name: str
    camera_id: str
    rule_type: str
    conditions: _struct_pb2.Value
    notification_channels: _struct_pb2.Value
    recipients: _struct_pb2.Value
    enabled: bool
    priority: str
    created_at: str
    updated_at: str
    def __init__(self, id: _Optional[int] = ..., name: _Optional[str] = ..., camera_id: _Optional[str] = ..., rule_type: _Optional[str] = ..., conditions: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., notification_channels: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., recipients: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., enabled: _Optional[bool] = ..., priority: _Optional[str] = ..., created_at: _Optional[str] = ..., updated_at: _Optional[str] = ...) -> None: ...

class Alert(_message.Message):
    __slots__ = ("id", "rule_id", "camera_id", "alert_type", "message", "details", "notification_sent", "notification_channels_used", "timestamp")
    ID_FIELD_NUMBER: _ClassVar[int]
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    ALERT_TYPE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    DETAILS_FIELD_NUMBER: _ClassVar[int]
    NOTIFICATION_SENT_FIELD_NUMBER: _ClassVar[int]
    NOTIFICATION_CHANNELS_USED_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    id: int
    rule_id: int
    camera_id: str
    alert_type: str
    message: str
    details: _struct_pb2.Value
    notification_sent: bool
    notification_channels_used: _struct_pb2.Value
    timestamp: str
    def __init__(self, id: _Optional[int] = ..., rule_id: _Optional[int] = ..., camera_id: _Optional[str] = ..., alert_type: _Optional[str] = ..., message: _Optional[str] = ..., details: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., notification_sent: _Optional[bool] = ..., notification_channels_used: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., timestamp: _Optional[str] = ...) -> None: ...

class ListRulesRequest(_message.Message):
    __slots__ = ("camera_id", "enabled", "page_size", "page_token")
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    ENABLED_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    camera_id: str
    enabled: bool
    page_size: int
    page_token: str
    def __init__(self, camera_id: _Optional[str] = ..., enabled: _Optional[bool] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListRulesResponse(_message.Message):
    __slots__ = ("count", "items", "next_page_token")
    COUNT_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    count: int
    items: _containers.RepeatedCompositeFieldContainer[Rule]
    next_page_token: str
    def __init__(self, count: _Optional[int] = ..., items: _Optional[_Iterable[_Union[Rule, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetRuleRequest(_message.Message):
    __slots__ = ("rule_id",)
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    rule_id: int
    def __init__(self, rule_id: _Optional[int] = ...) -> None: ...

class GetRuleResponse(_message.Message):
    __slots__ = ("rule",)
    RULE_FIELD_NUMBER: _ClassVar[int]
    rule: Rule
    def __init__(self, rule: _Optional[_Union[Rule, _Mapping]] = ...) -> None: ...

class CreateRuleRequest(_message.Message):
    __slots__ = ("rule",)
    RULE_FIELD_NUMBER: _ClassVar[int]
    rule: Rule
    def __init__(self, rule: _Optional[_Union[Rule, _Mapping]] = ...) -> None: ...

class CreateRuleResponse(_message.Message):
    __slots__ = ("ok", "id")
    OK_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    id: int
    def __init__(self, ok: _Optional[bool] = ..., id: _Optional[int] = ...) -> None: ...

class UpdateRuleRequest(_message.Message):
    __slots__ = ("rule_id", "rule", "update_mask")
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    rule_id: int
    rule: Rule
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, rule_id: _Optional[int] = ..., rule: _Optional[_Union[Rule, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class UpdateRuleResponse(_message.Message):
    __slots__ = ("ok",)
    OK_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    def __init__(self, ok: _Optional[bool] = ...) -> None: ...

class DeleteRuleRequest(_message.Message):
    __slots__ = ("rule_id",)
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    rule_id: int
    def __init__(self, rule_id: _Optional[int] = ...) -> None: ...

class DeleteRuleResponse(_message.Message):
    __slots__ = ("ok",)
    OK_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    def __init__(self, ok: _Optional[bool] = ...) -> None: ...

class ListHistoryRequest(_message.Message):
    __slots__ = ("limit", "camera_id", "alert_type", "page_size", "page_token")
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    ALERT_TYPE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    limit: int
    camera_id: str
    alert_type: str
    page_size: int
    page_token: str
    def __init__(self, limit: _Optional[int] = ..., camera_id: _Optional[str] = ..., alert_type: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListHistoryResponse(_message.Message):
    __slots__ = ("count", "items", "next_page_token")
    COUNT_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    count: int
    items: _containers.RepeatedCompositeFieldContainer[Alert]
    next_page_token: str
    def __init__(self, count: _Optional[int] = ..., items: _Optional[_Iterable[_Union[Alert, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class Event(_message.Message):
    __slots__ = ("event_id", "camera_id", "type", "time", "value", "confidence", "labels", "snapshot")
    class LabelsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    camera_id: str
    type: str
    time: _timestamp_pb2.Timestamp
    value: float
    confidence: float
    labels: _containers.ScalarMap[str, str]
    snapshot: str
    def __init__(self, event_id: _Optional[str] = ..., camera_id: _Optional[str] = ..., type: _Optional[str] = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., value: _Optional[float] = ..., confidence: _Optional[float] = ..., labels: _Optional[_Mapping[str, str]] = ..., snapshot: _Optional[str] = ...) -> None: ...

class RefusedEvent(_message.Message):
    __slots__ = ("index", "event_id", "why")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    index: int
    event_id: str
    why: str
    def __init__(self, index: _Optional[int] = ..., event_id: _Optional[str] = ..., why: _Optional[str] = ...) -> None: ...

class IngestEventsRequest(_message.Message):
    __slots__ = ("events",)
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[Event]
    def __init__(self, events: _Optional[_Iterable[_Union[Event, _Mapping]]] = ...) -> None: ...

class IngestEventsResponse(_message.Message):
    __slots__ = ("stored", "duplicates", "refused")
    STORED_FIELD_NUMBER: _ClassVar[int]
    DUPLICATES_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    stored: int
    duplicates: int
    refused: _containers.RepeatedCompositeFieldContainer[RefusedEvent]
    def __init__(self, stored: _Optional[int] = ..., duplicates: _Optional[int] = ..., refused: _Optional[_Iterable[_Union[RefusedEvent, _Mapping]]] = ...) -> None: ...

class ListRuleStatesRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class RuleState(_message.Message):
    __slots__ = ("rule_id", "rule_name", "not_evaluated", "unknown_channels", "camera_id", "phase", "since", "fired_at", "late_events")
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    RULE_NAME_FIELD_NUMBER: _ClassVar[int]
    NOT_EVALUATED_FIELD_NUMBER: _ClassVar[int]
    UNKNOWN_CHANNELS_FIELD_NUMBER: _ClassVar[int]
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    PHASE_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    FIRED_AT_FIELD_NUMBER: _ClassVar[int]
    LATE_EVENTS_FIELD_NUMBER: _ClassVar[int]
    rule_id: int
    rule_name: str
    not_evaluated: str
    unknown_channels: int
    camera_id: str
    phase: str
    since: str
    fired_at: str
    late_events: int
    def __init__(self, rule_id: _Optional[int] = ..., rule_name: _Optional[str] = ..., not_evaluated: _Optional[str] = ..., unknown_channels: _Optional[int] = ..., camera_id: _Optional[str] = ..., phase: _Optional[str] = ..., since: _Optional[str] = ..., fired_at: _Optional[str] = ..., late_events: _Optional[int] = ...) -> None: ...

class ListRuleStatesResponse(_message.Message):
    __slots__ = ("items", "next_page_token")
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[RuleState]
    next_page_token: str
    def __init__(self, items: _Optional[_Iterable[_Union[RuleState, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class TestRuleRequest(_message.Message):
    __slots__ = ("rule_id", "start_time", "end_time", "conditions")
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    CONDITIONS_FIELD_NUMBER: _ClassVar[int]
    rule_id: int
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    conditions: _struct_pb2.Value
    def __init__(self, rule_id: _Optional[int] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., conditions: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ...) -> None: ...

class Firing(_message.Message):
    __slots__ = ("camera_id", "fired_at", "resolved_at", "event_id")
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    FIRED_AT_FIELD_NUMBER: _ClassVar[int]
    RESOLVED_AT_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    camera_id: str
    fired_at: str
    resolved_at: str
    event_id: str
    def __init__(self, camera_id: _Optional[str] = ..., fired_at: _Optional[str] = ..., resolved_at: _Optional[str] = ..., event_id: _Optional[str] = ...) -> None: ...

class RuleTrial(_message.Message):
    __slots__ = ("not_evaluated", "count", "firings")
    NOT_EVALUATED_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    FIRINGS_FIELD_NUMBER: _ClassVar[int]
    not_evaluated: str
    count: int
    firings: _containers.RepeatedCompositeFieldContainer[Firing]
    def __init__(self, not_evaluated: _Optional[str] = ..., count: _Optional[int] = ..., firings: _Optional[_Iterable[_Union[Firing, _Mapping]]] = ...) -> None: ...

class TestRuleResponse(_message.Message):
    __slots__ = ("stored", "given", "events", "tested_to")
    STORED_FIELD_NUMBER: _ClassVar[int]
    GIVEN_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    TESTED_TO_FIELD_NUMBER: _ClassVar[int]
    stored: RuleTrial
    given: RuleTrial
    events: int
    tested_to: str
    def __init__(self, stored: _Optional[_Union[RuleTrial, _Mapping]] = ..., given: _Optional[_Union[RuleTrial, _Mapping]] = ..., events: _Optional[int] = ..., tested_to: _Optional[str] = ...) -> None: ...

class ListChannelsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Channel(_message.Message):
    __slots__ = ("name", "kind", "waiting", "failing", "given_up")
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    WAITING_FIELD_NUMBER: _ClassVar[int]
    FAILING_FIELD_NUMBER: _ClassVar[int]
    GIVEN_UP_FIELD_NUMBER: _ClassVar[int]
    name: str
    kind: str
    waiting: int
    failing: int
    given_up: int
    def __init__(self, name: _Optional[str] = ..., kind: _Optional[str] = ..., waiting: _Optional[int] = ..., failing: _Optional[int] = ..., given_up: _Optional[int] = ...) -> None: ...

class ListChannelsResponse(_message.Message):
    __slots__ = ("items",)
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[Channel]
    def __init__(self, items: _Optional[_Iterable[_Union[Channel, _Mapping]]] = ...) -> None: ...

class TestChannelRequest(_message.Message):
    __slots__ = ("channel",)
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    channel: str
    def __init__(self, channel: _Optional[str] = ...) -> None: ...

class TestChannelResponse(_message.Message):
    __slots__ = ("delivered", "error")
    DELIVERED_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    delivered: bool
    error: str
    def __init__(self, delivered: _Optional[bool] = ..., error: _Optional[str] = ...) -> None: ...

class RaisedAlert(_message.Message):
    __slots__ = ("id", "rule_id", "rule_name", "rule_type", "priority", "camera_id", "message", "state", "since", "fired_at", "resolved_at", "rule_changed", "count", "event", "history_id", "handling", "handled_by", "handled_at", "comment", "silent")
    ID_FIELD_NUMBER: _ClassVar[int]
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    RULE_NAME_FIELD_NUMBER: _ClassVar[int]
    RULE_TYPE_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    FIRED_AT_FIELD_NUMBER: _ClassVar[int]
    RESOLVED_AT_FIELD_NUMBER: _ClassVar[int]
    RULE_CHANGED_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    HISTORY_ID_FIELD_NUMBER: _ClassVar[int]
    HANDLING_FIELD_NUMBER: _ClassVar[int]
    HANDLED_BY_FIELD_NUMBER: _ClassVar[int]
    HANDLED_AT_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    SILENT_FIELD_NUMBER: _ClassVar[int]
    id: int
    rule_id: int
    rule_name: str
    rule_type: str
    priority: str
    camera_id: str
    message: str
    state: str
    since: str
    fired_at: str
    resolved_at: str
    rule_changed: bool
    count: int
    event: _struct_pb2.Value
    history_id: int
    handling: str
    handled_by: str
    handled_at: str
    comment: str
    silent: bool
    def __init__(self, id: _Optional[int] = ..., rule_id: _Optional[int] = ..., rule_name: _Optional[str] = ..., rule_type: _Optional[str] = ..., priority: _Optional[str] = ..., camera_id: _Optional[str] = ..., message: _Optional[str] = ..., state: _Optional[str] = ..., since: _Optional[str] = ..., fired_at: _Optional[str] = ..., resolved_at: _Optional[str] = ..., rule_changed: _Optional[bool] = ..., count: _Optional[int] = ..., event: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., history_id: _Optional[int] = ..., handling: _Optional[str] = ..., handled_by: _Optional[str] = ..., handled_at: _Optional[str] = ..., comment: _Optional[str] = ..., silent: _Optional[bool] = ...) -> None: ...

class ListAlertsRequest(_message.Message):
    __slots__ = ("rule_id", "camera_id", "state", "handled", "page_size", "page_token")
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    HANDLED_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    rule_id: int
    camera_id: str
    state: str
    handled: str
    page_size: int
    page_token: str
    def __init__(self, rule_id: _Optional[int] = ..., camera_id: _Optional[str] = ..., state: _Optional[str] = ..., handled: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListAlertsResponse(_message.Message):
    __slots__ = ("items", "next_page_token")
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[RaisedAlert]
    next_page_token: str
    def __init__(self, items: _Optional[_Iterable[_Union[RaisedAlert, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetAlertRequest(_message.Message):
    __slots__ = ("alert_id",)
    ALERT_ID_FIELD_NUMBER: _ClassVar[int]
    alert_id: int
    def __init__(self, alert_id: _Optional[int] = ...) -> None: ...

class GetAlertResponse(_message.Message):
    __slots__ = ("alert",)
    ALERT_FIELD_NUMBER: _ClassVar[int]
    alert: RaisedAlert
    def __init__(self, alert: _Optional[_Union[RaisedAlert, _Mapping]] = ...) -> None: ...

class HandleAlertsRequest(_message.Message):
    __slots__ = ("alert_ids", "handling", "handled_by", "comment")
    ALERT_IDS_FIELD_NUMBER: _ClassVar[int]
    HANDLING_FIELD_NUMBER: _ClassVar[int]
    HANDLED_BY_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    alert_ids: _containers.RepeatedScalarFieldContainer[int]
    handling: str
    handled_by: str
    comment: str
    def __init__(self, alert_ids: _Optional[_Iterable[int]] = ..., handling: _Optional[str] = ..., handled_by: _Optional[str] = ..., comment: _Optional[str] = ...) -> None: ...

class RefusedAlert(_message.Message):
    __slots__ = ("alert_id", "why")
    ALERT_ID_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    alert_id: int
    why: str
    def __init__(self, alert_id: _Optional[int] = ..., why: _Optional[str] = ...) -> None: ...

class HandleAlertsResponse(_message.Message):
    __slots__ = ("changed", "unchanged", "refused")
    CHANGED_FIELD_NUMBER: _ClassVar[int]
    UNCHANGED_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    changed: int
    unchanged: int
    refused: _containers.RepeatedCompositeFieldContainer[RefusedAlert]
    def __init__(self, changed: _Optional[int] = ..., unchanged: _Optional[int] = ..., refused: _Optional[_Iterable[_Union[RefusedAlert, _Mapping]]] = ...) -> None: ...

class GetAlertStatisticsRequest(_message.Message):
    __slots__ = ("first_day", "last_day", "rule_id", "camera_id")
    FIRST_DAY_FIELD_NUMBER: _ClassVar[int]
    LAST_DAY_FIELD_NUMBER: _ClassVar[int]
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    first_day: str
    last_day: str
    rule_id: int
    camera_id: str
    def __init__(self, first_day: _Optional[str] = ..., last_day: _Optional[str] = ..., rule_id: _Optional[int] = ..., camera_id: _Optional[str] = ...) -> None: ...

class AlertCounts(_message.Message):
    __slots__ = ("rule_id", "camera_id", "day", "raised", "acknowledged", "confirmed", "false_positive")
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    DAY_FIELD_NUMBER: _ClassVar[int]
    RAISED_FIELD_NUMBER: _ClassVar[int]
    ACKNOWLEDGED_FIELD_NUMBER: _ClassVar[int]
    CONFIRMED_FIELD_NUMBER: _ClassVar[int]
    FALSE_POSITIVE_FIELD_NUMBER: _ClassVar[int]
    rule_id: int
    camera_id: str
    day: str
    raised: int
    acknowledged: int
    confirmed: int
    false_positive: int
    def __init__(self, rule_id: _Optional[int] = ..., camera_id: _Optional[str] = ..., day: _Optional[str] = ..., raised: _Optional[int] = ..., acknowledged: _Optional[int] = ..., confirmed: _Optional[int] = ..., false_positive: _Optional[int] = ...) -> None: ...

class GetAlertStatisticsResponse(_message.Message):
    __slots__ = ("first_day", "last_day", "total", "by_rule", "by_camera", "by_day")
    FIRST_DAY_FIELD_NUMBER: _ClassVar[int]
    LAST_DAY_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    BY_RULE_FIELD_NUMBER: _ClassVar[int]
    BY_CAMERA_FIELD_NUMBER: _ClassVar[int]
    BY_DAY_FIELD_NUMBER: _ClassVar[int]
    first_day: str
    last_day: str
    total: AlertCounts
    by_rule: _containers.RepeatedCompositeFieldContainer[AlertCounts]
    by_camera: _containers.RepeatedCompositeFieldContainer[AlertCounts]
    by_day: _containers.RepeatedCompositeFieldContainer[AlertCounts]
    def __init__(self, first_day: _Optional[str] = ..., last_day: _Optional[str] = ..., total: _Optional[_Union[AlertCounts, _Mapping]] = ..., by_rule: _Optional[_Iterable[_Union[AlertCounts, _Mapping]]] = ..., by_camera: _Optional[_Iterable[_Union[AlertCounts, _Mapping]]] = ..., by_day: _Optional[_Iterable[_Union[AlertCounts, _Mapping]]] = ...) -> None: ...

class SnoozeRuleRequest(_message.Message):
    __slots__ = ("rule_id", "camera_id", "until", "snoozed_by", "reason")
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    SNOOZED_BY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    rule_id: int
    camera_id: str
    until: _timestamp_pb2.Timestamp
    snoozed_by: str
    reason: str
    def __init__(self, rule_id: _Optional[int] = ..., camera_id: _Optional[str] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., snoozed_by: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class SnoozeRuleResponse(_message.Message):
    __slots__ = ("ok",)
    OK_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    def __init__(self, ok: _Optional[bool] = ...) -> None: ...

class Snooze(_message.Message):
    __slots__ = ("rule_id", "camera_id", "until", "snoozed_by", "snoozed_at", "reason")
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    SNOOZED_BY_FIELD_NUMBER: _ClassVar[int]
    SNOOZED_AT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    rule_id: int
    camera_id: str
    until: str
    snoozed_by: str
    snoozed_at: str
    reason: str
    def __init__(self, rule_id: _Optional[int] = ..., camera_id: _Optional[str] = ..., until: _Optional[str] = ..., snoozed_by: _Optional[str] = ..., snoozed_at: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class EndSnoozeRequest(_message.Message):
    __slots__ = ("rule_id", "camera_id")
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    rule_id: int
    camera_id: str
    def __init__(self, rule_id: _Optional[int] = ..., camera_id: _Optional[str] = ...) -> None: ...

class EndSnoozeResponse(_message.Message):
    __slots__ = ("ok",)
    OK_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    def __init__(self, ok: _Optional[bool] = ...) -> None: ...

class ListSnoozesRequest(_message.Message):
    __slots__ = ("rule_id",)
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    rule_id: int
    def __init__(self, rule_id: _Optional[int] = ...) -> None: ...

class ListSnoozesResponse(_message.Message):
    __slots__ = ("items",)
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[Snooze]
    def __init__(self, items: _Optional[_Iterable[_Union[Snooze, _Mapping]]] = ...) -> None: ...
