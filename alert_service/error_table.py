"""How the alert context's exceptions are answered; see the head of alert_service.proto."""

import grpc

from alert_service import errors
from servicekit.database import (
    CommitUnconfirmedError,
    DatabaseUnavailableError,
    WriteRefusedError,
)
from servicekit.json_body import MalformedJsonError
from servicekit.refusals import KEY_REFUSALS, MALFORMED, ErrorTable, Refusal

ERRORS = ErrorTable(
    "camplane.alert",
    {
        errors.RuleNotFoundError: Refusal(grpc.StatusCode.NOT_FOUND, "RULE_NOT_FOUND"),
        errors.InvalidArgumentError: MALFORMED,
        errors.MissingFieldError: MALFORMED,
        MalformedJsonError: MALFORMED,
        **KEY_REFUSALS,
        DatabaseUnavailableError: Refusal(grpc.StatusCode.UNAVAILABLE, "DATABASE_UNAVAILABLE"),
        WriteRefusedError: Refusal(grpc.StatusCode.INTERNAL, "STORAGE_FAILED"),
        # STORAGE_FAILED would promise that nothing changed.
        CommitUnconfirmedError: Refusal(grpc.StatusCode.INTERNAL, "COMMIT_UNCONFIRMED"),
    },
)
