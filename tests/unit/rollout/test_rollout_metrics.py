"""What Prometheus is told of the rollouts."""

from gateway.rollout.controller import View
from gateway.rollout.decisions.state import Phase, RolloutState
from gateway.rollout.metrics import families


def test_each_rollout_is_in_one_phase() -> None:
    views = {"alert": View(RolloutState("alert", Phase.RUNNING, 25))}
    told = {
        (sample.name, sample.labels.get("phase", "")): sample.value
        for family in families(views, leads=True, waiting=3)
        for sample in family.samples
    }
    in_phase = [one for (name, one), value in told.items() if name.endswith("phase") and value]
    assert in_phase == ["running"]
    assert len([one for name, one in told if name.endswith("phase")]) == len(Phase)
    assert told["camplane_rollout_controller_leads", ""] == 1
    assert told["camplane_rollout_notifications_waiting", ""] == 3
