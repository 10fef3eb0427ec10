"""Every error of the alert context has its answer."""

import inspect
from pathlib import Path

import pytest
from camplane.alert.v1 import alert_service_pb2

from alert_service.domain import errors
from alert_service.entrypoints.error_table import ERRORS
from servicekit.refusals import UNEXPECTED

RAISED = [
    cls
    for _, cls in inspect.getmembers(errors, inspect.isclass)
    if issubclass(cls, Exception) and cls is not errors.AlertError
]
PROTO = Path(__file__).parents[2] / "protos" / alert_service_pb2.DESCRIPTOR.name


@pytest.mark.parametrize("cls", RAISED)
def test_every_exception_has_a_row_of_its_own(cls: type[Exception]) -> None:
    """An exception that is added must be added to the table too."""
    assert cls in ERRORS.rows


def test_the_contract_documents_every_reason_and_code() -> None:
    """The head of the proto lists what the table answers, word by word."""
    lines = [line.removeprefix("//").split() for line in PROTO.read_text().splitlines()]
    documented = {tuple(words[:2]) for words in lines if len(words) > 2}
    for refusal in ERRORS.rows.values():
        if refusal is not UNEXPECTED:
            assert (refusal.reason, refusal.code.name) in documented
