"""Checks, repairs and their undoing as messages of the contract."""

from camplane.camera.v1 import camera_service_pb2 as pb

from camera_service.application.reading import checked_text
from camera_service.domain.errors import InvalidArgumentError
from camera_service.domain.findings import Consistency, Finding, Kind
from camera_service.domain.repairs import Action, Asked, Outcome, Repair
from servicekit.paging import MAX_BYTES

_MAX_NAMED = 10_000
_NO_ROOM = "the diff is left out: this answer holds no more\n"
_OUTCOMES = {
    Outcome.PLANNED: pb.REPAIR_OUTCOME_PLANNED,
    Outcome.DONE: pb.REPAIR_OUTCOME_DONE,
    Outcome.SKIPPED: pb.REPAIR_OUTCOME_SKIPPED,
    Outcome.FAILED: pb.REPAIR_OUTCOME_FAILED,
}


def check(found: Consistency) -> pb.CheckConsistencyResponse:
    """Return a whole check."""
    return pb.CheckConsistencyResponse(
        consistent=not found.issues,
        issues=map(issue, found.issues),
        notes=map(issue, found.notes),
        db_count=found.db_count,
        yaml_count=found.yaml_count,
    )


def asked(request: pb.RepairConsistencyRequest) -> Asked:
    """Return what a request asks to repair; InvalidArgumentError for a kind that there is not."""
    if len(request.kinds) + len(request.camera_ids) > _MAX_NAMED:
        raise InvalidArgumentError(f"kinds and camera_ids hold more than {_MAX_NAMED} names")
    unknown = [kind for kind in request.kinds if kind not in Kind.__members__]
    if unknown:
        raise InvalidArgumentError(
            f"kinds holds {unknown[0]!r}; there are {', '.join(sorted(Kind))}"
        )
    return Asked(
        dry_run=request.dry_run if request.HasField("dry_run") else True,
        kinds=frozenset(map(Kind, request.kinds)),
        camera_ids=frozenset(request.camera_ids),
    )


def repair(done: Repair) -> pb.RepairConsistencyResponse:
    """Return what a repair did, or would do, as far as an answer holds.

    What was done cannot be answered with an error: it is always told, if need be without its diff.
    """
    answer = pb.RepairConsistencyResponse(dry_run=done.dry_run, backup=done.backup)
    room = MAX_BYTES
    for action in done.actions:
        message = _action(action)
        if message.ByteSize() > room:
            message.diff = _NO_ROOM
        room -= message.ByteSize()
        if room > 0 or action.outcome in (Outcome.DONE, Outcome.FAILED):
            answer.actions.append(message)
    for finding in done.by_hand:
        found = issue(finding)
        room -= found.ByteSize()
        if room > 0:
            answer.by_hand.append(found)
    told = len(answer.actions) + len(answer.by_hand)
    answer.left_out = len(done.actions) + len(done.by_hand) - told
    return answer


def issue(finding: Finding) -> pb.ConsistencyIssue:
    """Return one finding."""
    return pb.ConsistencyIssue(
        camera_id=finding.camera_id,
        field=checked_text(finding.field),
        description=checked_text(finding.description),
        kind=finding.kind,
        path=finding.path,
        sides=[
            pb.ConsistencySide(where=side.where, says=checked_text(side.says))
            for side in finding.sides
        ],
        cause=finding.cause,
        repair=finding.repair,
        repairable=finding.remedy is not None,
    )


def _action(action: Action) -> pb.RepairAction:
    return pb.RepairAction(
        kind=action.kind,
        camera_id=action.camera_id,
        action=action.text,
        diff=action.diff,
        outcome=_OUTCOMES[action.outcome],
        detail=checked_text(action.detail),
    )
