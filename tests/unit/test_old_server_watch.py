"""When an old HTTP server counts as down."""

import pytest

from gateway.control.old_server import REFUSED, SILENT, Seen, Sight


def after(*sights: Sight) -> bool:
    seen = Seen()
    for sight in sights:
        seen = seen.then(sight)
    return seen.serving


def test_one_that_is_slow_is_not_down() -> None:
    assert after(*[Sight.SILENT, Sight.ANSWERED] * 10)
    assert after(*[Sight.SILENT] * (SILENT - 1))


@pytest.mark.parametrize("sights", [[Sight.REFUSED] * REFUSED, [Sight.SILENT] * SILENT])
def test_one_that_refuses_or_stays_silent_is_down_until_it_answers(sights: list[Sight]) -> None:
    assert not after(*sights)
    assert not after(*sights, Sight.SILENT)
    assert after(*sights, Sight.ANSWERED)
