"""Which traces are kept, and which of them longer."""

from gateway.telemetry import tail_sampler
from gateway.telemetry.requests import Request
from gateway.telemetry.tail_sampler import TailSampler
from tests.unit.traces.otlp_batches import Batch, read_request

NOW = 36_000.0


def request(seconds: float = 0.01, **tags: str) -> Request:
    span = Batch().request(NOW - seconds, seconds, **tags)
    found = read_request(span)
    assert found is not None
    return found


def test_every_fault_and_every_rescued_request_is_kept() -> None:
    keeper = TailSampler()
    fault = request(grpc_status="13")
    assert keeper.kind(fault, "", False, NOW) == "failed"
    assert keeper.kind(request(), "unhealthy", False, NOW) == "fallback"
    assert keeper.kind(request(grpc_status="5"), "", False, NOW) == ""


def test_a_request_is_slow_only_among_enough_others() -> None:
    """The first of a quiet minute are not called slow."""
    keeper = TailSampler()
    kinds = [keeper.kind(request(0.01), "", False, NOW) for _ in range(tail_sampler.SLOW_AMONG)]
    assert set(kinds) == {""}
    assert keeper.kind(request(0.5), "", False, NOW) == "slow"
    assert keeper.kind(request(0.01), "", False, NOW) == ""


def test_so_many_typical_ones_a_minute_and_then_again() -> None:
    keeper = TailSampler()
    kinds = [keeper.kind(request(), "", True, NOW) for _ in range(15)]
    assert kinds.count("typical") == tail_sampler.TYPICAL_EACH_MINUTE
    assert keeper.kind(request(), "", True, NOW + 60) == "typical"


def test_a_flood_of_faults_is_bounded_and_what_is_passed_over_is_counted() -> None:
    keeper = TailSampler()
    kinds = [keeper.kind(request(grpc_status="13"), "", False, NOW) for _ in range(500)]
    assert kinds.count("failed") == tail_sampler.MAX_EACH_SECOND
    assert keeper.passed_over == 500 - tail_sampler.MAX_EACH_SECOND


def test_the_first_of_each_hour_are_pinned_but_no_typical_one() -> None:
    keeper = TailSampler()
    fault = request(grpc_status="13")
    keeper.kind(fault, "", False, NOW)
    assert [keeper.is_pinned(fault, "failed") for _ in range(4)] == [True, True, True, False]
    assert not keeper.is_pinned(fault, "typical")
    keeper.kind(fault, "", False, NOW + 3600)
    assert keeper.is_pinned(fault, "failed")


def test_a_client_that_left_tells_nothing_of_what_is_slow_and_some_are_kept() -> None:
    keeper = TailSampler()
    for _ in range(tail_sampler.SLOW_AMONG):
        keeper.kind(request(), "", False, NOW)
    kinds = [keeper.kind(request(9.0, flags="DC"), "", False, NOW) for _ in range(9)]
    assert kinds == ["left"] * tail_sampler.LEFT_EACH_MINUTE + [""] * (
        9 - tail_sampler.LEFT_EACH_MINUTE
    )
    assert keeper.kind(request(9.0, flags="DC"), "", False, NOW + 60) == "left"


def test_who_leaves_a_stream_after_watching_it_is_no_reason_to_keep_it() -> None:
    watched = request(9.0, flags="DC", route="CameraService/WatchCameras drawn")
    assert TailSampler().kind(watched, "", False, NOW) == ""
