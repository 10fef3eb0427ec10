"""The worlds that are simulated."""

from bench.simulation.run import Scenario, Turn
from bench.simulation.traffic import Behaviour
from gateway.rollout.plan.model import BlastRadius

HEALTHY = Scenario("healthy: 0.2 % fail on both paths", Behaviour())
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
FIVE = Scenario("domain fails 5 %", Behaviour(failing=0.05))
TWENTY = Scenario("domain fails 20 %", Behaviour(failing=0.2))
ALL = Scenario("domain fails all", Behaviour(failing=1.0))
SLOW = Scenario("domain takes twice as long", Behaviour(slower=2.0))
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

SCENARIOS = (
    HEALTHY,
    QUIET,
    SHARED,
    STEADY,
    HARMED,
    FIVE,
    TWENTY,
    ALL,
    SLOW,
    LATE,
    DEAD_LATE,
    INCIDENT,
)
