"""What a token says, whom a role lets, and which configuration Envoy gets of it."""

from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from gateway.access.revoking import still_revoked
from gateway.access.tokens import (
    LONGEST_SECONDS,
    InvalidTokenRequestError,
    Token,
    new_token,
    seconds_of,
    signed,
)
from gateway.vocabulary.roles import GRANTED_BY, ROLES

NOW = 1_800_000_000.5


def token(**changed: Any) -> Token:
    fields = {"id": "a1", "subject": "alice", "roles": ("viewer",), "made": 0.0, "expires": 100.0}
    return Token(**{**fields, **changed})


def test_every_role_grants_itself_and_admin_everything() -> None:
    """Operator and releaser include viewer, and neither the other."""
    assert set(GRANTED_BY) == set(ROLES)
    assert all({role, "admin"} <= set(granted) for role, granted in GRANTED_BY.items())
    assert set(GRANTED_BY["viewer"]) == set(ROLES)
    assert "releaser" not in GRANTED_BY["operator"]
    assert "operator" not in GRANTED_BY["releaser"]


def test_a_signed_token_says_what_is_kept_of_it() -> None:
    """Times in whole seconds, roles in their order, each once."""
    key = ECKey.generate_key("P-256", auto_kid=True)
    made = new_token("alice", ["admin", "viewer", "admin"], 60, NOW)
    found = jwt.decode(signed(made, key), key)
    assert found.header == {"typ": "JWT", "alg": "ES256", "kid": key.kid}
    assert found.claims == {
        "iss": "camplane",
        "sub": "alice",
        "jti": made.id,
        "iat": 1_800_000_000,
        "exp": 1_800_000_060,
        "roles": ["viewer", "admin"],
        "cameras": ["*"],
    }
    assert made.id != new_token("alice", ["viewer"], 60, NOW).id


def test_a_token_is_of_the_cameras_that_are_listed_and_of_all_by_default() -> None:
    """Each glob once, and all of them is nothing but `*`."""

    def cameras(*globs: str) -> tuple[str, ...]:
        return new_token("alice", ["viewer"], 60, NOW, globs).cameras

    assert new_token("alice", ["viewer"], 60, NOW).cameras == ("*",)
    assert cameras("hall-*", "yard-?", "hall-*") == ("hall-*", "yard-?")
    assert cameras("hall-*", "*") == ("*",)
    for wrong in ((), ("",), ("大厅",), ("a\nb",), ("a" * 201,), ("a",) * 101):
        with pytest.raises(InvalidTokenRequestError, match="1 to 100 globs"):
            cameras(*wrong)


@pytest.mark.parametrize(
    ("subject", "roles", "seconds"),
    [
        ("", ["viewer"], 1),
        ("two\nlines", ["viewer"], 1),
        ("\x1b[2J", ["viewer"], 1),
        (" alice", ["viewer"], 1),
        ("é", ["viewer"], 1),
        ("a" * 129, ["viewer"], 1),
        ("alice", [], 1),
        ("alice", ["root"], 1),
        ("alice", ["public"], 1),
        ("alice", ["viewer"], LONGEST_SECONDS + 1),
    ],
)
def test_what_is_no_token_is_refused_in_words(subject: str, roles: list[str], seconds: int) -> None:
    """A name travels in a header and stands in logs; a role that nobody knows grants nothing."""
    with pytest.raises(InvalidTokenRequestError, match=r"\w+ \w+ \w+"):
        new_token(subject, roles, seconds, NOW)


def test_times_are_a_number_and_a_unit() -> None:
    """Anything else is refused, a bare number too."""
    assert [seconds_of(text) for text in ("90d", "12h", "30m", "20s")] == [
        90 * 86400,
        12 * 3600,
        1800,
        20,
    ]
    for text in ("90", "0d", "-1d", "1.5h", "1w", "d", "1 d", "99999999d"):
        with pytest.raises(InvalidTokenRequestError, match="such as 90d"):
            seconds_of(text)


def test_only_what_would_hold_otherwise_is_told_to_envoy() -> None:
    """One that has ended is refused by itself; the clocks may differ by a minute."""
    tokens = [
        token(),
        token(id="b", revoked=5.0),
        token(id="c", revoked=5.0, expires=40.0),
        token(id="d", revoked=5.0, expires=41.0),
    ]
    assert still_revoked(tokens, 100.0) == ["b", "d"]
    assert [one.state(100.0) for one in tokens] == ["expired", "revoked", "revoked", "revoked"]
    assert token().state(99.9) == "valid"
