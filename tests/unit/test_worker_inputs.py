"""What an entry may hand to its camera's process."""

import pytest

from camera_service.shared_state.processes.worker_inputs import NotAllowedError, WorkerInputs


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"env": {"REDIS_HOST": "h", "VIDEO_STREAM_USE_REDIS": "1"}},
        {
            "device": "cuda:0",
            "imgsz": 640,
            "profile": "fast",
            "regions_file": "config/Halle 3.json",
        },
        {"device": None},
        {"env": None},
        {"env": []},
    ],
)
def test_what_clients_hand_over_is_allowed(entry: dict[str, object]) -> None:
    """The keys and names that are in use are no news."""
    WorkerInputs().check(entry)


@pytest.mark.parametrize("name", ["LD_PRELOAD", "PYTHONPATH", "PATH", "XREDIS_HOST", "redis_host"])
def test_a_variable_that_nobody_allowed_is_named_with_what_is(name: str) -> None:
    """The refusal says what may be set, and which setting says so."""
    with pytest.raises(NotAllowedError, match=f"{name}.*REDIS_.*worker.env.allow"):
        WorkerInputs().check({"env": {"REDIS_HOST": "h", name: "x"}})


@pytest.mark.parametrize("env", ["A=1", ["A=1"], 5, True])
def test_variables_in_no_mapping_are_refused(env: object) -> None:
    """Stored, they would keep the camera from being started."""
    with pytest.raises(NotAllowedError, match="env must be a mapping"):
        WorkerInputs().check({"env": env})


def test_the_operator_allows_names_and_beginnings() -> None:
    """The list is the operator's alone: what it leaves out is refused, the default's too."""
    inputs = WorkerInputs.parse("MODEL, GPU_*")
    inputs.check({"env": {"MODEL": "m", "GPU_ID": "1"}})
    for name in ("REDIS_HOST", "MODELS"):
        with pytest.raises(NotAllowedError):
            inputs.check({"env": {name: "x"}})
    with pytest.raises(NotAllowedError, match="nothing"):
        WorkerInputs.parse(",").check({"env": {"A": "1"}})


@pytest.mark.parametrize("text", ["A B", "1A", "A*B", "=A"])
def test_what_is_no_name_is_no_setting(text: str) -> None:
    """A slip of the pen is said at the start, not taken for a name that never comes."""
    with pytest.raises(ValueError, match="no name"):
        WorkerInputs.parse(text)


@pytest.mark.parametrize("value", [0, "5", True, 601])
def test_a_bound_for_data_that_is_no_time_is_refused(value: object) -> None:
    with pytest.raises(NotAllowedError, match="read_timeout must be seconds, 1 to 600"):
        WorkerInputs().check({"read_timeout": value})
    WorkerInputs().check({"read_timeout": 2.5})
