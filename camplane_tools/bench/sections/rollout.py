"""Rollouts: weights pushed under load, a domain that fails, a controller that is killed."""

from statistics import median

from camplane_tools.bench import results
from camplane_tools.bench.deployment import Deployment, deployment
from camplane_tools.bench.results import Findings, Table
from camplane_tools.bench.rollout.cameras import rollout_cameras
from camplane_tools.bench.rollout.harm import RATE, WEIGHT, RolledBack, roll_back
from camplane_tools.bench.rollout.kills import PHASES, Resumed, kill_controller
from camplane_tools.bench.rollout.shifts import ASCENT, Shifts, shift
from camplane_tools.bench.rounds import Plan
from camplane_tools.bench.sections.stage import Say
from camplane_tools.probe.numbers import number
from camplane_tools.probe.statistics import percentile

_PUSH_MS, _ROLLED_BACK_SECONDS, _RESUMED_SECONDS = 100.0, 1.0, 5.0
_REQUESTS = 100_000
# Of domain, before it turns bad, where it does not fail from the beginning.
_GOOD = 30


async def measure(plan: Plan, say: Say) -> Findings:
    """Measure shifts, then rollbacks, then kills, each on a camplane that is fit for it."""
    found = Findings("rollout")
    cameras = rollout_cameras()
    configured = [{"id": one, "name": one, "source": "rtsp://127.0.0.1/none"} for one in cameras]
    async with deployment(configured) as camplane:
        ascents, each = (1, 300) if plan.quick else (10, 1000)
        shifts = ascents * (len(ASCENT) + 1)
        say(f"rollout: {shifts} shifts, {each} requests after each")
        _shifted(await shift(camplane, cameras, ascents, each), plan, found)
        await _harm(camplane, cameras, plan, found, say)
    await _kills(plan, found, say)
    return found


def _shifted(found: Shifts, plan: Plan, findings: Findings) -> None:
    def at_most(name: str, reached: float, target: float, unit: str) -> None:
        findings.claims.append(results.at_most(name, reached, target, unit))

    worst = percentile(found.push_ms, 99)
    at_most("weight pushed until in force (p99)", worst, _PUSH_MS, "ms")
    name = f"{len(found.push_ms)} shifts under load"
    if not plan.quick:
        claim = results.at_least(f"{name}: requests", found.requests, _REQUESTS, "requests")
        findings.claims.append(claim)
    at_most(f"{name}: not answered", found.lost, 0, "requests")
    at_most(f"{name}: answered with an error", found.errors, 0, "requests")
    at_most(f"{name}: moved back on the way up", found.moved_back, 0, "cameras")
    rows = [
        [title, *(number(percentile(each, p)) for p in (50, 95, 99)), number(max(each))]
        for title, each in (
            ("from sending it", found.push_ms),
            ("from the decision in the log", found.decision_ms),
        )
    ]
    note = (
        f"{found.ups} shifts up and {len(found.push_ms) - found.ups} back to 0, under"
        f" {found.requests:,} requests in {found.seconds:.0f} s, {number(found.rate)} a second"
        " at most: half of what this machine answers. In force is the first answer that only"
        " the new weight explains, its own time included."
    )
    columns = ("Until a weight is in force", "p50 ms", "p95 ms", "p99 ms", "Max ms")
    findings.tables.append(Table("Weights pushed under load", columns, rows, note))
    findings.data.append({"push_ms": found.push_ms, "decision_ms": found.decision_ms})


async def _harm(
    camplane: Deployment, cameras: list[str], plan: Plan, findings: Findings, say: Say
) -> None:
    rows = []
    kinds = ((0, 2, "from the beginning"), (_GOOD, 1, f"after {_GOOD} good answers"))
    for good, quick, title in kinds:
        times = quick if plan.quick else 5
        say(f"rollout: a domain that fails {title}, {times} times")
        found = [await roll_back(camplane, cameras, good) for _ in range(times)]
        rows.append([title, str(times), *_harm_cells(found)])
        findings.data += [{"harm": title, **vars(one)} for one in found]
        if not good:
            _claim_harm(found, findings)
    columns = (
        *("Domain fails", "Rollouts", "Failed requests, median", "most"),
        *("Decided after s, median", "max", "Domain's last answer after s, median", "max"),
        "After the decision s, max",
    )
    note = (
        f"At {WEIGHT} % and {RATE:g} requests a second, all changes of cameras; a trigger in"
        " domain's database refuses them. Seconds count from the second failed request, when"
        " its client had the answer; below zero is before that."
    )
    findings.tables.append(Table("A domain that fails all requests", columns, rows, note))


def _harm_cells(found: list[RolledBack]) -> list[str]:
    failed = [one.failed for one in found]
    cells = [number(median(failed)), str(max(failed))]
    for seconds in ([one.decided for one in found], [one.last for one in found]):
        cells += [number(median(seconds)), number(max(seconds))]
    return [*cells, number(max(one.after_decision for one in found))]


def _claim_harm(found: list[RolledBack], findings: Findings) -> None:
    claims = {
        "second failed request until all is legacy's (max)": [
            max(one.decided, one.last) for one in found
        ],
        "decision to abort until domain's last answer (max)": [one.after_decision for one in found],
    }
    for name, seconds in claims.items():
        findings.claims.append(results.at_most(name, max(seconds), _ROLLED_BACK_SECONDS, "s"))


async def _kills(plan: Plan, findings: Findings, say: Say) -> None:
    found: list[Resumed] = []
    for _ in range(1 if plan.quick else 3):
        for pairs in PHASES:
            say("rollout: the controller is killed, " + ", ".join(_names(pair) for pair in pairs))
            async with deployment([]) as camplane:
                found += [await kill_controller(camplane, pair) for pair in pairs]
    worst = max(one.seconds for one in found)
    claim = f"controller killed in each phase: the next one leads (max of {len(found)})"
    findings.claims.append(results.at_most(claim, worst, _RESUMED_SECONDS, "s"))
    claim = "controller killed in each phase: weights that no decision explains"
    moved = sum(sum(one.moved.values()) for one in found)
    findings.claims.append(results.at_most(claim, moved, 0, "weights"))
    claim = "controller killed in each phase: not where they were"
    lost = sum(not kept for one in found for kept in one.kept.values())
    findings.claims.append(results.at_most(claim, lost, 0, "rollouts"))
    rows = []
    for pair in (pair for pairs in PHASES for pair in pairs):
        mine = [one for one in found if one.phases == pair]
        for context, phase in pair.items():
            seconds = [one.seconds for one in mine]
            rows.append(
                [
                    *(phase, str(len(mine)), number(median(seconds)), number(max(seconds))),
                    str(sum(one.moved[context] for one in mine)),
                    "yes" if all(one.kept[context] for one in mine) else "no",
                ]
            )
    columns = (
        *("Phase", "Kills", "Until the next leads s, median", "max"),
        *("Weights changed", "Phase and step kept"),
    )
    note = (
        "Two contexts in two phases at each kill, and two kills of a camplane: of the time,"
        " 0.5 and 1 s are the launcher's wait. A rollout that is taken back step by step goes"
        " on with that."
    )
    findings.tables.append(Table("A controller killed with SIGKILL", columns, rows, note))
    findings.data += [{"phases": dict(one.phases), "seconds": one.seconds} for one in found]


def _names(pair: dict[str, str]) -> str:
    return " and ".join(pair.values())
