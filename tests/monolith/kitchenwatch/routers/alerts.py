"""Alert rules and the alerts that were raised."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, HTTPException, Path, Query
from sqlalchemy import func, select, update

from kitchenwatch.clock import db_now, isoformat
from kitchenwatch.db.models import AlertHistory, AlertRule
from kitchenwatch.db.session import Session
from kitchenwatch.schemas import Handling
from kitchenwatch.services.domain_entry import uses_domain

router = APIRouter(prefix="/api/v1/alerts", tags=["alerts"], dependencies=[Depends(uses_domain)])

FIELDS = (
    "name",
    "camera_id",
    "rule_type",
    "conditions",
    "notification_channels",
    "recipients",
    "enabled",
    "priority",
)
DEFAULTS = {"enabled": True, "priority": "medium"}

RuleId = Annotated[int, Path(ge=1)]


@router.get("/rules")
async def list_rules(
    session: Session, camera_id: str | None = None, enabled: bool | None = None
) -> dict[str, Any]:
    query = select(AlertRule).order_by(AlertRule.updated_at.desc())
    if camera_id is not None:
        query = query.where(AlertRule.camera_id == camera_id)
    if enabled is not None:
        query = query.where(AlertRule.enabled == enabled)
    items = [_rule(rule) for rule in await session.scalars(query)]
    return {"count": len(items), "items": items}


@router.post("/rules")
async def create_rule(payload: Annotated[dict[str, Any], Body()], session: Session) -> Any:
    for field in ("name", "rule_type", "conditions"):
        if field not in payload:
            raise HTTPException(400, f"缺少必填字段: {field}")
    values = {field: payload.get(field, DEFAULTS.get(field)) for field in FIELDS}
    rule = AlertRule(**values)
    session.add(rule)
    await session.commit()
    return {"ok": True, "id": rule.id}


@router.put("/rules/{rule_id}")
async def update_rule(
    rule_id: RuleId, payload: Annotated[dict[str, Any], Body()], session: Session
) -> Any:
    values = {field: payload[field] for field in FIELDS if field in payload}
    if values:
        await session.execute(update(AlertRule).where(AlertRule.id == rule_id).values(**values))
        await session.commit()
    return {"ok": True}


@router.post("/rules/{rule_id}/test", status_code=201)
async def raise_test_alert(rule_id: RuleId, session: Session) -> Any:
    """Raise an alert as the rule would, to see that it arrives."""
    rule = await session.get(AlertRule, rule_id)
    if rule is None:
        raise HTTPException(404, f"告警规则不存在: {rule_id}")
    alert = AlertHistory(
        rule_id=rule.id,
        camera_id=rule.camera_id or "system",
        alert_type=rule.rule_type,
        message=f"Test: {rule.name}",
        details={"test": True, "conditions": rule.conditions},
        notification_sent=False,
        notification_channels_used=[],
    )
    session.add(alert)
    await session.commit()
    return {"ok": True, "id": alert.id}


@router.get("/history-db")
async def alert_history(
    session: Session,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    camera_id: str | None = None,
    alert_type: str | None = None,
) -> dict[str, Any]:
    query = select(AlertHistory).order_by(AlertHistory.timestamp.desc()).limit(limit)
    if camera_id is not None:
        query = query.where(AlertHistory.camera_id == camera_id)
    if alert_type is not None:
        query = query.where(AlertHistory.alert_type == alert_type)
    items = [_alert(alert) for alert in await session.scalars(query)]
    return {"count": len(items), "items": items}


@router.get("/statistics")
async def alert_statistics(session: Session) -> dict[str, Any]:
    counted = select(AlertHistory.alert_type, func.count()).group_by(AlertHistory.alert_type)
    by_type = dict((await session.execute(counted)).all())
    return {"total": sum(by_type.values()), "by_type": by_type}


@router.patch("/history/{alert_id}")
async def handle_alert(alert_id: RuleId, payload: Handling, session: Session) -> dict[str, Any]:
    alert = await session.get(AlertHistory, alert_id)
    if alert is None:
        raise HTTPException(404, "Alert not found")
    alert.status, alert.handled_by, alert.handled_at = payload.status, payload.handled_by, db_now()
    await session.commit()
    return {**_alert(alert), "status": alert.status, "handled_by": alert.handled_by}


def _rule(rule: AlertRule) -> dict[str, Any]:
    return {
        "id": rule.id,
        **{field: getattr(rule, field) for field in FIELDS},
        "created_at": isoformat(rule.created_at),
        "updated_at": isoformat(rule.updated_at),
    }


def _alert(alert: AlertHistory) -> dict[str, Any]:
    return {
        "id": alert.id,
        "rule_id": alert.rule_id,
        "camera_id": alert.camera_id,
        "alert_type": alert.alert_type,
        "message": alert.message,
        "details": alert.details,
        "notification_sent": alert.notification_sent,
        "notification_channels_used": alert.notification_channels_used,
        "timestamp": isoformat(alert.timestamp),
    }
