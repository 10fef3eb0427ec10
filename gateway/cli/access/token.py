"""`camplane token …`: who may ask this camplane, and for what."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.output import fail, note, print_json, print_table
from gateway.cli.rest import DEFAULT_DATA, AsJson, Data
from gateway.cli.shortening import day
from gateway.cli.table import Column
from gateway.launcher.instance import load
from gateway.launcher.plan import Place
from gateway.proxy.admin import Admin, AdminError
from gateway.proxy.topology import Access, Topology
from gateway.proxy.topology_file import read_topology
from gateway.vocabulary.roles import ROLES, VIEWER

if TYPE_CHECKING:
    from gateway.access.tokens import Token

# Cryptography takes a while to import: not for a help text.

# A revocation is in force some milliseconds after it is written.
IN_FORCE_SECONDS = 2.0
_LOOK_SECONDS = 0.02

app = typer.Typer(
    help=(
        "Tokens: who may ask this camplane, and for what. Also works while it is down.\n\n"
        f"Roles: {', '.join(ROLES)}. They are looked at once `access: {{mode: on}}` is configured."
    ),
    no_args_is_help=True,
)


@app.command()
def create(
    name: Annotated[str, typer.Option(help="Whose it is; the author of what is done with it.")],
    role: Annotated[
        list[str] | None, typer.Option(help=f"Of {', '.join(ROLES)}; may be given several times.")
    ] = None,
    cameras: Annotated[
        list[str] | None,
        typer.Option(help="Of which cameras alone, such as 'hall-*'; may be given several times."),
    ] = None,
    expires: Annotated[str, typer.Option(help="When it ends, such as 90d, 12h, 30m.")] = "90d",
    as_json: AsJson = False,
    data: Data = DEFAULT_DATA,
) -> None:
    """Make a token and print it. It is kept nowhere: this is the only time it is seen."""
    from gateway.access.keys import KeyUnreadableError, signing_key
    from gateway.access.store import TokensUnreadableError, add
    from gateway.access.tokens import (
        ALL_CAMERAS,
        InvalidTokenRequestError,
        new_token,
        seconds_of,
        signed,
    )

    place = _place(data)
    try:
        token = new_token(
            name, role or [VIEWER], seconds_of(expires), time.time(), cameras or ALL_CAMERAS
        )
        text = signed(token, signing_key(place.access))
        add(place.access, token)
    except (InvalidTokenRequestError, KeyUnreadableError, TokensUnreadableError) as error:
        fail(str(error))
    except OSError as error:
        fail(f"the tokens cannot be written: {error}")
    if as_json:
        print_json({**_facts(token, time.time()), "token": text})
        return
    roles, of = ", ".join(token.roles), ", ".join(token.cameras)
    note(f"token {token.id} of {name}: {roles}, cameras {of}, until {_day(token.expires)}")
    typer.echo(text)
    if not _access(place).looks:
        note("no access control is on here: `access: {mode: on}` in --config of `camplane up`")


@app.command("list")
def list_tokens(as_json: AsJson = False, data: Data = DEFAULT_DATA) -> None:
    """List the tokens that were made, and when each was last seen, some seconds behind."""
    from gateway.access.uses import last_uses

    place, now = _place(data), time.time()
    tokens, used = _known(place), last_uses(place.access)
    if as_json:
        times = {one.id: _moment(used.get(one.id, 0)) for one in tokens}
        print_json({"tokens": [{**_facts(one, now), "used": times[one.id]} for one in tokens]})
        return
    print_table(
        (
            Column("id", is_whole=True),
            Column("name"),
            Column("roles"),
            Column("cameras", spare=1),
            Column("made", is_whole=True, spare=2, short=day),
            Column("last used", is_whole=True, spare=1, short=day),
            Column("expires", is_whole=True, short=day),
            Column("state", is_whole=True),
        ),
        (
            (
                one.id,
                one.subject,
                ", ".join(one.roles),
                ", ".join(one.cameras),
                _day(one.made),
                _day(used[one.id]) if one.id in used else "-",
                _day(one.expires),
                one.state(now),
            )
            for one in tokens
        ),
        empty="no token was made",
    )


@app.command()
def revoke(
    token_id: Annotated[str, typer.Argument(metavar="ID", help="As `token list` has it.")],
    data: Data = DEFAULT_DATA,
) -> None:
    """Make a token invalid, within two seconds. Streams that were begun with it end, too."""
    from gateway.access.revoking import tell_envoy
    from gateway.access.store import TokensUnreadableError, UnknownTokenError
    from gateway.access.store import revoke as revoke_in
    from gateway.proxy import reserve

    place = _place(data)
    access = _access(place)
    version = ""

    def told(tokens: Sequence["Token"]) -> None:
        nonlocal version
        if access.looks:
            version = tell_envoy(place.envoy, tokens, access.refuses, time.time())

    try:
        token = reserve.in_need(
            place.envoy, lambda: revoke_in(place.access, token_id, time.time(), told)
        )
    except (UnknownTokenError, TokensUnreadableError) as error:
        fail(str(error))
    except OSError as error:
        fail(f"the token is not revoked everywhere: {error}; when that is mended, revoke it again")
    note(f"token {token.id} of {token.subject} is revoked")
    if not access.looks or load(place.data) is None:
        note("no camplane runs there that asks for tokens; the next one refuses it")
        return
    if not asyncio.run(_in_force(_topology(place), version)):
        fail(f"but the gateway has not taken it up after {IN_FORCE_SECONDS:g} s; is Envoy up?")


def _place(data: Path) -> Place:
    return Place(data.absolute(), data.absolute() / "run")


def _known(place: Place) -> list["Token"]:
    from gateway.access.store import TokensUnreadableError, known

    try:
        return known(place.access)
    except TokensUnreadableError as error:
        fail(str(error))


def _topology(place: Place) -> Topology | None:
    """Return what the last camplane of the data directory stood between."""
    try:
        return read_topology(place.envoy)
    except (OSError, ValueError, TypeError, KeyError):  # there was none, or one of another release
        return None


def _access(place: Place) -> Access:
    topology = _topology(place)
    return Access() if topology is None else topology.access


async def _in_force(topology: Topology | None, version: str) -> bool:
    """Wait until Envoy has taken the revoked tokens up; False when it does not."""
    assert topology is not None
    admin = Admin(topology.admin_socket)
    deadline = time.monotonic() + IN_FORCE_SECONDS
    try:
        while time.monotonic() < deadline:
            if await admin.extension_version() == version:
                return True
            await asyncio.sleep(_LOOK_SECONDS)
    except AdminError:
        pass
    finally:
        await admin.close()
    return False


def _facts(token: "Token", now: float) -> dict[str, object]:
    times = {name: _moment(getattr(token, name)) for name in ("made", "expires", "revoked")}
    return {**asdict(token), **times, "state": token.state(now)}


def _moment(seconds: float) -> str | None:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds") if seconds else None


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M")
