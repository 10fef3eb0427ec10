"""The scenarios that are simulated."""

from camplane_tools.bench.simulation.run import Scenario, Turn
from camplane_tools.bench.simulation.traffic import Behaviour, Clients
from gateway.analysis.criteria import BlastRadius

HEALTHY = Scenario("healthy: 0.2 % fail on both paths", Behaviour(), healthy=True)
QUIET = Scenario("healthy, 1 request a second", Behaviour(), per_second=1.0, often=False)
SHARED = Scenario(
    "both paths fail 2 %", Behaviour(failing=0.02), legacy=Behaviour(failing=0.02), often=False
)
# Harm is not limited: it would end the rollout after 50 failures, whatever their rate.
STEADY = Scenario(
    "domain fails 2 %, harm not limited",
    Behaviour(failing=0.02),
    blast_radius=BlastRadius(max_failures=10**9),
)
HARMED = Scenario("domain fails 2 %", Behaviour(failing=0.02), often=False)
FIVE = Scenario("domain fails 5 %", Behaviour(failing=0.05), healthy=False)
TWENTY = Scenario("domain fails 20 %", Behaviour(failing=0.2), healthy=False)
ALL = Scenario("domain fails all", Behaviour(failing=1.0), healthy=False)
SLOW = Scenario("domain takes twice as long", Behaviour(slower=2.0), healthy=False)
LATE = Scenario(
    "fails 20 % after an hour at 25 %",
    Behaviour(),
    turn=Turn(25, 3600.0, Behaviour(), Behaviour(failing=0.2)),
    often=False,
)
DEAD_LATE = Scenario(
    "fails all after an hour at 25 %",
    Behaviour(),
    turn=Turn(25, 3600.0, Behaviour(), Behaviour(failing=1.0)),
    often=False,
)
INCIDENT = Scenario(
    "both fail 20 % after ten minutes at 25 %",
    Behaviour(),
    turn=Turn(25, 600.0, Behaviour(failing=0.2), Behaviour(failing=0.2)),
    patience=3_000,
    often=False,
)

TEN = Scenario("domain fails 10 %", Behaviour(failing=0.1), healthy=False)
SLOW_LOSS = Scenario(
    "1 % more errors on one RPC in twelve", Behaviour(more_failing=("Update", 0.01)), often=False
)
HEAVY_TAIL = Scenario(
    "healthy, heavy-tailed times on both paths",
    Behaviour(),
    clients=Clients(heavy_tail=1.5),
    healthy=True,
)
MIX_SHIFT = Scenario(
    "healthy, the mix shifts within a step", Behaviour(), clients=Clients(shift=1.0), healthy=True
)
NOISY = Scenario(
    "healthy, one client makes 90 %", Behaviour(), clients=Clients(noisy=0.9), healthy=True
)
RETRYING = Scenario(
    "healthy, failures are repeated thrice and a fifth fails again",
    Behaviour(),
    clients=Clients(retrying=3, again_failing=0.2),
    healthy=True,
)
RETRYING_BAD = Scenario(
    "domain fails 5 %, failures are repeated thrice",
    Behaviour(failing=0.05),
    clients=Clients(retrying=3, again_failing=0.05),
    healthy=False,
)
LEAVING = Scenario(
    "healthy, clients leave 5 % of both paths",
    Behaviour(leaving=0.05),
    legacy=Behaviour(leaving=0.05),
    healthy=True,
)
HANGING = Scenario(
    "one RPC in twelve hangs, its clients leave after 1 s",
    Behaviour(hanging="Update"),
    healthy=False,
)
HANGING_RARE = Scenario(
    "one RPC in fifty hangs, its clients leave after 1 s",
    Behaviour(hanging="Restart"),
    healthy=False,
)
REFUSING = Scenario(
    "one RPC in fifty is refused to everybody", Behaviour(refusing="Restart"), healthy=False
)

REFUSING_SOME = Scenario(
    "one RPC in twelve is refused one time in five",
    Behaviour(refusing="Update", refusing_rate=0.2),
    healthy=False,
)

SCENARIOS = (
    *(HEALTHY, QUIET, SHARED, HEAVY_TAIL, MIX_SHIFT, NOISY, RETRYING, LEAVING),
    *(STEADY, HARMED, SLOW_LOSS),
    *(FIVE, TEN, TWENTY, ALL, RETRYING_BAD, SLOW, HANGING, HANGING_RARE, REFUSING, REFUSING_SOME),
    *(LATE, DEAD_LATE, INCIDENT),
)
