"""How each refusal of this context is answered."""

from grpc import StatusCode

from camera_service.domain import errors
from servicekit.database.trouble import (
    CommitUnconfirmedError,
    DatabaseUnavailableError,
    DataRefusedError,
    WriteRefusedError,
)
from servicekit.json_body import MalformedJsonError
from servicekit.paging import PageRefusedError
from servicekit.refusals import KEY_REFUSALS, MALFORMED, ErrorTable, Refusal
from servicekit.turns import WaitedTooLongError
from servicekit.written_back import MaskRefusedError

ERRORS = ErrorTable(
    "camplane.camera",
    {
        errors.CameraNotFoundError: Refusal(StatusCode.NOT_FOUND, "CAMERA_NOT_FOUND"),
        errors.CameraNotConfiguredError: Refusal(
            StatusCode.FAILED_PRECONDITION, "CAMERA_NOT_CONFIGURED"
        ),
        errors.CameraInactiveError: Refusal(StatusCode.FAILED_PRECONDITION, "CAMERA_INACTIVE"),
        errors.CameraExistsError: Refusal(StatusCode.ALREADY_EXISTS, "CAMERA_EXISTS"),
        errors.EntryUnusableError: Refusal(StatusCode.FAILED_PRECONDITION, "ENTRY_UNUSABLE"),
        errors.InvalidArgumentError: MALFORMED,
        **KEY_REFUSALS,
        MalformedJsonError: MALFORMED,
        PageRefusedError: MALFORMED,
        MaskRefusedError: MALFORMED,
        errors.SourceEmptyError: Refusal(StatusCode.FAILED_PRECONDITION, "SOURCE_EMPTY"),
        errors.SourceUnreadableError: Refusal(
            StatusCode.FAILED_PRECONDITION, "SOURCE_UNREADABLE", http_status=502
        ),
        errors.LogUnreadableError: Refusal(StatusCode.FAILED_PRECONDITION, "LOG_UNREADABLE"),
        errors.PreviewsBusyError: Refusal(StatusCode.RESOURCE_EXHAUSTED, "PREVIEWS_BUSY"),
        errors.ConfigurationUnreadableError: Refusal(
            StatusCode.INTERNAL, "CONFIGURATION_UNREADABLE"
        ),
        errors.StorageFailedError: Refusal(StatusCode.INTERNAL, "STORAGE_FAILED"),
        DatabaseUnavailableError: Refusal(StatusCode.UNAVAILABLE, "DATABASE_UNAVAILABLE"),
        WaitedTooLongError: Refusal(StatusCode.UNAVAILABLE, "WAITED_TOO_LONG"),
        WriteRefusedError: Refusal(StatusCode.INTERNAL, "STORAGE_FAILED"),
        # The tables are our own: what does not fit them was to be refused before.
        DataRefusedError: Refusal(StatusCode.INTERNAL, "STORAGE_FAILED"),
        # Before the rename: whatever became of the commit, the file rules.
        CommitUnconfirmedError: Refusal(StatusCode.INTERNAL, "STORAGE_FAILED"),
        errors.WorkerNotStartedError: Refusal(StatusCode.INTERNAL, "WORKER_NOT_STARTED"),
        errors.WorkerNotStoppedError: Refusal(StatusCode.INTERNAL, "WORKER_NOT_STOPPED"),
        errors.RepairRefusedError: Refusal(StatusCode.FAILED_PRECONDITION, "REPAIR_REFUSED"),
        errors.BackupNotFoundError: Refusal(StatusCode.NOT_FOUND, "BACKUP_NOT_FOUND"),
        errors.RevisionCompactedError: Refusal(StatusCode.OUT_OF_RANGE, "REVISION_COMPACTED"),
        errors.NoDatabaseError: Refusal(StatusCode.UNIMPLEMENTED, "NO_DATABASE"),
    },
)
