"""What operators may do to a rollout."""

from dataclasses import replace
from datetime import time

import pytest

from gateway.analysis.criteria import BlastRadius, Step
from gateway.rollout.decisions import commands
from gateway.rollout.decisions.commands import Asked, InvalidCommandError, RefusedError
from gateway.rollout.decisions.state import Phase, RolloutState
from gateway.rollout.plan.freeze import FreezeWindow
from gateway.rollout.plan.model import RolloutPlan
from gateway.vocabulary.reason import Code, because

ASKED = Asked("ann", "because", 1_800_000_000.0)
PLAN = RolloutPlan(
    name="p",
    context="alert",
    steps=(Step(10), Step(None, None), Step(25), Step(50), Step(100)),
    blast_radius=BlastRadius(max_weight_increase=50),
)
IDLE = RolloutState("alert")
RUNNING = RolloutState("alert", Phase.RUNNING, 10, PLAN, 0, 5.0, 5.0)
ALL_PHASES = list(Phase)
TROUBLE = because(Code.AS_SAID, text="it hangs")


@pytest.mark.parametrize(
    "secret", ["rtsp://admin:hunter2@10.0.0.7/1", "password=hunter2", "admin:hunter2@10.0.0.7"]
)
def test_a_reason_is_written_down_without_passwords(secret):
    """The decision log is hashed: what stands in it is read by everybody, and for good."""
    asked = commands.asked("ann", f"{secret} is slow, see https://wiki.example/17", 5.0)
    assert "hunter2" not in asked.reason
    assert asked.reason.endswith(" is slow, see https://wiki.example/17")


def test_a_started_rollout_waits_for_its_turn_with_its_weight_unchanged():
    state = commands.start(IDLE, ASKED, PLAN).state
    assert (state.phase, state.step, state.weight, state.plan) == (Phase.WAITING, 0, 0, PLAN)
    assert (state.author, state.reason, state.changed_at) == ("ann", "because", ASKED.now)


def test_a_rollout_begins_where_no_camera_moves_back():
    assert commands.start(replace(IDLE, weight=20), ASKED, PLAN).state.step == 2
    with pytest.raises(RefusedError, match="more than any step"):
        plan = replace(PLAN, steps=PLAN.steps[:1])
        commands.start(replace(IDLE, weight=20), ASKED, plan)


@pytest.mark.parametrize("phase", ALL_PHASES)
def test_a_second_start_is_refused_while_one_is_under_way(phase):
    state = replace(RUNNING, phase=phase)
    if phase in (Phase.IDLE, Phase.ABORTED, Phase.COMPLETED):
        assert commands.start(state, ASKED, PLAN).action == "start"
    else:
        with pytest.raises(RefusedError, match="under way"):
            commands.start(state, ASKED, PLAN)


def test_a_plan_for_another_context_is_refused():
    with pytest.raises(InvalidCommandError):
        commands.start(IDLE, ASKED, replace(PLAN, context="camera"))


def test_promote_goes_one_step_on_whatever_the_evidence():
    state = commands.promote(RUNNING, ASKED, full=False, force=False).state
    assert (state.phase, state.step, state.weight) == (Phase.GATE, 1, 10)
    state = commands.promote(state, ASKED, full=False, force=False).state
    assert (state.phase, state.step, state.weight) == (Phase.RUNNING, 2, 25)


def test_promote_at_the_last_step_completes():
    last = replace(RUNNING, step=4, weight=100)
    assert commands.promote(last, ASKED, full=False, force=False).state.phase is Phase.COMPLETED


def test_promote_fully_is_held_to_the_blast_radius_unless_forced():
    with pytest.raises(RefusedError, match="from 10 to 100 %"):
        commands.promote(RUNNING, ASKED, full=True, force=False)
    assert commands.promote(RUNNING, ASKED, full=True, force=True).state.weight == 100


def test_promote_is_refused_in_a_freeze_window_unless_forced():
    window = FreezeWindow(begins=time(0), ends=time(0), reason="holiday")
    state = replace(RUNNING, plan=replace(PLAN, freeze=(window,)))
    with pytest.raises(RefusedError, match="holiday"):
        commands.promote(state, ASKED, full=False, force=False)
    assert commands.promote(state, ASKED, full=False, force=True).action == "promote"


@pytest.mark.parametrize("phase", [Phase.WAITING, Phase.RUNNING, Phase.GATE])
def test_a_pause_keeps_everything_and_resume_goes_on_there(phase):
    state = replace(RUNNING, phase=phase)
    paused = commands.pause(state, ASKED).state
    assert (paused.phase, paused.weight, paused.step_since) == (Phase.PAUSED, 10, 5.0)
    assert commands.pause(paused, ASKED) is None
    resumed = commands.resume(paused, ASKED).state
    assert resumed == replace(state, author="ann", reason="because", changed_at=ASKED.now)


@pytest.mark.parametrize("phase", [Phase.IDLE, Phase.ABORTED, Phase.COMPLETED, Phase.ABORTING])
def test_what_is_not_under_way_is_neither_paused_nor_promoted(phase):
    state = replace(RUNNING, phase=phase)
    for command in (commands.pause, commands.resume):
        with pytest.raises(RefusedError):
            command(state, ASKED)
    with pytest.raises(RefusedError):
        commands.promote(state, ASKED, full=False, force=True)


@pytest.mark.parametrize("phase", ALL_PHASES)
def test_abort_gives_all_back_in_every_phase(phase):
    moved = commands.abort(replace(RUNNING, phase=phase), ASKED, gradual=False)
    assert (moved.state.weight, moved.state.phase) == (0, Phase.ABORTED)


def test_an_abort_of_what_was_aborted_changes_nothing():
    assert commands.abort(replace(RUNNING, phase=Phase.ABORTED, weight=0), ASKED, False) is None


def test_a_gradual_abort_begins_with_the_next_lower_weight():
    state = commands.abort(replace(RUNNING, step=3, weight=50), ASKED, gradual=True).state
    assert (state.weight, state.phase) == (25, Phase.ABORTING)
    state = commands.abort(RUNNING, ASKED, gradual=True).state
    assert (state.weight, state.phase) == (0, Phase.ABORTED)


def test_a_weight_by_hand_ends_the_plan():
    paused = replace(RUNNING, phase=Phase.PAUSED)
    state = commands.set_weight(paused, ASKED, 30).state
    assert (state.phase, state.plan, state.weight) == (Phase.IDLE, None, 30)
    assert commands.set_weight(state, ASKED, 30) is None


@pytest.mark.parametrize("phase", [Phase.WAITING, Phase.RUNNING, Phase.GATE, Phase.ABORTING])
def test_a_weight_by_hand_is_refused_while_a_plan_moves_it(phase):
    with pytest.raises(RefusedError, match="under way"):
        commands.set_weight(replace(RUNNING, phase=phase), ASKED, 30)


@pytest.mark.parametrize("weight", [-1, 101, 10_000])
def test_what_is_no_percentage_is_refused(weight):
    with pytest.raises(InvalidCommandError, match="0 to 100"):
        commands.set_weight(IDLE, ASKED, weight)


def test_pins_are_set_changed_and_taken_away():
    camera = RolloutState("camera")
    one = commands.pin(camera, ASKED, "cam7", "legacy").state
    assert commands.pin(one, ASKED, "cam7", "legacy") is None
    assert commands.pin(one, ASKED, "cam7", "domain").state.pins == {"cam7": "domain"}
    assert commands.unpin(one, ASKED, "cam7").state.pins == {}
    assert commands.unpin(one, ASKED, "other") is None


@pytest.mark.parametrize(("camera_id", "path"), [("", "legacy"), ("a", "both"), ("a/b", "legacy")])
def test_a_pin_that_means_nothing_is_refused(camera_id, path):
    with pytest.raises(InvalidCommandError):
        commands.pin(RolloutState("camera"), ASKED, camera_id, path)


def test_a_share_of_the_reads_is_mirrored_also_while_a_plan_runs():
    move = commands.mirror(RUNNING, ASKED, 20)
    assert (move.action, move.state) == ("mirror", replace(move.state, mirrored=20))
    assert (move.state.phase, move.state.plan) == (RUNNING.phase, RUNNING.plan)
    assert commands.mirror(move.state, ASKED, 20) is None
    assert commands.mirror(move.state, ASKED, 0).state.mirrored == 0


@pytest.mark.parametrize("percent", [-1, 101])
def test_no_more_than_all_reads_can_be_mirrored(percent):
    with pytest.raises(InvalidCommandError, match="0 to 100"):
        commands.mirror(RUNNING, ASKED, percent)


def test_a_state_is_read_back_as_it_was_written():
    state = replace(
        RUNNING, pins={"ä b": "legacy"}, mirrored=20, resume_to=Phase.GATE, phase=Phase.PAUSED
    )
    assert RolloutState.from_json(state.to_json()) == state


def test_nobody_promotes_onto_a_domain_that_does_not_serve_unless_forced():
    with pytest.raises(RefusedError, match="alert/domain does not serve: it hangs; --force"):
        commands.promote(RUNNING, ASKED, full=False, force=False, trouble=TROUBLE)
    moved = commands.promote(RUNNING, ASKED, full=False, force=True, trouble=TROUBLE)
    assert moved.state.step == 1
