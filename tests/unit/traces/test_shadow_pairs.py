"""Replies to one request found among the spans of a trace, compared and counted."""

import json
from typing import Any

from gateway.telemetry.packed import Packed, unpacked
from gateway.telemetry.shadows import compared
from gateway.telemetry.tail_sampler import DIFFERENCES_EACH_MINUTE, TailSampler
from gateway.telemetry.time_buckets import TimeBuckets
from gateway.telemetry.traffic_metrics import ShadowKey, TrafficMetrics, merged
from tests.unit.traces.otlp_batches import CONTEXTS, LIST_RULES, SERVER, Batch, read_request

NOW = 600_030.0
SERVICE = "camplane-alert"
SPAN_NAME = f"camplane.alert.v1.{LIST_RULES}"


def reply(part: str, value: Any, digest: str = "", pair: str = "p", **tags: str) -> tuple[str, Any]:
    """Return a service's span with what it answered; the digest is the text unless given."""
    text = json.dumps(value)
    given = {
        "camplane.part": part,
        "camplane.pair": pair,
        "camplane.reply": text,
        "camplane.reply.digest": digest or text,
        "camplane.reply.whole": "true",
        "app.shadow": "false" if part == "answer" else "true",
        **{name.replace("__", "."): text for name, text in tags.items()},
    }
    span = Batch().span(SERVICE, SERVER, NOW, 0.01, given, name=SPAN_NAME)
    return SERVICE, span


def fields(*spans: tuple[str, Any]) -> dict[str, tuple[str, ...] | None]:
    return {one.kind: one.fields for one in compared(spans, CONTEXTS)}


def test_an_answer_is_compared_with_both_copies() -> None:
    spans = (reply("cross", {"a": 2}), reply("answer", {"a": 1}), reply("self", {"a": 1}))
    assert fields(*spans) == {"cross": ("a",), "self": ()}


def test_what_has_no_counterpart_is_not_compared() -> None:
    assert fields(reply("answer", {})) == {"cross": None}
    assert fields(reply("self", {})) == {"self": None}
    assert fields(reply("answer", {}), reply("cross", {}, pair="another")) == {"cross": None}


def test_what_legacy_answered_in_domains_place_is_no_answer_of_domains() -> None:
    rescued = reply("answer", {"a": 1}, app__fallback="true")
    assert fields(rescued, reply("cross", {"a": 1})) == {"cross": None}


def test_differences_that_may_not_be_told_are_differences() -> None:
    one, other = reply("answer", {"a": "***"}, "1"), reply("cross", {"a": "***"}, "2")
    assert fields(one, other) == {"cross": ("(concealed)",)}
    long = reply("cross", {"a": "digest"}, "2", camplane__reply__whole="false")
    assert fields(one, long) == {"cross": ("(size)",)}
    broken = reply("cross", {}, "2", camplane__reply="{")
    assert fields(one, broken) == {"cross": None}


def test_an_rpc_that_nobody_knows_and_a_spans_own_names_are_left_out() -> None:
    service, span = reply("answer", {})
    span.name = "camplane.alert.v1.AlertService/Invented"
    assert fields((service, span)) == {}
    assert fields(("camplane-gateway", reply("answer", {})[1])) == {}


def test_pairs_are_counted_by_minute_and_by_stage_and_survive_a_restart() -> None:
    ledger = TimeBuckets()
    ledger.begin_stage("alert", NOW - 1, TrafficMetrics())
    spans = (reply("answer", {"a": 1}), reply("cross", {"a": 2}))
    for pair in compared(spans, CONTEXTS):
        ledger.count_compared(int(NOW) // 60, pair)
        ledger.count_compared(int(NOW) // 60, pair._replace(start_ns=0))  # before the stage
    key = ShadowKey("alert", LIST_RULES, "cross")
    assert ledger.stage("alert").shadows[key].pairs == 1
    still_open, closed = ledger.metrics(1, NOW)
    assert closed == []
    whole = unpacked([Packed.from_bytes(Packed.of(still_open).to_bytes())])
    found = merged([whole, still_open]).shadows[key]
    assert (found.pairs, found.differing, found.fields) == (4, 4, {"a": 4})


def test_minutes_of_a_release_without_shadows_are_read() -> None:
    assert unpacked([Packed((), ())]).shadows == {}


def test_some_traces_whose_replies_differ_are_kept_each_minute() -> None:
    span = Batch().request(NOW - 0.01, 0.01)
    request = read_request(span)
    assert request is not None
    keeper = TailSampler()
    kinds = [keeper.kind(request, "", False, NOW, differs=True) for _ in range(10)]
    assert kinds.count("difference") == DIFFERENCES_EACH_MINUTE
    assert keeper.kind(request, "", False, NOW + 60, differs=True) == "difference"
    assert keeper.kind(request, "unhealthy", False, NOW, differs=True) == "fallback"
    assert keeper.is_pinned(request, "difference")
