"""Bodies of requests and answers, where they have a fixed shape."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Role = Literal["viewer", "operator", "admin"]


class FromRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class Snapshot(BaseModel):
    name: str
    size: int
    taken_at: datetime


class StoredFile(BaseModel):
    name: str
    size: int
    sha256: str


class RecordIn(BaseModel):
    camera_id: str = Field(max_length=50)
    violation_type: str | None = Field(default=None, max_length=50)
    persons: int = Field(default=0, ge=0)
    note: str | None = None


class RecordPatch(BaseModel):
    violation_type: str | None = Field(default=None, max_length=50)
    persons: int | None = Field(default=None, ge=0)
    note: str | None = None


class RecordOut(RecordIn, FromRow):
    id: int
    detected_at: datetime


class Handling(BaseModel):
    status: Literal["pending", "confirmed", "false_positive", "resolved"]
    handled_by: str = Field(max_length=64)


class UserIn(BaseModel):
    username: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=8)
    role: Role = "viewer"


class UserPatch(BaseModel):
    role: Role


class UserOut(FromRow):
    id: int
    username: str
    role: str


class Login(BaseModel):
    username: str
    password: str


class SettingValue(BaseModel):
    value: Any
