"""How the alert context's exceptions are answered; see the head of alert_service.proto."""

import grpc

from alert_service.domain import errors
from servicekit.database.trouble import (
    CommitUnconfirmedError,
    DatabaseUnavailableError,
    DataRefusedError,
    WriteRefusedError,
)
from servicekit.json_body import MalformedJsonError
from servicekit.paging import PageRefusedError
from servicekit.refusals import KEY_REFUSALS, MALFORMED, ErrorTable, Refusal
from servicekit.written_back import MaskRefusedError

ERRORS = ErrorTable(
    "camplane.alert",
    {
        errors.RuleNotFoundError: Refusal(grpc.StatusCode.NOT_FOUND, "RULE_NOT_FOUND"),
        errors.ChannelNotFoundError: Refusal(grpc.StatusCode.NOT_FOUND, "CHANNEL_NOT_FOUND"),
        errors.RuleInUseError: Refusal(grpc.StatusCode.FAILED_PRECONDITION, "RULE_IN_USE"),
        errors.AlertNotFoundError: Refusal(grpc.StatusCode.NOT_FOUND, "ALERT_NOT_FOUND"),
        errors.RuleOfAnotherCameraError: Refusal(
            grpc.StatusCode.FAILED_PRECONDITION, "RULE_OF_ANOTHER_CAMERA"
        ),
        errors.SnoozeNotFoundError: Refusal(grpc.StatusCode.NOT_FOUND, "SNOOZE_NOT_FOUND"),
        errors.InvalidArgumentError: MALFORMED,
        errors.MissingFieldError: MALFORMED,
        MalformedJsonError: MALFORMED,
        PageRefusedError: MALFORMED,
        MaskRefusedError: MALFORMED,
        DataRefusedError: Refusal(grpc.StatusCode.INVALID_ARGUMENT, "DATA_REFUSED"),
        **KEY_REFUSALS,
        DatabaseUnavailableError: Refusal(grpc.StatusCode.UNAVAILABLE, "DATABASE_UNAVAILABLE"),
        WriteRefusedError: Refusal(grpc.StatusCode.INTERNAL, "STORAGE_FAILED"),
        # STORAGE_FAILED would promise that nothing changed.
        CommitUnconfirmedError: Refusal(grpc.StatusCode.INTERNAL, "COMMIT_UNCONFIRMED"),
    },
)
