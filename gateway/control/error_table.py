"""What the control process refuses, and what it is answered with."""

import grpc

from gateway.control.errors import (
    BackupNotFoundError,
    ConsistencyFailedError,
    ConsistencyUnknownError,
    ContextDownError,
    InvalidRepairError,
    RepairRefusedError,
    TraceNotKeptError,
    UnknownFilterError,
)
from gateway.proxy.admin import AdminError
from gateway.proxy.files import RoutesLockedError
from gateway.rollout.controller import NotLeadingError
from gateway.rollout.decisions.commands import InvalidCommandError, RefusedError
from gateway.rollout.plan.file import PlanError
from servicekit.database.trouble import DatabaseTroubleError
from servicekit.refusals import ErrorTable, Refusal

ERRORS = ErrorTable(
    "camplane.gateway",
    {
        ContextDownError: Refusal(grpc.StatusCode.UNAVAILABLE, "CONTEXT_DOWN"),
        UnknownFilterError: Refusal(grpc.StatusCode.INVALID_ARGUMENT, "UNKNOWN_FILTER"),
        TraceNotKeptError: Refusal(grpc.StatusCode.NOT_FOUND, "TRACE_NOT_KEPT"),
        ConsistencyUnknownError: Refusal(grpc.StatusCode.UNAVAILABLE, "CONSISTENCY_UNKNOWN"),
        ConsistencyFailedError: Refusal(grpc.StatusCode.INTERNAL, "CONSISTENCY_FAILED"),
        InvalidRepairError: Refusal(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REPAIR"),
        RepairRefusedError: Refusal(grpc.StatusCode.FAILED_PRECONDITION, "REPAIR_REFUSED"),
        BackupNotFoundError: Refusal(grpc.StatusCode.NOT_FOUND, "BACKUP_NOT_FOUND"),
        AdminError: Refusal(grpc.StatusCode.UNAVAILABLE, "ENVOY_UNREACHABLE"),
        InvalidCommandError: Refusal(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_COMMAND"),
        PlanError: Refusal(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_PLAN"),
        RefusedError: Refusal(grpc.StatusCode.FAILED_PRECONDITION, "ROLLOUT_REFUSED"),
        NotLeadingError: Refusal(grpc.StatusCode.UNAVAILABLE, "NO_CONTROLLER"),
        RoutesLockedError: Refusal(grpc.StatusCode.UNAVAILABLE, "ROUTES_LOCKED"),
        DatabaseTroubleError: Refusal(grpc.StatusCode.UNAVAILABLE, "DECISION_LOG_UNAVAILABLE"),
    },
)
