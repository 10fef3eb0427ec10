"""What is kept of tokens: their ids and facts, in one file, replaced whole under a lock."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace

from gateway.access.place import AccessPlace
from gateway.access.tokens import Token
from servicekit import atomic_file


class TokensUnreadableError(Exception):
    """The file of tokens cannot be read; the text says which it is."""


class UnknownTokenError(Exception):
    """There is no token of this id."""


def known(place: AccessPlace) -> list[Token]:
    """Return every token that was made, the oldest first; TokensUnreadableError."""
    try:
        entries = json.loads(place.tokens.read_bytes())["tokens"]
        return [_token(entry) for entry in entries]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise TokensUnreadableError(
            f"{place.tokens} cannot be read ({error}): put it back from a backup, or nobody "
            "knows which tokens are revoked"
        ) from error


def add(place: AccessPlace, token: Token) -> None:
    """Keep a token's facts; on the disk before the token is shown."""
    with place.locked():
        _write(place, [*known(place), token])


def revoke(
    place: AccessPlace, token_id: str, now: float, told: Callable[[Sequence[Token]], None]
) -> Token:
    """Mark a token as revoked; UnknownTokenError. A second time changes nothing.

    told: is given all tokens before the lock is let go, so that nobody tells of fewer later.
    """
    with place.locked():
        tokens = known(place)
        found = next((one for one in tokens if one.id == token_id), None)
        if found is None:
            raise UnknownTokenError(f"there is no token {token_id}; `camplane token list`")
        gone = found if found.revoked else replace(found, revoked=now)
        tokens = [gone if one is found else one for one in tokens]
        _write(place, tokens)
        told(tokens)
        return gone


def _write(place: AccessPlace, tokens: Sequence[Token]) -> None:
    document = {"tokens": [asdict(one) for one in tokens]}
    with atomic_file.prepared(
        place.tokens, json.dumps(document, indent=1).encode(), durable=True
    ) as replacement:
        replacement.put()


def _token(entry: dict[str, object]) -> Token:
    fields = {
        name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()
    }
    return Token(**fields)  # type: ignore[arg-type]
