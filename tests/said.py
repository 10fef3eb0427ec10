"""What camplane says of situations of many kinds, by its real judgement: reasons of every code."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from gateway.analysis import sample_ratio, shadow
from gateway.analysis.criteria import BlastRadius, Criteria, Step
from gateway.analysis.judgement.evidence import (
    RpcCounts,
    RpcEvidence,
    StageEvidence,
    VariantEvidence,
)
from gateway.analysis.judgement.judge import judge
from gateway.analysis.judgement.replies import RepliesEvidence, judge_replies
from gateway.analysis.judgement.verdict import Verdict
from gateway.control.domain_watch import Seen
from gateway.rollout import encoding
from gateway.rollout.at_start import adopted
from gateway.rollout.decisions import commands, steps
from gateway.rollout.decisions.state import Phase, RolloutState
from gateway.rollout.plan.forecast import forecast
from gateway.rollout.plan.freeze import FreezeWindow
from gateway.rollout.plan.model import RolloutPlan
from gateway.telemetry.drawn import Drawn
from gateway.telemetry.histogram import Histogram
from gateway.telemetry.reconciliation import agreement, completeness
from gateway.telemetry.traffic_metrics import ShadowCell, ShadowKey
from gateway.vocabulary import placement
from gateway.vocabulary.reason import Code, Reason, because
from gateway.vocabulary.routing import Routing
from gateway.vocabulary.split import Split
from tests.counted import UPDATE, Traffic, both


def times(count: int, ms: float) -> Histogram:
    return Histogram.of([ms * (1000 + number % 7) for number in range(count)])


def side(judged: int, failures: int = 0, ms: float = 2.0, **more: object) -> VariantEvidence:
    return VariantEvidence(judged, failures, times=times(judged, ms), **more)


def stage(domain: VariantEvidence, legacy: VariantEvidence, **more: object) -> StageEvidence:
    ratio = sample_ratio.judge(50, [Drawn(50, legacy.judged, domain.judged)])
    fields = {"weight": 50, "since": 0.0, "until": 60.0, "ratio": ratio, **more}
    return StageEvidence("alert", rpcs=(RpcEvidence("Rules/List", legacy, domain),), **fields)


def verdicts() -> Iterator[Reason]:
    """Yield what is said of steps of many kinds: healthy, bad, slow, with and without legacy."""
    nothing = side(0)
    failing = [side(n, k) for n in (20, 300, 4000) for k in (0, 1, 3, n // 30, n // 2)]
    rescued = [side(400, k, fell_back=k) for k in (1, 18, 25, 200)]
    refusing = [side(n, refused=k) for n in (60, 2000) for k in (n // 30, n // 2)]
    slow = [side(n, ms=ms) for n in (30, 100, 2000) for ms in (1.0, 2.5, 3.2, 30.0)]
    waiting = [
        side(n, left=k, left_after=times(k, 900)) for n in (0, 60, 4000) for k in (3, 90, 400)
    ]
    for domain in [nothing, *failing, *rescued, *refusing, *slow, *waiting]:
        for legacy in (nothing, side(80), side(2000, 5), side(2000, 300)):
            for more in (
                {},
                {"warnings": (because(Code.SPANS_DISAGREE),)},
                {"forced": 1200, "tools": 7},
                {"tools": 7},
            ):
                evidence = stage(domain, legacy, **more)
                limits = BlastRadius(max_failures=20)
                for finding in judge(evidence, Step(50, 60, 500), Criteria(), limits, "").findings:
                    yield finding.reason


def odd_verdicts() -> Iterator[Reason]:
    """Yield what is said of steps that take more than one RPC, or a past, to describe."""
    before = RpcCounts("Rules/List", 135_000, 270, 45_000, 90)
    turned_bad = stage(VariantEvidence(45_005, 95), VariantEvidence(135_015, 270), lowest=(before,))
    alone = replace(side(900, refused=90), resources=30, refused_most=88)
    one_slow = (
        RpcEvidence("Rules/List", spread(4000, 2.0), spread(1000, 2.0)),
        RpcEvidence("Rules/Get", spread(400, 2.0), spread(60, 3.1)),
    )
    quick = stage(side(5000, ms=0.4), side(5000, ms=0.2))
    doubted = stage(
        side(900), side(900), warnings=(because(Code.AS_SAID, text="spans are missing"),)
    )
    for evidence in (
        turned_bad,
        stage(side(1200, 18), side(800, 8)),
        stage(alone, replace(side(9000), resources=300)),
        stage(replace(alone, refused_partly=88), replace(side(9000), resources=300)),
        stage(replace(side(40, refused=5), refused_most=1), replace(side(800, refused=4))),
        replace(quick, rpcs=one_slow),
        quick,
        stage(spread(310, 2.6), spread(400, 2.0)),
        stage(spread(310, 2.8), spread(400, 2.0)),
        doubted,
    ):
        for finding in judge(evidence, Step(50, 60, 500), Criteria(), BlastRadius(), "").findings:
            yield finding.reason


def spread(count: int, ms: float) -> VariantEvidence:
    """Return requests of which some take ten times as long as others."""
    drawn = [ms * 1000 * 10 ** ((number + 0.5) / count - 0.5) for number in range(count)]
    return VariantEvidence(count, times=Histogram.of(drawn))


def replies() -> Iterator[Reason]:
    """Yield what is said of replies to mirrored reads: too few, alike, different, hidden."""
    criteria = Criteria(shadow_difference=10.0, shadow_pairs=200)
    often = RepliesEvidence("Rules/Get", ShadowCell(300), ShadowCell(75))
    for pairs, differing in ((0, 0), (5, 5), (50, 0), (300, 0), (300, 300), (4000, 480)):
        counted = ShadowCell(pairs, differing, 0, Counter({"cameras[].name": differing}))
        evidence = RepliesEvidence("Rules/List", counted, ShadowCell(pairs // 4))
        for shown in ((evidence,), (evidence, often)):
            finding = judge_replies("alert", shown, criteria)
            assert finding is not None
            yield finding.reason


def moves() -> Iterator[Reason]:
    """Yield what rollouts wait for and why they moved, phase by phase."""
    asked = commands.Asked("Li", "because", 0.0)
    parts = Step(10, 60), Step(None, 60), Step(None, None), Step(50, 60)
    plan = RolloutPlan("p", "camera", parts, after=("alert",))
    frozen = RolloutPlan(
        "p", "camera", parts, freeze=(FreezeWindow(), FreezeWindow(reason="New Year"))
    )
    idle, done = RolloutState("camera"), RolloutState("alert", Phase.COMPLETED)

    def waits(
        state: RolloutState,
        trouble: Reason | None = None,
        verdict: Verdict | None = None,
        newest: float | None = 1.0,
    ) -> Reason:
        watched = steps.Watched(trouble, lasted=1.0, newest=newest)
        held = steps.next_step(state, verdict, 3.0, {"alert": idle}, watched)
        return held.waits_for

    waiting = commands.start(idle, asked, plan).state
    begun = steps.next_step(waiting, None, 1.0, {"alert": done}, steps.Watched(None, 0.0)).state
    yield from (waits(idle), waits(waiting), *begun.why)
    yield waits(commands.start(idle, asked, frozen).state)
    yield from (window.why for window in frozen.freeze)
    for step in range(len(parts)):
        state = steps.entered(begun, step, "Li", "x", 2.0)
        yield waits(state)
        yield waits(commands.pause(state, asked).state)
    for trouble in (
        Code.DOMAIN_SILENT,
        Code.DOMAIN_UNABLE,
        Code.DOMAIN_KEPT_OUT,
        Code.ENVOY_SILENT,
    ):
        yield waits(begun, Seen().then(trouble, 1.0).told(3.0))
    yield waits(begun, Seen().told(1.0))
    good = Verdict("pass", (), 500, "v")
    quick = replace(begun, plan=replace(plan, steps=(Step(10), *parts[1:])))
    yield waits(quick, verdict=good, newest=None)
    yield waits(quick, verdict=good, newest=300.0)
    yield waits(steps.aborted(state, "Li", "x", 2.0, gradual=True))
    yield waits(steps.aborted(state, "Li", "x", 2.0))
    yield waits(steps.completed(state, "Li", "x", 2.0))
    gone = replace(done, phase=Phase.ABORTED, reason="it failed", changed_at=9.0)
    gone = replace(gone, plan=replace(plan, context="alert", abort_together=("camera",)))
    taken = steps.next_step(begun, good, 3.0, {"alert": gone}, steps.Watched(None, 1.0))
    yield from taken.state.why
    yield waits(begun, verdict=good)
    over = steps.next_step(
        steps.entered(begun, 1, "Li", "x", 2.0), None, 99.0, {}, steps.Watched(None, 99.0)
    )
    yield from over.state.why
    yield from adopted(RolloutState("alert"), 25, 1.0).why


def forecasts() -> Iterator[Reason]:
    """Yield what steps will need their time for."""
    seen = (RpcEvidence("Rules/List", side(3600, 7), VariantEvidence()),)
    parts = Step(10), Step(None, 60), Step(None, None), Step(10, 1e6)
    for plan, rate in ((parts, 50.0), (parts[:1], 0.0), ((Step(100),), 50.0)):
        told = forecast(RolloutPlan("p", "alert", plan), seen, {"Rules/List": rate})
        for one in told:
            yield from encoding.needs(one)


def comparisons() -> Iterator[Reason]:
    """Yield how domain compares with legacy, RPC by RPC and of a whole context."""
    stream = "CameraService/WatchCameras"
    fault, left = {"code": "INTERNAL"}, {"code": "CANCELLED", "answered": ""}
    rescued = {"answered": "legacy", "fallback": "connection_refused", "lost_ms": 4.0}
    slow = Traffic().add(UPDATE, "legacy", 300, 12, steps={"cameras.yaml write": 0.7})
    nobody = Traffic().add(stream, "legacy", 40, **left).add(stream, "domain", 40, **left)
    # Half of them at once and half of them late: nobody can say where the middle is.
    torn = both(count=200).add(UPDATE, "legacy", 200, 900).add(UPDATE, "domain", 200, 900)
    for traffic in (
        Traffic(),
        both(),
        both(count=40),
        both().add(UPDATE, "domain", 60, **fault),
        both().add(UPDATE, "domain", 500, **fault).add(UPDATE, "legacy", 9, **fault),
        both().add(UPDATE, "legacy", 200, code="UNAVAILABLE"),
        both().add(UPDATE, "domain", 60, code="FAILED_PRECONDITION"),
        both().add(UPDATE, "domain", 60, **rescued),
        both(count=300).add(UPDATE, "domain", 100, 400, **left),
        Traffic().add(UPDATE, "domain", 200).add(UPDATE, "domain", 100, **fault),
        slow.add(UPDATE, "domain", 60, 180, steps={"camera.db write": 0.7}),
        nobody,
        torn,
    ):
        for sufficient in (True, False):
            found = traffic.compare(sufficient=sufficient)
            yield from found.coded_reasons
            for rpc in found.rpcs:
                yield from rpc.coded_reasons
    yield from both().compare(sample_ratio.judge(50, [Drawn(50, 700, 300)])).coded_reasons


def truths() -> Iterator[Reason]:
    """Yield where spans and Envoy's counters differ."""
    key = ("camera_domain", UPDATE, "OK")
    for observed in (900, 1100):
        yield from completeness({key: 1000}, {key: observed}, 0).coded_differences
        yield from agreement({key: 1000}, {key: observed}, 0).coded_differences


def shadows() -> Iterator[Reason]:
    """Yield whether mirrored reads are answered alike."""
    fields = Counter({"source": 200})
    for cross, noise in (
        (ShadowCell(200, 200, 0, fields), ShadowCell(50)),
        (ShadowCell(9000, 9000), ShadowCell(3000)),
        (ShadowCell(9000), ShadowCell(3000)),
        (ShadowCell(3, 1), ShadowCell()),
        (ShadowCell(), ShadowCell()),
    ):
        cells = {
            ShadowKey("camera", UPDATE, shadow.CROSS): cross,
            ShadowKey("camera", UPDATE, shadow.SELF): noise,
        }
        yield from shadow.judge("camera", cells).coded_reasons
    yield from shadow.judge("camera", {}).coded_reasons


def placements() -> Iterator[Reason]:
    for weight in (0, 100):
        yield placement.explain("cam", Routing(Split(camera=weight, alert=0))).why
    yield placement.explain("cam", Routing(Split(camera=1, alert=0), {"cam": "domain"})).why


def everything() -> Iterator[Reason]:
    """Yield all of it."""
    yield from (*verdicts(), *odd_verdicts(), *replies(), *moves(), *forecasts(), *placements())
    yield from (*comparisons(), *truths(), *shadows())
