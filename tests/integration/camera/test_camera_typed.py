"""The typed contract, each RPC of it, on either implementation and either database."""

import asyncio
from pathlib import Path

import pytest
import yaml

from gateway.demo import footage

SECRET = "rtsp://viewer:s3cr3t@10.0.0.7/stream1"
GATE = {"id": "gate", "name": "Tor 门", "source": SECRET, "fps": 10, "note": None}


@pytest.fixture
def kind_of_refusal(refused):
    """Give `kind_of_refusal(call)`: the code and reason that a call is refused with."""

    async def kind(call):
        with pytest.raises(refused) as error:
            await call
        return error.value.code, error.value.reason

    return kind


async def test_a_created_camera_is_listed_with_every_key_and_without_its_password(client) -> None:
    created = (await client.call("CreateCamera", entry=GATE)).camera
    await client.call("CreateCamera", entry={**GATE, "id": "off", "active": False})
    assert created.source == "rtsp://***@10.0.0.7/stream1"
    assert dict(created.entry) == {**GATE, "source": created.source}
    assert (created.camera_id, created.name) == ("gate", "Tor 门")
    assert (created.active, created.auto_start) == (True, False)
    assert (await client.call("GetCamera", camera_id="gate")).camera == created
    listed = (await client.call("ListCameras")).cameras
    assert [camera.camera_id for camera in listed] == ["gate", "off"]
    assert listed[0] == created
    active = (await client.call("ListCameras", active_only=True)).cameras
    assert [camera.camera_id for camera in active] == ["gate"]
    # What is masked in the answer is whole in the file.
    assert [entry["source"] for entry in await client.entries()] == [SECRET, SECRET]


async def test_an_update_sets_its_keys_and_keeps_the_others(client) -> None:
    await client.call("CreateCamera", entry=GATE)
    changes = {"name": "x", "fps": 12.5, "zones": [{"a": [1, True, None]}], "note": "n"}
    reply = await client.call("UpdateCamera", camera_id="gate", entry=changes)
    assert reply.status == "success"
    assert await client.entries() == [{**GATE, **changes}]


async def test_a_deleted_camera_is_gone_and_its_worker_stopped(client) -> None:
    await client.call("CreateCamera", entry=GATE)
    pid = (await client.call("StartCamera", camera_id="gate")).pid
    assert (await client.call("DeleteCamera", camera_id="gate")).status == "success"
    assert not Path(f"/proc/{pid}").exists()
    assert await client.entries() == []


async def test_a_worker_is_started_once_seen_restarted_and_stopped(client, root) -> None:
    await client.call("CreateCamera", entry=GATE)
    log = f"{root}/logs/detect_gate.log"
    started = await client.call("StartCamera", camera_id="gate")
    assert (started.ok, started.running, started.log) == (True, True, log)
    assert "s3cr3t" not in str(started.cmd)
    assert list(started.cmd)[-2:] == ["--camera-id", "gate"]
    again = await client.call("StartCamera", camera_id="gate")
    assert again.pid == started.pid
    assert not again.HasField("cmd")
    status = await client.call("GetCameraStatus", camera_id="gate")
    assert (status.ok, status.running, status.pid, status.log) == (True, True, started.pid, log)
    restarted = await client.call("RestartCamera", camera_id="gate")
    assert restarted.pid != started.pid
    assert restarted.HasField("cmd")
    batch = (await client.call("BatchGetCameraStatus")).statuses
    assert [(s.camera_id, s.running, s.pid, s.log) for s in batch] == [
        ("gate", True, restarted.pid, log)
    ]
    stopped = await client.call("StopCamera", camera_id="gate")
    assert (stopped.ok, stopped.running) == (True, False)
    batch = (await client.call("BatchGetCameraStatus", camera_ids=["other", "gate"])).statuses
    assert [(s.camera_id, s.running, s.pid) for s in batch] == [
        ("other", False, 0),
        ("gate", False, 0),
    ]


async def test_a_deactivated_camera_is_stopped_and_cannot_be_started(
    client, kind_of_refusal
) -> None:
    await client.call("CreateCamera", entry=GATE)
    assert (await client.call("SetAutoStart", camera_id="gate", auto_start=True)).auto_start
    await client.call("StartCamera", camera_id="gate")
    reply = await client.call("DeactivateCamera", camera_id="gate")
    assert (reply.ok, reply.camera_id, reply.active, reply.stopped) == (True, "gate", False, True)
    inactive = ("FAILED_PRECONDITION", "CAMERA_INACTIVE")
    assert await kind_of_refusal(client.call("StartCamera", camera_id="gate")) == inactive
    assert await kind_of_refusal(client.call("RestartCamera", camera_id="gate")) == inactive
    assert await kind_of_refusal(client.call("SetAutoStart", camera_id="gate")) == inactive
    assert not (await client.call("DeactivateCamera", camera_id="gate")).stopped
    reply = await client.call("ActivateCamera", camera_id="gate")
    assert (reply.ok, reply.camera_id, reply.active) == (True, "gate", True)
    camera = (await client.call("GetCamera", camera_id="gate")).camera
    assert (camera.active, camera.auto_start) == (True, False)


async def test_logs_are_read_from_their_end_and_masked(client, root) -> None:
    none = await client.call("GetCameraLogs", camera_id="gate")
    assert not none.HasField("total_lines")
    assert none.message == "Log file not found (process may not have started yet)"
    (root / "logs" / "detect_gate.log").write_text(f"one\ntwo\nfailed: {SECRET}\n")
    tail = await client.call("GetCameraLogs", camera_id="gate", lines=2)
    assert (tail.total_lines, tail.log_file) == (3, f"{root}/logs/detect_gate.log")
    assert list(tail.lines) == ["two", "failed: rtsp://***@10.0.0.7/stream1"]
    assert not tail.HasField("message")


async def test_stats_are_zeros_for_what_does_not_run(client, root) -> None:
    stats = await client.call("GetCameraStats", camera_id="gate")
    assert (stats.running, stats.pid, stats.stats.total_frames) == (False, 0, 0)
    assert stats.stats.last_detection_time.HasField("null_value")
    assert stats.log_file == f"{root}/logs/detect_gate.log"


async def test_a_preview_is_a_jpeg_of_the_source_in_the_wished_size(client, kind_of_refusal, root):
    """A relative source is found where a worker finds it: in the data directory."""
    (root / "film.mp4").write_bytes(footage.driver().read_bytes())
    entry = {"id": "film", "name": "n", "source": "film.mp4", "resolution": "64x48"}
    await client.call("CreateCamera", entry=entry)
    image = (await client.call("GetCameraPreview", camera_id="film")).image
    assert image.content_type == "image/jpeg"
    assert (image.data[:2], image.data[-2:]) == (b"\xff\xd8", b"\xff\xd9")
    await client.call("UpdateCamera", camera_id="film", entry={"source": "gone.mp4"})
    unreadable = ("FAILED_PRECONDITION", "SOURCE_UNREADABLE")
    assert await kind_of_refusal(client.call("GetCameraPreview", camera_id="film")) == unreadable


async def test_a_camera_without_a_source_has_no_preview(client, cameras_file, kind_of_refusal):
    cameras_file.write_text("cameras:\n- id: bare\n")
    empty = ("FAILED_PRECONDITION", "SOURCE_EMPTY")
    assert await kind_of_refusal(client.call("GetCameraPreview", camera_id="bare")) == empty
    camera = (await client.call("GetCamera", camera_id="bare")).camera
    assert (camera.name, camera.source) == ("", "")


async def test_refresh_takes_in_what_was_written_by_hand(client, cameras_file) -> None:
    cameras_file.write_text("cameras:\n- id: 12345\n  name: by hand\n  source: '0'\n")
    reply = await client.call("RefreshCameras")
    assert (reply.status, reply.message) == ("success", "All camera statuses refreshed")
    camera = (await client.call("GetCamera", camera_id="12345")).camera
    assert (camera.camera_id, camera.name, camera.entry["id"]) == ("12345", "by hand", 12345)


async def test_consistency_is_asked_of_domain(client, request, kind_of_refusal) -> None:
    await client.call("CreateCamera", entry=GATE)
    call = client.call("CheckConsistency")
    if "legacy" in request.node.callspec.params["client"]:
        assert await kind_of_refusal(call) == ("UNIMPLEMENTED", "NO_DATABASE")
    else:
        found = await call
        assert (found.consistent, found.db_count, found.yaml_count) == (True, 1, 1)
        assert list(found.issues) == []


UNKNOWN = ("NOT_FOUND", "CAMERA_NOT_FOUND")
NOT_CONFIGURED = ("FAILED_PRECONDITION", "CAMERA_NOT_CONFIGURED")


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("GetCamera", UNKNOWN),
        ("UpdateCamera", UNKNOWN),
        ("DeleteCamera", UNKNOWN),
        ("ActivateCamera", UNKNOWN),
        ("DeactivateCamera", UNKNOWN),
        ("SetAutoStart", UNKNOWN),
        ("GetCameraPreview", UNKNOWN),
        ("StartCamera", NOT_CONFIGURED),
        ("RestartCamera", NOT_CONFIGURED),
    ],
)
async def test_an_unknown_camera_is_refused(client, kind_of_refusal, method, expected) -> None:
    assert await kind_of_refusal(client.call(method, camera_id="nobody")) == expected


@pytest.mark.parametrize(
    ("method", "fields"),
    [
        ("GetCamera", {"camera_id": "../../evil"}),
        ("StopCamera", {"camera_id": ".."}),
        ("GetCameraStatus", {"camera_id": ""}),
        ("GetCameraStats", {"camera_id": "a/b"}),
        ("GetCameraLogs", {"camera_id": "gate", "lines": 0}),
        ("GetCameraLogs", {"camera_id": "gate", "lines": 10_001}),
        ("CreateCamera", {"entry": {"id": "x", "name": "x"}}),
        ("CreateCamera", {"entry": {"id": "x", "name": "x", "source": 5}}),
        ("UpdateCamera", {"camera_id": "gate", "entry": {"id": "other"}}),
        ("BatchGetCameraStatus", {"camera_ids": ["../x"]}),
    ],
)
async def test_a_wrong_request_is_refused(client, kind_of_refusal, method, fields) -> None:
    wrong = ("INVALID_ARGUMENT", "INVALID_ARGUMENT")
    assert await kind_of_refusal(client.call(method, **fields)) == wrong


async def test_an_id_is_taken_once_also_when_twenty_want_it(client, refused) -> None:
    calls = [client.call("CreateCamera", entry={**GATE, "n": n}) for n in range(20)]
    answers = await asyncio.gather(*calls, return_exceptions=True)
    refusals = [a for a in answers if isinstance(a, refused)]
    assert {(r.code, r.reason) for r in refusals} == {("ALREADY_EXISTS", "CAMERA_EXISTS")}
    assert len(refusals) == 19
    (winner,) = (answer.camera for answer in answers if answer not in refusals)
    assert (await client.entries())[0]["n"] == winner.entry["n"]


async def test_a_file_that_makes_no_sense_is_reported_and_left_alone(
    client, cameras_file, kind_of_refusal
) -> None:
    await client.call("CreateCamera", entry=GATE)
    cameras_file.write_text("cameras: [}")
    unreadable = ("INTERNAL", "CONFIGURATION_UNREADABLE")
    for call in (
        client.call("ListCameras"),
        client.call("CreateCamera", entry={**GATE, "id": "new"}),
        client.call("StartCamera", camera_id="gate"),
        client.call("RefreshCameras"),
    ):
        assert await kind_of_refusal(call) == unreadable
    assert cameras_file.read_text() == "cameras: [}"


@pytest.mark.parametrize(
    "given",
    [
        {"env": {"LD_PRELOAD": "/tmp/x.so"}},
        {"env": {"REDIS_HOST": "h", "PYTHONPATH": "/tmp"}},
        {"env": {"A=B": "1"}},
        {"device": "cpu; id"},
        {"profile": "--help"},
        {"imgsz": "$(id)"},
        {"regions_file": "a`id`"},
    ],
)
async def test_what_would_run_other_code_is_refused_and_changes_nothing(
    client, kind_of_refusal, given
) -> None:
    """Neither a new camera nor a change may hand its process what the operator did not allow."""
    refused = ("INVALID_ARGUMENT", "INVALID_ARGUMENT")
    assert await kind_of_refusal(client.call("CreateCamera", entry={**GATE, **given})) == refused
    await client.call("CreateCamera", entry={**GATE, "env": {"REDIS_HOST": "h"}})
    change = client.call("UpdateCamera", camera_id="gate", entry=given)
    assert await kind_of_refusal(change) == refused
    (camera,) = (await client.call("ListCameras")).cameras
    assert "LD_PRELOAD" not in str(camera) and "REDIS_HOST" in str(camera)


@pytest.mark.parametrize(
    "more",
    [
        {"note": "x" * (64 << 10)},
        {"zones": [[number] for number in range(600)]},
        {f"key{number}": number for number in range(1001)},
    ],
    ids=["long", "many items", "many keys"],
)
async def test_an_entry_larger_than_any_cameras_is_refused_before_it_is_stored(
    client, kind_of_refusal, more
) -> None:
    """Every list holds every entry: one that is too large would take all others along."""
    refused = ("INVALID_ARGUMENT", "INVALID_ARGUMENT")
    assert await kind_of_refusal(client.call("CreateCamera", entry={**GATE, **more})) == refused
    await client.call("CreateCamera", entry=GATE)
    change = client.call("UpdateCamera", camera_id="gate", entry=more)
    assert await kind_of_refusal(change) == refused
    assert await client.entries() == [GATE]


async def test_an_entry_grows_to_its_limit_and_no_further(client, kind_of_refusal) -> None:
    """Each change is small; the camera is what counts. What shrinks it is always taken."""
    await client.call("CreateCamera", entry=GATE)
    for number in range(3):
        await client.call("UpdateCamera", camera_id="gate", entry={f"n{number}": "x" * 20_000})
    grown = client.call("UpdateCamera", camera_id="gate", entry={"n3": "x" * 20_000})
    assert await kind_of_refusal(grown) == ("INVALID_ARGUMENT", "INVALID_ARGUMENT")
    await client.call("UpdateCamera", camera_id="gate", entry={"n0": "", "n3": "x" * 20_000})


@pytest.mark.parametrize("implementation", ["legacy", "domain"])
async def test_how_large_an_entry_may_be_is_the_operators(
    serving, kind_of_refusal, sqlite_url, implementation
) -> None:
    limits = {"CAMPLANE_CAMERA_ENTRY_BYTES": "2000", "CAMPLANE_CAMERA_ENTRY_KEYS": "12"}
    refused = ("INVALID_ARGUMENT", "INVALID_ARGUMENT")
    async with serving(implementation, sqlite_url, **limits) as client:
        await client.call("CreateCamera", entry=GATE)
        for more in ({"n": "x" * 2000}, {"n": [0] * 12}):
            change = client.call("UpdateCamera", camera_id="gate", entry=more)
            assert await kind_of_refusal(change) == refused
        await client.call("UpdateCamera", camera_id="gate", entry={"n": "x" * 1000})
        grown = client.call("UpdateCamera", camera_id="gate", entry={"m": "x" * 1000})
        assert await kind_of_refusal(grown) == refused


async def test_what_stands_in_the_file_past_all_checks_refuses_the_start(
    client, kind_of_refusal, cameras_file
) -> None:
    await client.call("CreateCamera", entry=GATE)
    written = yaml.safe_load(cameras_file.read_text())
    written["cameras"][0]["env"] = {"LD_PRELOAD": "/tmp/x.so"}
    cameras_file.write_text(yaml.safe_dump(written))
    unusable = ("FAILED_PRECONDITION", "ENTRY_UNUSABLE")
    assert await kind_of_refusal(client.call("StartCamera", camera_id="gate")) == unusable


async def test_a_start_that_cannot_be_recorded_leaves_no_process(
    client, kind_of_refusal, root
) -> None:
    """It would hold the camera's lock for ever without a job to do."""
    await client.call("CreateCamera", entry=GATE)
    (root / "workers" / "gate.json").mkdir()
    failed = ("INTERNAL", "STORAGE_FAILED")
    assert await kind_of_refusal(client.call("StartCamera", camera_id="gate")) == failed
    (root / "workers" / "gate.json").rmdir()
    started = await client.call("StartCamera", camera_id="gate")
    assert started.HasField("cmd")
