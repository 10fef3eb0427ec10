"""A plan's YAML: read as meant, or refused with all that is wrong and where."""

from dataclasses import replace
from datetime import datetime, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.analysis.criteria import BlastRadius, Criteria, Step
from gateway.demo import footage
from gateway.rollout.plan.as_json import plan_from_json, plan_to_json, with_version
from gateway.rollout.plan.fields import MAX_PROBLEMS
from gateway.rollout.plan.file import MAX_BYTES, PlanError, read_plan, shipped_plan
from gateway.rollout.plan.freeze import DAYS, FreezeWindow
from gateway.rollout.plan.model import Notification, RolloutPlan
from servicekit import json_body

FULL = """\
apiVersion: camplane/v1
kind: Rollout
metadata: {name: alert-rules}
spec:
  context: alert
  after: [camera]
  abortTogether: [camera]
  steps:
    - pause: {}
    - setWeight: 10
      minDwell: 1h30m
      minRequests: 200
    - pause: {duration: 30m}
    - setWeight: 40
    - setWeight: 100
      minDwell: 90s
  analysis:
    errorRate: {target: 0.5, abort: 4}
    successRate: {abort: 90}
    latency: {percentile: 99, maxIncrease: 30, minDifference: 2.5ms}
    fallback: {max: 3}
  blastRadius: {maxWeightIncrease: 60, maxFailures: 7}
  freeze:
    - {days: [Sat, Sun], timeZone: Asia/Shanghai, reason: nobody is in}
    - {from: 22:30, to: 06:00}
    - {days: [Fri], from: "16:00", to: 24:00}
    - {starts: 2027-02-05T18:00, until: 2027-02-13 08:00:30, timeZone: Asia/Shanghai}
  notifications:
    - {url: "https://hooks.example.com:8443/x?team=a", secretEnv: CAMPLANE_WEBHOOK_SECRET}
    - {url: "http://127.0.0.1:9/"}
"""
MEANT = RolloutPlan(
    name="alert-rules",
    context="alert",
    steps=(
        Step(None, None),
        Step(10, 5400.0, 200),
        Step(None, 1800.0),
        Step(40),
        Step(100, 90.0),
    ),
    after=("camera",),
    abort_together=("camera",),
    criteria=Criteria(0.5, 4.0, 90.0, 99.0, 30.0, 2.5, 3.0),
    blast_radius=BlastRadius(60, 7),
    freeze=(
        FreezeWindow("Asia/Shanghai", ("Sat", "Sun"), reason="nobody is in"),
        FreezeWindow("UTC", DAYS, time(22, 30), time(6)),
        FreezeWindow("UTC", ("Fri",), time(16), time(0)),
        FreezeWindow(
            "Asia/Shanghai",
            starts=datetime(2027, 2, 5, 18),
            until=datetime(2027, 2, 13, 8, 0, 30),
        ),
    ),
    notifications=(
        Notification("https://hooks.example.com:8443/x?team=a", "CAMPLANE_WEBHOOK_SECRET"),
        Notification("http://127.0.0.1:9/"),
    ),
)
SHORT = """\
apiVersion: camplane/v1
kind: Rollout
metadata: {name: short}
spec:
  context: camera
  steps:
    - {setWeight: 50}
    - {setWeight: 100}
"""


def with_spec(lines: str) -> str:
    """Return SHORT with more lines in its spec, the first of them line 9."""
    return SHORT + "".join(f"  {line}\n" for line in lines.split("\n"))


def problems(text: str) -> list[str]:
    with pytest.raises(PlanError) as error:
        read_plan(text)
    assert str(error.value)
    return [f"{one.line}: {one.text}" for one in error.value.problems]


def test_every_field_is_read_as_it_is_meant() -> None:
    assert replace(read_plan(FULL), version="") == MEANT


def test_what_is_left_out_has_its_default() -> None:
    steps = (Step(50), Step(100))
    assert replace(read_plan(SHORT), version="") == RolloutPlan("short", "camera", steps)


def test_the_version_is_of_what_the_plan_says_not_of_how_it_is_written() -> None:
    version = read_plan(SHORT).version
    assert len(version) == 12 and set(version) <= set("0123456789abcdef")
    same = [
        "# a comment\n" + SHORT,
        SHORT.replace("metadata: {name: short}\n", "") + "metadata:\n  name: 'short'\n",
        with_spec("analysis: {errorRate: {abort: 5.0, target: 1}}"),
        SHORT.replace("{setWeight: 50}", "{minDwell: 0s, setWeight: 50, minRequests: 0}"),
    ]
    assert {read_plan(text).version for text in same} == {version}
    other = [
        SHORT.replace("100", "99"),
        with_spec("after: [alert]"),
        with_spec("freeze: [{to: 1:00}]"),
    ]
    assert len({version, *(read_plan(text).version for text in other)}) == 4


@pytest.mark.parametrize("context", ["alert", "camera"])
@pytest.mark.parametrize("kind", ["shipped", "demo"])
def test_the_plans_that_come_with_it_are_the_documented_ones(context: str, kind: str) -> None:
    demo = Path(footage.__file__).with_name("plans") / f"{context}.yaml"
    plan = read_plan(shipped_plan(context) if kind == "shipped" else demo.read_text())
    assert plan.context == context
    assert [step.weight for step in plan.steps] == [10, 25, 50, 100]
    # On a small machine that does everything at once, times differ by themselves.
    noise_ms = 250 if kind == "demo" else 1
    assert plan.criteria == Criteria(1, 5, 95, 95, 50, noise_ms, 5)
    assert plan.after == (("alert",) if context == "camera" else ())
    assert plan.abort_together == (("camera",) if context == "alert" else ())
    assert all(step.min_dwell_seconds and step.min_requests for step in plan.steps)


def test_only_the_two_contexts_have_a_plan() -> None:
    with pytest.raises(ValueError, match="camera, alert"):
        shipped_plan("../../etc/passwd")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("stepz: 1", "9: unknown field 'stepz' in spec; did you mean steps?"),
        ("abort_together: []", "did you mean abortTogether?"),
        ("zzz: 1", "unknown field 'zzz' in spec; there are context, after"),
        ("<<: {after: []}", "unknown field '<<'"),
        ("? [a]\n: 1", "unknown field ''"),
        ("context: alert", "9: spec.context: is given twice"),
        ("after: alert", "9: spec.after: must be a list"),
        ("after: [alert, alert]", "9: spec.after[1]: alert is given twice"),
        ("after: [camera]", "9: spec.after[0]: camera is the plan's own context"),
        ("after: [alarm]", "9: spec.after[0]: 'alarm': give camera or alert"),
        ("after:\n- [alert]", "10: spec.after[0]: must be a single value"),
        ("abortTogether: [camera]", "abortTogether[0]: camera is the plan's own context"),
        ("analysis: yes", "spec.analysis: must be a mapping with errorRate"),
        (
            "analysis: {errorRate: 5}",
            "spec.analysis.errorRate: must be a mapping with target, tolerated, abort",
        ),
        ("analysis: {errorRate: {abort: 0.5}}", "errorRate: target (1) must be below abort (0.5)"),
        ("analysis: {errorRate: {tolerated: 1}}", "9: spec.analysis.errorRate.tolerated: 1 is not"),
        ("analysis: {errorRate: {tolerated: 6}}", "above target (1) and at most abort (5)"),
        (
            "analysis: {errorRate: {abort: 101}}",
            "abort: '101': give a number from 0 to 100 percent",
        ),
        ("analysis: {errorRate: {abort: 5%}}", "'5%': give a number"),
        ("analysis: {errorRate: {abort: -1}}", "'-1': give a number"),
        ("analysis: {errorRate: {abort: .nan}}", "'.nan': give a number"),
        ("analysis: {errorRate: {abort: 1e1}}", "'1e1': give a number"),
        ("analysis: {errorRate: {abort: }}", "errorRate.abort: has no value"),
        ("analysis: {errorRate: {abort: !x 5}}", "errorRate.abort: has an unknown tag '!x'"),
        ("analysis: {latency: {percentile: 100}}", "'100': give a number from 50 to 99.9"),
        ("analysis: {coverage: {share: 101}}", "give a number from 0 to 100 percent"),
        ("analysis: {coverage: {minRequests: 0}}", "give a whole number from 1"),
        (
            "analysis: {coverage: {except: [CameraRestService/UpdateCamra]}}",
            "coverage.except[0]: 'CameraRestService/UpdateCamra': give an operation, such as "
            "CameraRestService/UpdateCamera; did you mean CameraRestService/UpdateCamera?",
        ),
        ("analysis: {shadow: {maxDifference: 101}}", "give a number from 0 to 100 percent"),
        ("analysis: {shadow: {minPairs: 0}}", "give a whole number from 1"),
        ("analysis: {shadow: {most: 1}}", "unknown field 'most'"),
        ("analysis: {latency: {maxIncrease: 0}}", "give a number from 1 to 10000 percent"),
        ("analysis: {latency: {minDifference: 1}}", "'1': give a duration with units"),
        ("blastRadius: {maxWeightIncrease: 20}", "7: spec.steps[0].setWeight: 50 adds 50 points"),
        ("blastRadius: {maxFailures: 0}", "give a whole number from 1 to"),
        ("blastRadius: {maxFailures: 1_000}", "'1_000': give a whole number"),
        ("freeze: {}", "spec.freeze: must be a list"),
        ("freeze: [{}]", "spec.freeze[0]: give days, from and to for each week"),
        ("freeze: [{days: []}]", "days: has 0 items; 1 to 7 are allowed"),
        ("freeze: [{days: [Sat, Sat]}]", "days[1]: Sat is given twice"),
        ("freeze: [{days: [saturday]}]", "'saturday': give Mon or Tue"),
        ("freeze: [{from: 25:00}]", "from: '25:00': give a time from 0:00 to 24:00"),
        ("freeze: [{from: 24:01}]", "give a time"),
        ("freeze: [{from: 6pm}]", "give a time"),
        ("freeze: [{to: 1, timeZone: Nowhere}]", "'Nowhere': give an IANA time zone"),
        ("freeze: [{to: 1:00, timeZone: Asia/Shanghay}]", "did you mean Asia/Shanghai?"),
        ("freeze: [{to: 1:00, timeZone: ../UTC}]", "give an IANA time zone"),
        ("freeze: [{to: 1:00, timeZone: Asia}]", "give an IANA time zone"),
        ('freeze: [{to: 1:00, reason: "a\\nb"}]', "reason: 'a\\nb': give one line"),
        ("freeze: [{starts: 2027-02-05T18:00}]", "spec.freeze[0]: until is missing"),
        ("freeze: [{starts: 2027-02-05, until: 2027-02-06}]", "starts: '2027-02-05': give a date"),
        (
            "freeze: [{starts: 2027-02-30T18:00, until: 2027-03-06T00:00}]",
            "give a date with a time",
        ),
        ("freeze: [{starts: 2027-02-05T18:00Z, until: 2027-02-06T00:00}]", "timeZone says whose"),
        ("freeze: [{starts: 2027-02-05T18:00, until: 2027-02-05T18:00}]", "must be later"),
        ("freeze: [{starts: 2027-02-05T18:00, days: [Mon]}]", "days for each week: not both"),
        ("notifications: [{secretEnv: A}]", "spec.notifications[0]: url is missing"),
        ("notifications: [{url: x}]", "spec.notifications[0].url: give an http://"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_line_and_what_is_allowed(
    lines: str, said: str
) -> None:
    found = problems(with_spec(lines))
    assert any(said in one for one in found), found


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ("[]", "spec.steps: has 0 items; 1 to 50 are allowed"),
        ("[{setWeight: 1}] x", "this is no YAML"),
        ("{setWeight: 1}", "spec.steps: must be a list"),
        ("[10]", "spec.steps[0]: must be a mapping with setWeight"),
        ("[{}]", "spec.steps[0]: give setWeight or pause"),
        ("[{pause: {}}]", "spec.steps: no step sets a weight"),
        ("[{pause: }]", "spec.steps[0].pause: must be a mapping with duration"),
        ("[{pause: {}, setWeight: 10}]", "pause stands alone in its step, without setWeight"),
        ("[{pause: {duration: 600}}]", "'600': give a duration with units"),
        ("[{setWeight: 0}]", "'0': give a whole number from 1 to 100"),
        ("[{setWeight: 101}]", "'101': give a whole number from 1 to 100"),
        ("[{setWeight: 5.5}]", "'5.5': give a whole number"),
        ("[{setWeight: 0x10}]", "'0x10': give a whole number"),
        ("[{setWeight: ١٠}]", "give a whole number"),
        ("[{setWeight: 20}, {setWeight: 20}]", "20 is not above the 20 of the step before"),
        ("[{setWeight: 20}, {pause: {}}, {setWeight: 71}]", "71 adds 51 points to 20"),
        ("[{setWeight: 10, minDwell: 10}]", "'10': give a duration with units"),
        ("[{setWeight: 10, minDwell: 10:30}]", "'10:30': give a duration with units"),
        ("[{setWeight: 10, minDwell: 1m1h}]", "give a duration with units"),
        ("[{setWeight: 10, minDwell: ''}]", "give a duration with units"),
        ("[{setWeight: 10, minDwell: 8761h}]", "8760h at most"),
        ("[{setWeight: 10, minRequests: -1}]", "'-1': give a whole number from 0"),
        ("[{setWeight: 10, set weight: 1}]", "did you mean setWeight?"),
    ],
)
def test_steps_that_cannot_be_used_are_named(steps: str, said: str) -> None:
    text = SHORT[: SHORT.index("steps:")] + f"steps: {steps}\n"
    assert any(said in one for one in problems(text)), problems(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "1: the plan is empty"),
        ("# nothing\n", "1: the plan is empty"),
        ("[]", "1: the plan: must be a mapping with apiVersion, kind, metadata, spec"),
        ("a: b: c", "1: this is no YAML: mapping values are not allowed in this context"),
        ("a: 1\n--- \nb: 2", "2: this is no YAML: but found another document"),
        ("a: \0", "1: this is no YAML"),
        ("a: \ud800", "1: the plan is no text in UTF-8"),
        ("[" * 1000, "nested too deeply"),
        ("é" * (MAX_BYTES // 2 + 1), f"larger than the {MAX_BYTES} bytes"),
        ("kind: Rollout", "1: the plan: spec is missing"),
        (SHORT.replace("camplane/v1", "argoproj.io/v1alpha1"), "give camplane/v1"),
        (SHORT.replace("name: short", "name: Not a name"), "metadata.name: 'Not a name': give"),
        (SHORT.replace("{name: short}", "{}"), "metadata: name is missing"),
    ],
)
def test_a_text_that_is_no_plan_is_refused_in_words(text: str, said: str) -> None:
    assert any(said in one for one in problems(text)), problems(text)


def test_all_problems_are_said_at_once_in_the_order_of_their_lines() -> None:
    text = SHORT.replace("Rollout", "Canary").replace("50", "500").replace("100", "1")
    found = problems(text.replace("context: camera", "contexts: camera"))
    assert [one.split(":")[0] for one in found] == ["2", "5", "5", "7"]


def test_anchors_cannot_make_a_list_of_problems_without_end() -> None:
    bad = ", ".join(f"k{n}: 1" for n in range(2000))
    text = with_spec(f"after: []\nfreeze: [&a {{{bad}}}, {', '.join(['*a'] * 90)}]")
    found = problems(text)
    assert len(found) == MAX_PROBLEMS + 1
    assert found[-1].endswith("and more, which are not listed")


@pytest.mark.parametrize(
    "url",
    [
        *("https://user:hunter2@h/", "https://hunter2@h/", "ftp://h/hunter2", "//h/hunter2"),
        *(
            "https:///hunter2",
            "https://h:99999/hunter2",
            "https://h:0/hunter2",
            "http://[x]/hunter2",
        ),
        *("https://h/hunter2#f", "https://h/hunter 2", "https://h\\@hunter2", "hunter2" * 400),
        *("https://h/hunter2\u2028", "HTTPS//hunter2"),
    ],
)
def test_a_url_is_refused_without_being_quoted(url: str) -> None:
    (said,) = problems(with_spec(f'notifications: [{{url: "{url}"}}]'.replace("\\", "\\\\")))
    assert "give an http:// or https:// URL" in said
    assert "hunter" not in said


def test_a_secret_in_place_of_its_variable_is_refused_without_being_quoted() -> None:
    (said,) = problems(with_spec("notifications: [{url: 'https://h', secretEnv: hunter2}]"))
    assert "not the secret itself" in said
    assert "hunter2" not in said


NAMES = st.from_regex(r"[a-z0-9]([-.a-z0-9]{0,20}[a-z0-9])?", fullmatch=True)
PERCENT = st.floats(0, 100)
LOCAL = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1))
STEPS = st.builds(
    Step,
    weight=st.none() | st.integers(1, 100),
    min_dwell_seconds=st.none() | st.floats(0, 1e6),
    min_requests=st.integers(0, 10**9),
)
ZONES = st.sampled_from(["UTC", "Asia/Shanghai", "America/New_York"])
WEEKLY = st.builds(
    FreezeWindow,
    zone=ZONES,
    days=st.lists(st.sampled_from(DAYS), min_size=1, max_size=7, unique=True).map(tuple),
    begins=st.times(),
    ends=st.times(),
    reason=st.text(max_size=20),
)
ONCE = (
    st.tuples(ZONES, LOCAL, LOCAL)
    .filter(lambda one: one[1] < one[2])
    .map(lambda one: FreezeWindow(one[0], starts=one[1], until=one[2]))
)
PLANS = st.builds(
    RolloutPlan,
    name=NAMES,
    context=st.sampled_from(["camera", "alert"]),
    steps=st.lists(STEPS, min_size=1, max_size=4).map(tuple),
    after=st.sampled_from([(), ("alert",)]),
    abort_together=st.sampled_from([(), ("camera",)]),
    criteria=st.builds(Criteria, *[PERCENT] * 7),
    blast_radius=st.builds(BlastRadius, st.integers(1, 100), st.integers(1, 10**9)),
    freeze=st.lists(WEEKLY | ONCE, max_size=3).map(tuple),
    notifications=st.lists(st.builds(Notification, st.text(), st.text()), max_size=2).map(tuple),
)


@given(PLANS)
def test_a_plan_comes_back_from_json_as_it_was(plan: RolloutPlan) -> None:
    versioned = with_version(plan)
    document = json_body.loads(json_body.dumps(plan_to_json(versioned)))
    assert plan_from_json(document) == versioned
    assert with_version(versioned) == versioned


@pytest.mark.parametrize("missing", sorted(plan_to_json(MEANT)))
def test_json_that_is_no_plan_is_refused(missing: str) -> None:
    document = plan_to_json(MEANT)
    del document[missing]
    with pytest.raises(KeyError):
        plan_from_json(document)


def test_a_windows_reason_is_kept_without_passwords():
    """It is told to everybody while the window lasts, and stands in the decision log."""
    plan = read_plan(with_spec('freeze: [{days: [Sat], reason: "see rtsp://a:hunter2@h/1"}]'))
    assert plan.freeze[0].reason == "see rtsp://***@h/1"
