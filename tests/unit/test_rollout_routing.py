"""What moves requests, as it is written down and read back."""

import json

import pytest

from gateway.vocabulary.routing import MAX_PINS, Routing
from gateway.vocabulary.split import Split

HALF = Split(camera=50, alert=20)


def test_reading_it_back_gives_an_equal_object() -> None:
    pins = {"cam 7": "legacy", "门": "domain"}
    routing = Routing(HALF, pins, token=12, mirrored={"alert": 7})
    assert Routing.from_json(json.loads(json.dumps(routing.to_json()))) == routing


def test_routes_of_a_release_without_mirrors_mirror_nothing() -> None:
    recorded = Routing(HALF, token=12).to_json()
    del recorded["mirrored"]
    assert Routing.from_json(recorded).mirrored == {}


@pytest.mark.parametrize("camera_id", ["", "a/b", "line\n", "\ud800", "门" * 67])
def test_what_no_path_can_name_is_not_pinned(camera_id: str) -> None:
    with pytest.raises(ValueError, match="no camera id"):
        Routing(HALF, pins={camera_id: "legacy"})


def test_what_cannot_be_routed_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="legacy or domain"):
        Routing(HALF, pins={"cam": "elsewhere"})
    with pytest.raises(ValueError, match="take back some"):
        Routing(HALF, pins={str(number): "legacy" for number in range(MAX_PINS + 1)})
    with pytest.raises(ValueError, match="token"):
        Routing(HALF, token=-1)
    with pytest.raises(ValueError, match="give 0 to 100"):
        Routing(HALF, mirrored={"camera": 101})
    with pytest.raises(ValueError, match="give 0 to 100"):
        Routing(HALF, mirrored={"video": 1})
