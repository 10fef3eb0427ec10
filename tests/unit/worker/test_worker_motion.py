"""Motion is the share of pixels that changed, in every format a camera sends."""

import av
import numpy as np
import pytest

from camera_service.worker.motion import MOTION_SHARE, MotionMeter, changed_share, small_grey


def picture(grey: np.ndarray, pixel_format: str = "yuv420p") -> av.VideoFrame:
    colours = np.repeat(grey[:, :, None], 3, axis=2)
    return av.VideoFrame.from_ndarray(colours, "rgb24").reformat(format=pixel_format)


def still(brightness: int, width: int = 320, height: int = 180) -> np.ndarray:
    return np.full((height, width), brightness, np.uint8)


def with_box(share: float) -> np.ndarray:
    """A dark picture of which `share`, at the top, is bright."""
    grey = still(40)
    grey[: round(grey.shape[0] * share)] = 200
    return grey


def test_the_share_counts_pixels_that_change_much_either_way() -> None:
    before = np.array([[0, 255, 100, 100]], np.uint8)
    after = np.array([[255, 0, 120, 126]], np.uint8)

    assert changed_share(before, after) == 0.75


@pytest.mark.parametrize(
    "pixel_format", ["yuv420p", "yuvj420p", "yuv422p", "nv12", "gray", "yuyv422", "rgb24", "bgr0"]
)
def test_a_quarter_of_the_picture_is_a_quarter_in_every_format(pixel_format: str) -> None:
    meter = MotionMeter()

    assert meter.see(picture(with_box(0), pixel_format), 0.0) is None
    assert meter.see(picture(with_box(0.25), pixel_format), 1.0) == pytest.approx(0.25, abs=0.02)


def test_a_still_picture_with_noise_does_not_move() -> None:
    chance = np.random.default_rng(7)
    meter = MotionMeter()
    meter.see(picture(still(100) + chance.integers(0, 12, (180, 320), np.uint8)), 0.0)
    share = meter.see(picture(still(100) + chance.integers(0, 12, (180, 320), np.uint8)), 1.0)

    assert share is not None and share <= MOTION_SHARE


def test_neighbouring_frames_are_not_compared() -> None:
    meter = MotionMeter()
    meter.see(picture(with_box(0)), 0.0)

    assert meter.see(picture(with_box(0.5)), 0.1) is None
    assert meter.see(picture(with_box(0.5)), 0.2) == pytest.approx(0.5, abs=0.02)


def test_a_change_of_resolution_is_not_motion() -> None:
    meter = MotionMeter()
    meter.see(picture(still(0)), 0.0)

    assert meter.see(picture(still(255, 640, 480)), 1.0) is None


@pytest.mark.parametrize("size", [(16, 16), (161, 91), (1920, 1080)])
def test_a_picture_of_any_size_becomes_small(size: tuple[int, int]) -> None:
    width, height = size
    grey = small_grey(picture(still(90, width, height)))

    assert grey.shape[1] <= 2 * 160 and grey.size > 0
    assert abs(float(grey.mean()) - float(grey[0, 0])) < 1
