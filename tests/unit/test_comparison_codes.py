"""What codes mean."""

import pytest

from gateway.vocabulary.codes import alike, http_status, is_fault, is_success


@pytest.mark.parametrize(
    "code",
    ["UNKNOWN", "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS"]
    + [f"HTTP {status}" for status in (500, 501, 503, 504)],
)
def test_a_fault_of_the_server_is_one_by_its_code(code: str) -> None:
    assert is_fault(code) and not is_success(code)


@pytest.mark.parametrize("code", ["NOT_FOUND", "CANCELLED", "RESOURCE_EXHAUSTED", "HTTP 404", ""])
def test_a_refusal_is_neither_a_fault_nor_a_success(code: str) -> None:
    assert not is_fault(code) and not is_success(code)


@pytest.mark.parametrize("code", ["OK", "HTTP 200", "HTTP 204", "HTTP 304"])
def test_an_answer_as_it_was_asked_for_is_a_success(code: str) -> None:
    assert is_success(code) and not is_fault(code)


def test_a_plain_http_servers_status_is_like_all_that_become_it_over_rest() -> None:
    others = ("OK", "NOT_FOUND", "HTTP 404", "INVALID_ARGUMENT", "FAILED_PRECONDITION", "HTTP 40x")
    assert alike("HTTP 404", others) == ("NOT_FOUND", "HTTP 404")
    assert alike("HTTP 400", others) == ("INVALID_ARGUMENT", "FAILED_PRECONDITION")
    assert alike("NOT_FOUND", others) == ("NOT_FOUND", "HTTP 404")
    assert http_status("HTTP 40x") is None


def test_two_grpc_statuses_are_alike_only_when_equal() -> None:
    assert alike("INVALID_ARGUMENT", ("FAILED_PRECONDITION", "OUT_OF_RANGE")) == ()
