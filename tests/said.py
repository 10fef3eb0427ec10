"""What camplane says of many situations, by its real judgement: reasons of every code."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from gateway.analysis import sample_ratio
from gateway.analysis.criteria import BlastRadius, Criteria, Step
from gateway.analysis.judgement.evidence import ArmEvidence, RpcEvidence, StageEvidence
from gateway.analysis.judgement.judge import judge
from gateway.analysis.judgement.replies import RepliesEvidence, judge_replies
from gateway.analysis.judgement.verdict import Verdict
from gateway.control.domain_watch import Seen
from gateway.rollout.decisions import commands, steps
from gateway.rollout.decisions.state import Phase, RolloutState
from gateway.rollout.plan.freeze import FreezeWindow
from gateway.rollout.plan.model import RolloutPlan
from gateway.telemetry.drawn import Drawn
from gateway.telemetry.figures import ShadowCell
from gateway.telemetry.histogram import Histogram
from gateway.vocabulary import placement
from gateway.vocabulary.reason import Code, Reason, because
from gateway.vocabulary.routing import Routing
from gateway.vocabulary.split import Split


def times(count: int, ms: float) -> Histogram:
    return Histogram.of([ms * (1000 + number % 7) for number in range(count)])


def arm(judged: int, failures: int = 0, ms: float = 2.0, **more: object) -> ArmEvidence:
    return ArmEvidence(judged, failures, times=times(judged, ms), **more)


def stage(domain: ArmEvidence, legacy: ArmEvidence, **more: object) -> StageEvidence:
    ratio = sample_ratio.judge(50, [Drawn(50, legacy.judged, domain.judged)])
    fields = {"weight": 50, "since": 0.0, "until": 60.0, "ratio": ratio, **more}
    return StageEvidence("alert", rpcs=(RpcEvidence("Rules/List", legacy, domain),), **fields)


def verdicts() -> Iterator[Reason]:
    """Yield what is said of steps of many kinds: healthy, bad, slow, with and without legacy."""
    nothing = arm(0)
    failing = [arm(n, k) for n in (20, 300, 4000) for k in (0, 1, 3, n // 30, n // 2)]
    rescued = [arm(400, k, rescued=k) for k in (1, 18, 25, 200)]
    refusing = [arm(n, refused=k) for n in (60, 2000) for k in (n // 30, n // 2)]
    slow = [arm(n, ms=ms) for n in (30, 100, 2000) for ms in (1.0, 2.5, 3.2, 30.0)]
    waiting = [
        arm(n, left=k, left_after=times(k, 900)) for n in (0, 60, 4000) for k in (3, 90, 400)
    ]
    for domain in [nothing, *failing, *rescued, *refusing, *slow, *waiting]:
        for legacy in (nothing, arm(80), arm(2000, 5), arm(2000, 300)):
            for more in (
                {},
                {"doubts": (because(Code.SPANS_DISAGREE),)},
                {"forced": 1200, "tools": 7},
                {"tools": 7},
            ):
                evidence = stage(domain, legacy, **more)
                limits = BlastRadius(max_failures=20)
                for finding in judge(evidence, Step(50, 60, 500), Criteria(), limits, "").findings:
                    yield finding.reason


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
    frozen = RolloutPlan("p", "camera", parts, freeze=(FreezeWindow(), FreezeWindow(reason="x")))
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


def placements() -> Iterator[Reason]:
    for weight in (0, 100):
        yield placement.explain("cam", Routing(Split(camera=weight, alert=0))).why
    yield placement.explain("cam", Routing(Split(camera=1, alert=0), {"cam": "domain"})).why
