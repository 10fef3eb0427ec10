"""How large a picture is when it is shown as it is meant."""

from fractions import Fraction

import pytest

from camera_service.worker.shown import quarter_turns, shown_size


@pytest.mark.parametrize(
    ("pixel", "turns", "size"),
    [
        (None, 0, (704, 576)),
        (Fraction(1), 0, (704, 576)),
        (Fraction(16, 11), 0, (1024, 576)),
        (Fraction(1, 2), 0, (704, 1152)),
        (Fraction(16, 11), 1, (576, 1024)),
        (None, 2, (704, 576)),
        (None, 3, (576, 704)),
        # No pixels are like that: what a stream says may be anything.
        (Fraction(1, 1000), 0, (704, 576)),
        (Fraction(1000), 0, (704, 576)),
        (Fraction(0), 0, (704, 576)),
        (Fraction(-1), 0, (704, 576)),
    ],
)
def test_a_picture_grows_to_its_shape_and_lies_as_it_is_turned(
    pixel: Fraction | None, turns: int, size: tuple[int, int]
) -> None:
    assert shown_size(704, 576, pixel, turns) == size


@pytest.mark.parametrize(
    ("rotation", "turns"), [(0, 0), (90, 1), (-90, 3), (180, 2), (-180, 2), (270, 3), (1.5, 0)]
)
def test_turns_are_quarters_against_the_clock(rotation: float, turns: int) -> None:
    assert quarter_turns(rotation) == turns
