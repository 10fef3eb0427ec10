"""Streams are held to the token that they were begun with."""

import asyncio
import time
from collections.abc import AsyncGenerator

import pytest

from servicekit.standing import Standing, Token, TokenEndedError, token_of

# In 2100.
LATER = 4102444800.0


def test_a_call_is_held_to_a_token_where_the_gateway_says_when_that_ends() -> None:
    """One whose end cannot be read has ended; a certificate has none, and nobody is asked."""
    told = [("camplane-token-id", "a1"), ("camplane-token-ends", "4102444800")]
    assert token_of(told) == Token("a1", LATER)
    assert token_of([("camplane-token-id", "certificate robot")]) is None
    assert token_of([]) is None
    unread = token_of([("camplane-token-ends", "soon")])
    assert unread is not None
    assert unread.trouble(frozenset(), 1.0)


def test_a_token_holds_until_it_ends_or_is_revoked() -> None:
    token = Token("a1", 100.0)
    assert token.trouble(frozenset({"b2"}), 99.9) == ""
    assert "ended" in token.trouble(frozenset(), 100.0)
    assert "revoked" in token.trouble(frozenset({"a1"}), 1.0)


async def test_a_stream_that_says_nothing_ends_and_lets_go_of_what_it_holds() -> None:
    """Though its service waits for something to tell."""
    revoked: set[str] = set()
    let_go = asyncio.Event()

    async def answers() -> AsyncGenerator[int]:
        try:
            yield 1
            await asyncio.Event().wait()
        finally:
            let_go.set()

    held = Standing(lambda: frozenset(revoked)).while_it_holds(Token("a1", LATER), answers())
    assert await anext(held) == 1
    revoked.add("a1")
    with pytest.raises(TokenEndedError, match="revoked"):
        await anext(held)
    assert let_go.is_set()


async def test_a_stream_whose_token_holds_is_as_it_was() -> None:
    """With its answers, its end and its errors; one that begins too late has none."""

    async def answers() -> AsyncGenerator[int]:
        yield 1
        yield 2
        if failing:
            raise KeyError("lost")

    standing = Standing(frozenset)
    failing = False
    token = Token("a1", LATER)
    assert [one async for one in standing.while_it_holds(token, answers())] == [1, 2]
    failing = True
    with pytest.raises(KeyError, match="lost"):
        [one async for one in standing.while_it_holds(token, answers())]
    with pytest.raises(TokenEndedError):
        await anext(standing.while_it_holds(Token("a1", time.time() - 1), answers()))
