"""The tables; `migrations` makes them."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, ForeignKey, Integer, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kitchenwatch.clock import db_now
from kitchenwatch.config import settings


class Base(DeclarativeBase):
    type_annotation_map = {  # noqa: RUF012
        datetime: DateTime(timezone=settings.timestamps_with_zone),
        Any: JSONB,
    }


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    password_hash: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(String(16), default="viewer")
    created_at: Mapped[datetime] = mapped_column(default=db_now)


class AlertRule(Base):
    __tablename__ = "alert_rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    camera_id: Mapped[str | None] = mapped_column(String(50))
    rule_type: Mapped[str] = mapped_column(String(50))
    conditions: Mapped[Any] = mapped_column(JSONB)
    notification_channels: Mapped[Any] = mapped_column(JSONB)
    recipients: Mapped[Any] = mapped_column(JSONB)
    enabled: Mapped[bool | None] = mapped_column()
    priority: Mapped[str | None] = mapped_column(String(20))
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(default=db_now)
    updated_at: Mapped[datetime] = mapped_column(default=db_now, onupdate=db_now)


class AlertHistory(Base):
    __tablename__ = "alert_history"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("alert_rules.id", ondelete="CASCADE"))
    camera_id: Mapped[str | None] = mapped_column(String(50))
    alert_type: Mapped[str] = mapped_column(String(50))
    message: Mapped[str | None] = mapped_column(Text)
    details: Mapped[Any] = mapped_column(JSONB)
    notification_sent: Mapped[bool | None] = mapped_column()
    notification_channels_used: Mapped[Any] = mapped_column(JSONB)
    status: Mapped[str] = mapped_column(String(20), default="pending")
    handled_by: Mapped[str | None] = mapped_column(String(64))
    handled_at: Mapped[datetime | None] = mapped_column()
    timestamp: Mapped[datetime] = mapped_column(default=db_now)


class DetectionRecord(Base):
    __tablename__ = "detection_records"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    camera_id: Mapped[str] = mapped_column(String(50))
    violation_type: Mapped[str | None] = mapped_column(String(50))
    persons: Mapped[int] = mapped_column(Integer, default=0)
    note: Mapped[str | None] = mapped_column(Text)
    detected_at: Mapped[datetime] = mapped_column(default=db_now)


class SystemSetting(Base):
    __tablename__ = "system_settings"

    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    value: Mapped[Any] = mapped_column(JSONB)
