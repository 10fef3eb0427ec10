"""Tokens and their key on the disk: kept by several processes at once, read by their owner."""

import multiprocessing
from pathlib import Path

import pytest

from gateway.access.keys import KeyUnreadableError, signing_key
from gateway.access.place import AccessPlace
from gateway.access.store import (
    TokensUnreadableError,
    UnknownTokenError,
    add,
    known,
    revoke,
)
from gateway.access.tokens import new_token
from gateway.access.uses import last_uses, note_uses

WRITERS, EACH = 4, 8


def make_some(folder: str) -> None:
    place = AccessPlace(Path(folder))
    for number in range(EACH):
        token = new_token(f"t{number}", ["viewer"], 60, 0.0)
        signing_key(place)
        add(place, token)
        revoke(place, token.id, 1.0, lambda tokens: None)


def test_no_token_is_lost_to_another_writer_and_all_sign_with_one_key(tmp_path: Path) -> None:
    """A revocation that is lost would let its token in again."""
    folder = tmp_path / "access"
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=make_some, args=(str(folder),)) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
        assert writer.exitcode == 0
    place = AccessPlace(folder)
    tokens = known(place)
    assert len({one.id for one in tokens}) == WRITERS * EACH
    assert all(one.revoked for one in tokens)
    assert signing_key(place).kid in place.public_keys.read_text()
    assert '"d"' not in place.public_keys.read_text()
    assert {path.stat().st_mode & 0o077 for path in folder.iterdir()} == {0}


def test_a_second_revocation_changes_nothing_and_an_unknown_one_is_refused(tmp_path: Path) -> None:
    """Who is told, is told of all tokens."""
    place = AccessPlace(tmp_path)
    token, other = (new_token(name, ["viewer"], 60, 0.0) for name in "ab")
    add(place, token)
    add(place, other)
    told: list[int] = []
    first = revoke(place, token.id, 5.0, lambda tokens: told.append(len(tokens)))
    assert (first.revoked, told) == (5.0, [2])
    assert revoke(place, token.id, 9.0, lambda tokens: None).revoked == 5.0
    with pytest.raises(UnknownTokenError, match="token list"):
        revoke(place, "none", 5.0, lambda tokens: told.append(0))
    assert told == [2]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"tokens": [{"id": 1}]}', "\x00"])
def test_files_that_cannot_be_read_are_left_and_said(tmp_path: Path, text: str) -> None:
    """A new list would forget what was revoked, and a new key every token."""
    place = AccessPlace(tmp_path)
    for path in (place.tokens, place.key):
        path.write_text(text)
    with pytest.raises(TokensUnreadableError, match=r"tokens\.json"):
        known(place)
    with pytest.raises(TokensUnreadableError):
        add(place, new_token("a", ["viewer"], 60, 0.0))
    with pytest.raises(KeyUnreadableError, match=r"key\.json"):
        signing_key(place)
    assert place.tokens.read_text() == place.key.read_text() == text


def test_the_last_use_of_a_token_is_kept_as_long_as_the_token_is_known(tmp_path: Path) -> None:
    """Later ones count; of tokens that are in no list, and for others to read, there is nothing."""
    place = AccessPlace(tmp_path / "access")
    token = new_token("rita", ["viewer"], 60, 0.0)
    add(place, token)
    note_uses(place, {token.id: 20.0, "of a command": 21.0})
    note_uses(place, {token.id: 10.0})
    assert last_uses(place) == {token.id: 20.0}
    assert place.uses.stat().st_mode & 0o077 == 0
    place.uses.write_text("[broken")
    assert last_uses(place) == {}
    note_uses(place, {token.id: 30.0})
    assert last_uses(place) == {token.id: 30.0}
