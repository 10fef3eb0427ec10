"""What is said of a camera's side, why, and when it moves."""

from gateway.vocabulary.placement import Placement, bucket, bucket_of, explain
from gateway.vocabulary.routing import Routing
from gateway.vocabulary.split import Split
from gateway.vocabulary.wording import text

STEPS = (1, 10, 25, 50, 100)
# Known to be so from xxHash64 itself, and from Envoy.
CAM7 = bucket("cam7")


def at(weight: int, **more: object) -> Routing:
    return Routing(Split(camera=weight, alert=0), **more)  # type: ignore[arg-type]


def test_a_bucket_is_xxhash64_of_the_written_id() -> None:
    assert bucket_of("") == 0xEF46DB3751D8E999 % 100  # the published value for nothing
    assert bucket("门 1") == bucket_of("%E9%97%A8%201") != bucket_of("门 1")
    assert bucket("a-b_c.d~9") == bucket_of("a-b_c.d~9")


def told(found: Placement) -> tuple[str, str, int, int | None]:
    return found.path, text(found.why), found.bucket, found.moves_at


def test_a_camera_is_domains_when_its_bucket_is_below_the_weight() -> None:
    below = explain("cam7", at(CAM7 + 1), STEPS)
    assert told(below) == ("domain", f"bucket {CAM7} < {CAM7 + 1}", CAM7, None)
    above = explain("cam7", at(CAM7), STEPS)
    moves_at = next(step for step in STEPS if step > CAM7)
    assert told(above) == ("legacy", f"bucket {CAM7} >= {CAM7}", CAM7, moves_at)


def test_it_moves_at_no_step_when_none_is_high_enough() -> None:
    assert explain("cam7", at(0), [CAM7]).moves_at is None
    assert explain("cam7", at(0)).moves_at is None
    assert explain("cam7", at(0), [100, CAM7 + 1]).moves_at == CAM7 + 1


def test_a_pinned_camera_stays_where_it_is() -> None:
    for side in ("legacy", "domain"):
        for weight in (0, 100):
            found = explain("cam7", at(weight, pins={"cam7": side}), STEPS)
            assert told(found) == (side, "pinned", CAM7, None)
    assert explain("cam7", at(100, pins={"cam70": "legacy"})).path == "domain"
