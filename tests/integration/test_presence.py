"""Who comes back after an absence changes nothing before everybody knows that it is back."""

import asyncio
import time

import pytest

from camera_service.shared_state.files import presence
from camera_service.shared_state.files.presence import Presence


async def waited(present: Presence) -> float:
    began = time.monotonic()
    await asyncio.to_thread(present.require)
    return time.monotonic() - began


async def test_after_an_absence_it_is_waited_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "BEAT_SECONDS", 0.02)
    monkeypatch.setattr(presence, "AWAY_SECONDS", 0.5)
    monkeypatch.setattr(presence, "BACK_SECONDS", 1)
    present = Presence()
    assert await waited(present) < 0.4  # nobody was ever asked
    present.begin()
    assert await waited(present) < 0.4
    await asyncio.sleep(0)
    time.sleep(0.7)  # the loop hangs
    assert await waited(present) > 0.8
    assert await waited(present) < 0.4
    present.end()
