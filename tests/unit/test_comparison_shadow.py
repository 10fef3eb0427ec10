"""Verdicts on replies: what differs beyond what differs by itself, and by how much."""

import random
from collections import Counter

import pytest

from gateway.analysis.shadow import ALIKE, ALPHA, DIFFERS, UNKNOWN, judge, judge_rpc
from gateway.telemetry.differences import MAX_FIELDS, differing_fields
from gateway.telemetry.traffic_metrics import MAX_FIELDS as MAX_NAMES
from gateway.telemetry.traffic_metrics import ShadowCell, ShadowKey

RPC = "CameraService/GetCamera"


def cell(pairs: int, **fields: int) -> ShadowCell:
    return ShadowCell(pairs, max(fields.values(), default=0), 0, Counter(fields))


def verdict(cross: ShadowCell, noise: ShadowCell) -> str:
    return judge_rpc("camera", RPC, cross, noise, ALPHA).verdict


@pytest.mark.parametrize(
    ("one", "other", "fields"),
    [
        ({"a": 1}, {"a": 1}, ()),
        ({"a": 1}, {"a": 2}, ("a",)),
        ({"a": 1}, {"a": 1.0}, ("a",)),
        ({"a": 1}, {"a": True}, ("a",)),
        ({"a": None}, {}, ("a",)),
        ({"a": {"b": [{"c": 1}, {"c": 2}]}}, {"a": {"b": [{"c": 1}, {"c": 3}]}}, ("a.b[].c",)),
        ({"a": [1, 2]}, {"a": [1]}, ("a (length)",)),
        ({"a": [1, 2]}, {"a": {}}, ("a",)),
        ([1], {"a": 1}, ("(all)",)),
        ({"(code)": "NOT_FOUND", "(reason)": "R"}, {"ok": True}, ("(code)", "(reason)", "ok")),
    ],
)
def test_fields_are_named_by_their_path(one: object, other: object, fields: object) -> None:
    assert differing_fields(one, other) == fields
    assert sorted(differing_fields(other, one)) == sorted(differing_fields(one, other))


def test_a_reply_with_ever_new_fields_names_no_more_than_so_many() -> None:
    many = {str(number): number for number in range(1000)}
    assert len(differing_fields(many, {})) == MAX_FIELDS
    counted = ShadowCell()
    for number in range(1000):
        counted.count([f"camera-{number}.pid"])
    assert len(counted.fields) == MAX_NAMES + 1
    assert counted.fields["other"] == 1000 - MAX_NAMES


def test_a_field_that_only_differs_between_the_paths_is_blamed() -> None:
    found = judge_rpc("camera", RPC, cell(200, source=200), cell(50), ALPHA)
    assert found.verdict == DIFFERS
    assert found.reasons == (
        f"{RPC}: source differs in 100 % of replies, against 0 % between two of the same path",
    )


def test_a_rare_difference_is_found_beside_a_field_that_always_moves() -> None:
    """The reply as a whole differs as often by itself; the field does not."""
    found = judge_rpc("camera", RPC, cell(2000, time=2000, name=200), cell(500, time=500), ALPHA)
    assert found.verdict == DIFFERS
    assert [one.field for one in found.fields if one.excess.low > 0] == ["name"]


def test_a_field_that_moves_by_itself_is_never_blamed() -> None:
    assert verdict(cell(10_000, time=3000), cell(2500, time=750)) == UNKNOWN


def test_paths_are_alike_once_a_difference_is_ruled_out_and_not_before() -> None:
    assert verdict(cell(100), cell(25)) == UNKNOWN
    assert verdict(cell(2000), cell(500)) == ALIKE
    assert verdict(ShadowCell(uncompared=10), cell(0)) == UNKNOWN


def test_without_a_noise_floor_nobody_is_blamed() -> None:
    assert verdict(cell(1000, source=1000), cell(0)) == UNKNOWN


def test_one_rpc_that_differs_makes_the_context_differ() -> None:
    shadows = {
        ShadowKey("camera", "S/Alike", "cross"): cell(5000),
        ShadowKey("camera", "S/Alike", "self"): cell(1200),
        ShadowKey("camera", "S/Other", "cross"): cell(300, name=300),
        ShadowKey("camera", "S/Other", "self"): cell(70),
        ShadowKey("alert", "S/Rules", "cross"): cell(5000),
    }
    found = judge("camera", shadows)
    assert (found.verdict, found.pairs) == (DIFFERS, 5300)
    assert [one.rpc for one in found.rpcs] == ["S/Other", "S/Alike"]
    assert len(found.reasons) == 1
    assert judge("alert", shadows).verdict == ALIKE
    nothing = judge("camera", {})
    assert (nothing.verdict, nothing.reasons) == (UNKNOWN, ("camera: no reads were mirrored",))


def test_looking_again_and_again_blames_a_field_that_moves_in_few_runs() -> None:
    """At most ALPHA of them, ever; here 100 runs of 60 looks each."""
    chance, wrong = random.Random(7), 0
    for _ in range(100):
        cross, noise, blamed = ShadowCell(), ShadowCell(), False
        for number in range(600):
            cross.count(["time"] if chance.random() < 0.3 else [])
            if number % 4 == 0:
                noise.count(["time"] if chance.random() < 0.3 else [])
            if number % 10 == 0:
                blamed |= verdict(cross, noise) == DIFFERS
        wrong += blamed
    assert wrong <= 2
