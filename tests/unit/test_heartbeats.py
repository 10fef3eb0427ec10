"""Which workers are taken for hung."""

from camera_service.domain.heartbeats import Heartbeats


def after(
    beats: Heartbeats[str], seconds: int, *, beating: str = "", silent: str = ""
) -> list[str]:
    """Look once a second for `seconds`; return who hangs at the end."""
    hung: list[str] = []
    start = getattr(beats, "clock", 0)
    for now in range(start, start + seconds + 1):
        signs = dict.fromkeys(beating, now) | dict.fromkeys(silent, "same")
        hung = beats.hung(signs, float(now))
    beats.clock = start + seconds  # type: ignore[attr-defined]
    return hung


def test_a_worker_that_beats_never_hangs() -> None:
    assert after(Heartbeats(15), 1000, beating="abc") == []


def test_a_worker_that_stopped_beating_hangs_after_the_patience() -> None:
    beats: Heartbeats[str] = Heartbeats(15)
    assert after(beats, 14, beating="ab", silent="c") == []
    assert after(beats, 1, beating="ab", silent="c") == ["c"]


def test_one_worker_alone_can_hang() -> None:
    assert after(Heartbeats(15), 15, silent="c") == ["c"]


def test_a_worker_that_beats_again_is_forgiven() -> None:
    beats: Heartbeats[str] = Heartbeats(15)
    after(beats, 14, beating="ab", silent="c")
    assert after(beats, 1, beating="abc") == []
    assert after(beats, 14, beating="ab", silent="c") == []


def test_a_machine_that_stood_still_makes_nobody_hang() -> None:
    beats: Heartbeats[str] = Heartbeats(15)
    beats.hung({"a": 1, "b": 1}, 0.0)
    assert beats.hung({"a": 1, "b": 1}, 100.0) == []
    beats.clock = 100  # type: ignore[attr-defined]
    assert after(beats, 14, beating="a", silent="b") == []


def test_when_most_are_silent_at_once_they_get_four_times_as_long() -> None:
    beats: Heartbeats[str] = Heartbeats(15)
    assert after(beats, 59, beating="a", silent="bc") == []
    assert after(beats, 1, beating="a", silent="bc") == ["b", "c"]


def test_a_worker_that_is_gone_is_forgotten() -> None:
    beats: Heartbeats[str] = Heartbeats(15)
    after(beats, 14, beating="ab", silent="c")
    after(beats, 1, beating="ab")
    assert after(beats, 14, beating="ab", silent="c") == []
