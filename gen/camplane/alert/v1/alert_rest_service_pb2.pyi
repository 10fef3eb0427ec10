from camplane.access.v1 import role_pb2 as _role_pb2
from camplane.alert.v1 import alert_service_pb2 as _alert_service_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import httpbody_pb2 as _httpbody_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AlertRestServiceListRulesRequest(_message.Message):
    __slots__ = ("camera_id", "enabled")
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    ENABLED_FIELD_NUMBER: _ClassVar[int]
    camera_id: str
    enabled: bool
    def __init__(self, camera_id: _Optional[str] = ..., enabled: _Optional[bool] = ...) -> None: ...

class AlertRestServiceListRulesResponse(_message.Message):
    __slots__ = ("body",)
    BODY_FIELD_NUMBER: _ClassVar[int]
    body: _httpbody_pb2.HttpBody
    def __init__(self, body: _Optional[_Union[_httpbody_pb2.HttpBody, _Mapping]] = ...) -> None: ...

class AlertRestServiceCreateRuleRequest(_message.Message):
    __slots__ = ("body",)
    BODY_FIELD_NUMBER: _ClassVar[int]
    body: _httpbody_pb2.HttpBody
    def __init__(self, body: _Optional[_Union[_httpbody_pb2.HttpBody, _Mapping]] = ...) -> None: ...

class AlertRestServiceCreateRuleResponse(_message.Message):
    __slots__ = ("ok", "id")
    OK_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    id: int
    def __init__(self, ok: _Optional[bool] = ..., id: _Optional[int] = ...) -> None: ...

class AlertRestServiceGetRuleRequest(_message.Message):
    __slots__ = ("rule_id",)
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    rule_id: int
    def __init__(self, rule_id: _Optional[int] = ...) -> None: ...

class AlertRestServiceGetRuleResponse(_message.Message):
    __slots__ = ("body",)
    BODY_FIELD_NUMBER: _ClassVar[int]
    body: _httpbody_pb2.HttpBody
    def __init__(self, body: _Optional[_Union[_httpbody_pb2.HttpBody, _Mapping]] = ...) -> None: ...

class AlertRestServiceUpdateRuleRequest(_message.Message):
    __slots__ = ("rule_id", "body")
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    rule_id: int
    body: _httpbody_pb2.HttpBody
    def __init__(self, rule_id: _Optional[int] = ..., body: _Optional[_Union[_httpbody_pb2.HttpBody, _Mapping]] = ...) -> None: ...

class AlertRestServiceUpdateRuleResponse(_message.Message):
    __slots__ = ("ok",)
    OK_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    def __init__(self, ok: _Optional[bool] = ...) -> None: ...

class AlertRestServiceListHistoryRequest(_message.Message):
    __slots__ = ("limit", "camera_id", "alert_type")
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    ALERT_TYPE_FIELD_NUMBER: _ClassVar[int]
    limit: int
    camera_id: str
    alert_type: str
    def __init__(self, limit: _Optional[int] = ..., camera_id: _Optional[str] = ..., alert_type: _Optional[str] = ...) -> None: ...

class AlertRestServiceListHistoryResponse(_message.Message):
    __slots__ = ("body",)
    BODY_FIELD_NUMBER: _ClassVar[int]
    body: _httpbody_pb2.HttpBody
    def __init__(self, body: _Optional[_Union[_httpbody_pb2.HttpBody, _Mapping]] = ...) -> None: ...

class AlertRestServiceIngestEventsRequest(_message.Message):
    __slots__ = ("body",)
    BODY_FIELD_NUMBER: _ClassVar[int]
    body: _httpbody_pb2.HttpBody
    def __init__(self, body: _Optional[_Union[_httpbody_pb2.HttpBody, _Mapping]] = ...) -> None: ...

class AlertRestServiceIngestEventsResponse(_message.Message):
    __slots__ = ("stored", "duplicates", "refused")
    STORED_FIELD_NUMBER: _ClassVar[int]
    DUPLICATES_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    stored: int
    duplicates: int
    refused: _containers.RepeatedCompositeFieldContainer[_alert_service_pb2.RefusedEvent]
    def __init__(self, stored: _Optional[int] = ..., duplicates: _Optional[int] = ..., refused: _Optional[_Iterable[_Union[_alert_service_pb2.RefusedEvent, _Mapping]]] = ...) -> None: ...
