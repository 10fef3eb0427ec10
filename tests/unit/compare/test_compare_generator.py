"""Generated cases: the same for the same seed, over every operation, harmless."""

import json

from camplane_tools.compare.harmless import NO_SOURCE, harmless
from camplane_tools.compare.model import Case, Request
from camplane_tools.compare.operations import operation_of
from camplane_tools.compare.sources.contracts import described
from camplane_tools.compare.sources.generator import Described, generated_cases


def test_the_same_seed_gives_the_same_cases_and_another_others() -> None:
    assert generated_cases(described(), 100, 7) == generated_cases(described(), 100, 7)
    assert generated_cases(described(), 100, 7) != generated_cases(described(), 100, 8)


def test_every_described_operation_is_asked_and_writes_are_followed_by_reads() -> None:
    operations = described()
    cases = generated_cases(operations, 10 * len(operations), 1)
    asked = {operation_of(case.requests[0]) for case in cases}
    assert {f"{one.method} {one.template}" for one in operations} <= asked
    update = next(case for case in cases if case.requests[0].method == "PUT")
    assert [request.method for request in update.requests[1:]] == ["GET"] * (
        len(update.requests) - 1
    )


def test_paths_are_encoded_and_bodies_are_json() -> None:
    for case in generated_cases(described(), 500, 3):
        for request in case.requests:
            assert request.target.isascii()
            assert " " not in request.target
            if request.body:
                json.loads(request.body)


def test_fields_of_both_contracts_bodies_are_used() -> None:
    cases = generated_cases(described(), 500, 3)
    keys = {
        key
        for case in cases
        for request in case.requests
        if request.body
        for key in json.loads(request.body)
    }
    assert {"id", "source", "env", "conditions", "priority", "camera_ids"} <= keys


def test_parameters_without_known_values_are_filled_in() -> None:
    one = Described("GET", "/things/{thing}", {"thing": "string"}, {"size": "integer"}, known={})
    targets = {case.requests[0].path for case in generated_cases([one], 50, 1)}
    assert not any("{" in target for target in targets)
    assert len(targets) > 5


def test_a_source_that_is_real_is_replaced_and_another_stays() -> None:
    def source_of(source: object) -> object:
        body = json.dumps({"source": source, "name": "名"}).encode()
        (request,) = harmless(Case("", (Request("POST", "/x", body),))).requests
        return json.loads(request.body)["source"]

    assert [source_of(one) for one in ("rtsp://a/1", "0", " /dev/video0")] == [NO_SOURCE] * 3
    assert [source_of(one) for one in ("", "clip.mp4", None, 5)] == ["", "clip.mp4", None, 5]
    broken = Case("", (Request("POST", "/x", b'{"source": "rtsp:'),))
    assert harmless(broken) == broken
