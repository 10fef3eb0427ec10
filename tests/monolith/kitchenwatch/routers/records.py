"""What the detectors saw: records, and figures of them."""

from collections.abc import AsyncIterator
from hashlib import md5
from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException, Query, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import extract, func, select

from kitchenwatch.db.models import DetectionRecord
from kitchenwatch.db.session import Session, session_factory
from kitchenwatch.schemas import RecordIn, RecordOut, RecordPatch

router = APIRouter(prefix="/api/v1", tags=["records"])


@router.get("/records")
async def list_records(
    session: Session,
    response: Response,
    camera_id: str | None = None,
    limit: Annotated[int, Query(ge=1, le=5000)] = 50,
) -> list[RecordOut]:
    query = select(DetectionRecord).order_by(DetectionRecord.id.desc()).limit(limit)
    if camera_id is not None:
        query = query.where(DetectionRecord.camera_id == camera_id)
    total = await session.scalar(select(func.count()).select_from(DetectionRecord))
    response.headers["X-Total-Count"] = str(total)
    return [RecordOut.model_validate(row) for row in await session.scalars(query)]


@router.post("/records", status_code=201)
async def create_record(payload: RecordIn, session: Session, response: Response) -> RecordOut:
    row = DetectionRecord(**payload.model_dump())
    session.add(row)
    await session.commit()
    response.headers["Location"] = f"/api/v1/records/{row.id}"
    return RecordOut.model_validate(row)


@router.get("/records/export")
async def export_records() -> StreamingResponse:
    return StreamingResponse(
        _csv(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": "attachment; filename=records.csv"},
    )


@router.get("/records/{record_id}")
async def get_record(record_id: int, session: Session) -> RecordOut:
    return RecordOut.model_validate(await _found(session, record_id))


@router.put("/records/{record_id}")
async def replace_record(record_id: int, payload: RecordIn, session: Session) -> RecordOut:
    return await _changed(session, record_id, payload.model_dump())


@router.patch("/records/{record_id}")
async def change_record(record_id: int, payload: RecordPatch, session: Session) -> RecordOut:
    return await _changed(session, record_id, payload.model_dump(exclude_unset=True))


@router.delete("/records/{record_id}", status_code=204)
async def delete_record(record_id: int, session: Session) -> None:
    await session.delete(await _found(session, record_id))
    await session.commit()


@router.get("/statistics/summary")
async def summary(
    session: Session, response: Response, if_none_match: Annotated[str | None, Header()] = None
) -> Any:
    """Figures by camera, with an ETag: the page asks every few seconds."""
    counted = (
        select(DetectionRecord.camera_id, func.count(), func.sum(DetectionRecord.persons))
        .group_by(DetectionRecord.camera_id)
        .order_by(DetectionRecord.camera_id)
    )
    rows = [tuple(row) for row in await session.execute(counted)]
    etag = f'"{md5(repr(rows).encode()).hexdigest()}"'
    if if_none_match == etag:
        return Response(status_code=304, headers={"ETag": etag})
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, max-age=0, must-revalidate"
    return {camera_id: {"records": count, "persons": total} for camera_id, count, total in rows}


@router.get("/statistics/hourly")
async def hourly(session: Session) -> list[dict[str, int]]:
    """Records by hour of the day; large enough to be compressed."""
    hour = extract("hour", DetectionRecord.detected_at)
    counts = dict((await session.execute(select(hour, func.count()).group_by(hour))).all())
    return [
        {"weekday": day, "hour": number, "records": int(counts.get(number, 0))}
        for day in range(7)
        for number in range(24)
    ]


async def _found(session: Session, record_id: int) -> DetectionRecord:
    row = await session.get(DetectionRecord, record_id)
    if row is None:
        raise HTTPException(404, "Record not found")
    return row


async def _changed(session: Session, record_id: int, values: dict[str, Any]) -> RecordOut:
    row = await _found(session, record_id)
    for name, value in values.items():
        setattr(row, name, value)
    await session.commit()
    return RecordOut.model_validate(row)


async def _csv() -> AsyncIterator[str]:
    yield "id,camera_id,violation_type,persons\r\n"
    async with session_factory() as session:
        rows = await session.stream_scalars(select(DetectionRecord).order_by(DetectionRecord.id))
        async for row in rows:
            yield f"{row.id},{row.camera_id},{row.violation_type or ''},{row.persons}\r\n"
