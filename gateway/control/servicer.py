"""MonitoringService: asks, judges, encodes."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import grpc
from camplane.camera.v1 import camera_service_pb2
from camplane.gateway.v1 import monitoring_service_pb2 as pb
from camplane.gateway.v1 import monitoring_service_pb2_grpc

from gateway.control import error_log
from gateway.control.consistency import Consistency, Finding
from gateway.control.fleet import Fleet
from gateway.control.health import ANYBODY, NOT_TOLD, judge
from gateway.control.services import Services
from gateway.proxy.admin import Admin
from gateway.telemetry import answers
from gateway.telemetry.answers import Tally, Times, percent
from servicekit import readers
from servicekit.disk import shortage
from servicekit.moments import now
from servicekit.threads import Threads


class MonitoringServicer(monitoring_service_pb2_grpc.MonitoringServiceServicer):
    """The gateway's own RPCs."""

    def __init__(
        self,
        services: Services,
        consistency: Consistency,
        fleet: Fleet,
        envoy: Admin,
        errors: Path,
        threads: Threads,
        is_open: bool,
        tells_nobody: bool,
        folders: Sequence[Path],
    ) -> None:
        self._services = services
        self._consistency = consistency
        self._fleet = fleet
        self._envoy = envoy
        self._errors = errors
        self._threads = threads
        self._is_open = is_open
        self._tells_nobody = tells_nobody
        self._folders = folders

    async def Ping(
        self, request: pb.PingRequest, context: grpc.aio.ServicerContext
    ) -> pb.PingResponse:
        return pb.PingResponse(message="pong", timestamp=now())

    async def GetHealth(
        self, request: pb.GetHealthRequest, context: grpc.aio.ServicerContext
    ) -> pb.GetHealthResponse:
        verdict = judge(await self._services.serving())
        finding, cameras = await asyncio.gather(self._consistency.finding(), self._fleet.counts())
        short_of_room = await self._threads(shortage, self._folders)
        checks = pb.HealthChecks(
            database=_ok(verdict.database),
            domain_services=_ok(verdict.domain_services),
            legacy_services=_ok(verdict.legacy_services),
            camera_data_consistency="error",
            not_serving=verdict.not_serving,
            insecure=ANYBODY if self._is_open else None,
            disk=short_of_room or None,
            notifications=None if await self._services.tells() else NOT_TOLD,
            cameras=cameras,
        )
        if finding is not None:
            checks.camera_data_consistency = "inconsistent" if finding.issues else "ok"
            # They name cameras and values, and health is told to anybody.
            issues = _counted(finding) if self._tells_nobody else _at_most(finding.issues)
            checks.consistency_issues.extend(issues)
            checks.consistency_details.db_count = finding.db_count
            checks.consistency_details.yaml_count = finding.yaml_count
        findings = (
            checks.database,
            checks.domain_services,
            checks.legacy_services,
            checks.camera_data_consistency,
            checks.disk or "ok",
        )
        status = "healthy" if set(findings) == {"ok"} else "degraded"
        return pb.GetHealthResponse(status=status, timestamp=now(), checks=checks)

    async def GetMetrics(
        self, request: pb.GetMetricsRequest, context: grpc.aio.ServicerContext
    ) -> pb.GetMetricsResponse:
        counters, histogram, recent, finding = await asyncio.gather(
            self._envoy.prometheus(answers.STAT),
            self._envoy.stats(answers.DURATION, histogram_buckets="detailed"),
            self._threads(error_log.recent, self._errors),
            self._consistency.finding(),
        )
        tally = answers.tally(answers.parse(counters))
        return pb.GetMetricsResponse(
            timestamp=now(),
            requests=_requests(tally),
            domain_service=_domain_service(tally),
            response_time=_response_time(answers.times(histogram)),
            errors=pb.ErrorMetrics(
                total=tally.error,
                recent=[
                    pb.ErrorEvent(**{name: entry[name] for name in _EVENT_FIELDS})
                    for entry in recent
                ],
            ),
            data_consistency=_data_consistency(finding),
            fallbacks=_fallbacks(tally),
            paths=pb.Paths(legacy=_path(tally, "legacy"), domain=_path(tally, "domain")),
        )

    async def GetConsistency(
        self, request: pb.GetConsistencyRequest, context: grpc.aio.ServicerContext
    ) -> pb.GetConsistencyResponse:
        found = await self._consistency.check()
        return pb.GetConsistencyResponse(
            consistent=found.consistent,
            checked_at=now(),
            issues=found.issues,
            notes=found.notes,
            db_count=found.db_count,
            yaml_count=found.yaml_count,
        )

    async def RepairConsistency(
        self, request: pb.RepairConsistencyRequest, context: grpc.aio.ServicerContext
    ) -> pb.RepairConsistencyResponse:
        wanted = camera_service_pb2.RepairConsistencyRequest(
            dry_run=request.dry_run if request.HasField("dry_run") else True,
            kinds=request.kinds,
            camera_ids=request.camera_ids,
        )
        reader = readers.told_of(context.invocation_metadata() or ())
        done = await self._consistency.repair(wanted, reader)
        return pb.RepairConsistencyResponse(
            dry_run=done.dry_run,
            actions=done.actions,
            backup=done.backup,
            by_hand=done.by_hand,
            left_out=done.left_out,
        )

    async def UndoRepair(
        self, request: pb.UndoRepairRequest, context: grpc.aio.ServicerContext
    ) -> pb.UndoRepairResponse:
        wanted = camera_service_pb2.UndoRepairRequest(backup=request.backup, force=request.force)
        undone = await self._consistency.undo(wanted)
        return pb.UndoRepairResponse(restored=undone.restored, not_restored=undone.not_restored)


_MAX_ISSUES = 20
_EVENT_FIELDS = ("timestamp", "status_code", "method", "path")


def _counted(finding: Finding) -> Sequence[str]:
    """Return how many issues there are, and who may read them."""
    if not finding.issues:
        return ()
    told = "GET /api/v1/monitoring/consistency, with a token of an operator, says which"
    return (f"{len(finding.issues)} in all: {told}",)


def _at_most(issues: Sequence[str]) -> Sequence[str]:
    """Return some of many issues, and how many more there are: health is asked often."""
    if len(issues) <= _MAX_ISSUES:
        return issues
    shown = issues[: _MAX_ISSUES - 1]
    return [*shown, f"and {len(issues) - len(shown)} more: GET /api/v1/monitoring/consistency"]


def _ok(fine: bool) -> str:
    return "ok" if fine else "error"


def _requests(tally: Tally) -> pb.RequestMetrics:
    return pb.RequestMetrics(
        total=tally.total,
        success=tally.success,
        error=tally.error,
        success_rate=percent(tally.success, tally.total, of_nothing=100.0),
        error_rate=percent(tally.error, tally.total),
        by_status=tally.by_status,
    )


def _domain_service(tally: Tally) -> pb.DomainServiceMetrics:
    domain, legacy = tally.by_path.get("domain", 0), tally.by_path.get("legacy", 0)
    return pb.DomainServiceMetrics(
        usage_count=domain, old_count=legacy, usage_rate=percent(domain, domain + legacy)
    )


def _response_time(times: Times) -> pb.ResponseTimes:
    return pb.ResponseTimes(
        p50_ms=times.p50,
        p95_ms=times.p95,
        p99_ms=times.p99,
        max_ms=times.max,
        avg_ms=times.mean,
    )


def _fallbacks(tally: Tally) -> pb.FallbackMetrics:
    count = sum(tally.fallbacks.values())
    return pb.FallbackMetrics(
        count=count, rate=percent(count, tally.assigned_to_domain), by_reason=tally.fallbacks
    )


def _path(tally: Tally, path: str) -> pb.PathMetrics:
    requests, faults = tally.by_path.get(path, 0), tally.faults_by_path.get(path, 0)
    return pb.PathMetrics(requests=requests, errors=faults, error_rate=percent(faults, requests))


def _data_consistency(finding: Finding | None) -> pb.DataConsistency:
    """Encode a comparison; one that could not be made agrees with nothing and has no time."""
    if finding is None:
        return pb.DataConsistency(consistent=False)
    return pb.DataConsistency(
        consistent=not finding.issues,
        issues_count=len(finding.issues),
        db_count=finding.db_count,
        yaml_count=finding.yaml_count,
        last_check=finding.checked_at,
    )
