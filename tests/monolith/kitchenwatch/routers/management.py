"""Users, logins and the settings of the site."""

from typing import Annotated, Any

from fastapi import APIRouter, Cookie, HTTPException, Response
from fastapi.responses import PlainTextResponse, RedirectResponse
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from kitchenwatch.db.models import SystemSetting, User
from kitchenwatch.db.session import Session
from kitchenwatch.schemas import Login, SettingValue, UserIn, UserOut, UserPatch
from kitchenwatch.services import passwords

router = APIRouter(prefix="/api/v1/management", tags=["management"])

COOKIE = "kw_session"


@router.get("/users")
async def list_users(session: Session) -> list[UserOut]:
    rows = await session.scalars(select(User).order_by(User.id))
    return [UserOut.model_validate(row) for row in rows]


@router.post("/users", status_code=201)
async def create_user(payload: UserIn, session: Session) -> UserOut:
    user = User(
        username=payload.username,
        password_hash=passwords.hashed(payload.password),
        role=payload.role,
    )
    session.add(user)
    try:
        await session.commit()
    except IntegrityError as error:
        raise HTTPException(409, "Username already exists") from error
    return UserOut.model_validate(user)


@router.patch("/users/{user_id}")
async def change_user(user_id: int, payload: UserPatch, session: Session) -> UserOut:
    user = await _user(session, user_id)
    user.role = payload.role
    await session.commit()
    return UserOut.model_validate(user)


@router.delete("/users/{user_id}", status_code=204)
async def delete_user(user_id: int, session: Session) -> None:
    await session.delete(await _user(session, user_id))
    await session.commit()


@router.post("/login")
async def login(payload: Login, session: Session, response: Response) -> UserOut:
    user = await session.scalar(select(User).where(User.username == payload.username))
    if user is None or not passwords.matches(payload.password, user.password_hash):
        raise HTTPException(
            401, "Wrong username or password", headers={"WWW-Authenticate": "Cookie"}
        )
    response.set_cookie(
        COOKIE, passwords.signed(user.username), max_age=3600, httponly=True, samesite="lax"
    )
    response.set_cookie("kw_theme", "dark", path="/", max_age=86400)
    return UserOut.model_validate(user)


@router.get("/me")
async def who_am_i(session: Session, kw_session: Annotated[str, Cookie()] = "") -> UserOut:
    username = passwords.username_of(kw_session)
    user = await session.scalar(select(User).where(User.username == username))
    if user is None:
        raise HTTPException(401, "Not logged in")
    return UserOut.model_validate(user)


@router.post("/logout", status_code=204)
async def logout(response: Response) -> None:
    response.delete_cookie(COOKIE)


@router.get("/settings")
async def list_settings(session: Session) -> dict[str, Any]:
    rows = await session.scalars(select(SystemSetting).order_by(SystemSetting.key))
    return {row.key: row.value for row in rows}


@router.put("/settings/{key}")
async def put_setting(key: str, payload: SettingValue, session: Session) -> dict[str, Any]:
    await session.merge(SystemSetting(key=key, value=payload.value))
    await session.commit()
    return {"key": key, "value": payload.value}


@router.get("/help")
async def help_page() -> RedirectResponse:
    return RedirectResponse("/docs", status_code=302)


@router.get("/license", response_class=PlainTextResponse)
async def license_text() -> PlainTextResponse:
    return PlainTextResponse("KitchenWatch: licensed for one site.\n")


async def _user(session: Session, user_id: int) -> User:
    user = await session.get(User, user_id)
    if user is None:
        raise HTTPException(404, "User not found")
    return user
