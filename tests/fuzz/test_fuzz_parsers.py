"""Every other parser of ours against plain references, on anything a strategy can think of."""

import os
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st
from opentelemetry.trace import SpanContext

from camera_service.domain.errors import ConfigurationUnreadableError
from camera_service.domain.results import WorkerReport
from camera_service.shared_state.files.cameras_yaml import CamerasYaml
from camera_service.shared_state.logs.reader import LogReader
from camera_service.shared_state.processes.reports import read_report
from servicekit import json_body
from servicekit.masking import mask, mask_known, mask_url
from servicekit.telemetry import _parent

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**80), 2**80)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("aé", max_size=4), inner),
    max_leaves=6,
)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=10)
SCALARS = TEXT | st.booleans() | st.none() | st.integers() | st.sampled_from(["yes", "1:30", "~"])


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "file"


@given(
    entries=st.lists(st.dictionaries(st.sampled_from("abc"), SCALARS), min_size=1, max_size=4),
    indent=st.integers(0, 3),
    changes=st.dictionaries(st.sampled_from(["a", "b", "new", "active"]), SCALARS, min_size=1),
    index=st.integers(0, 3),
    style=st.sampled_from([None, "'", '"', "|"]),
)
def test_an_edit_changes_what_was_meant_and_nothing_else(
    path: Path, entries: Any, indent: int, changes: Any, index: int, style: str | None
) -> None:
    lines = ["# head", "site: north  # kept", "cameras:"]
    for number, entry in enumerate(entries):
        lines.append(" " * indent + f"# about {number}")
        text = yaml.safe_dump(
            {"id": f"cam{number}", **entry},
            sort_keys=False,
            allow_unicode=True,
            default_style=style,
        )
        first, *rest = text.rstrip("\n").split("\n")
        lines.append(" " * indent + f"- {first}")
        lines += [" " * (indent + 2) + line for line in rest]
    lines += ["# before the end", "trailer: 5"]
    path.write_bytes("\n".join(lines).encode())
    os.utime(path, (0, 0))  # else each reader waits for whoever wrote it to have finished
    try:
        before = CamerasYaml(path).read().entries()
    except ConfigurationUnreadableError:
        assume(False)  # a text of several lines, broken by the indentation above
    camera_id = f"cam{index % len(entries)}"
    assume(any(entry.get("id") == camera_id for entry in before))
    added = {"id": "added", "name": "n", "source": "s"}
    with CamerasYaml(path).edit() as draft:
        draft.set(camera_id, changes)
        draft.append(added)
        draft.save()
    os.utime(path, (0, 0))
    meant = [{**e, **changes} if e.get("id") == camera_id else e for e in before]
    assert repr(CamerasYaml(path).read().entries()) == repr([*meant, added])
    after = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    assert (after["site"], after["trailer"]) == ("north", 5)


@given(
    st.binary(max_size=300) | st.lists(st.sampled_from([b"a", b"\n", b"\r", b"\r\n"])).map(b"".join)
)
def test_the_tail_of_a_log_is_what_reading_all_of_it_gives(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    text = data.decode(errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    for wanted in (1, 3, 1000):
        assert LogReader().tail(path, wanted) == (len(lines), lines[-wanted:])


@given(st.text(max_size=200))
def test_any_text_can_be_masked(text: str) -> None:
    for source in (text, f"rtsp://{text}@h/1", f"http://h/?password={text}"):
        assert isinstance(mask(source), str)
        assert isinstance(mask_url(source), str)
        assert isinstance(mask_known(text, source), str)


@pytest.mark.parametrize("part", ["://", "@", "user", "password=", "a:b@", " ", "&", "rtsp:/", "_"])
def test_masking_takes_time_in_proportion_to_the_text(part: str) -> None:
    text = part * (400_000 // len(part))
    began = time.process_time()
    mask(text)
    mask_url(text)
    assert time.process_time() - began < 2


@given(
    st.text("abcXYZ019!$(){}~^;,", min_size=4, max_size=12).map(lambda text: f"<{text}>"),
    st.sampled_from(["rtsp://u:%s@h/1", "http://h/?pwd=%s&x=1", "rtsp://h/user=u&password=%s&c=1"]),
    st.booleans(),
)
def test_a_credential_survives_in_no_documented_position(
    secret: str, form: str, encoded: bool
) -> None:
    source = form.replace("%s", quote(secret, safe="") if encoded else secret)
    for masked in (mask(f"a {source} b"), mask_url(source), mask_known(secret, source)):
        assert secret not in masked
        assert quote(secret, safe="") not in masked


@given(st.dictionaries(st.text("aé", max_size=5), JSON, max_size=4))
def test_json_is_read_as_it_was_written(value: Any) -> None:
    assert repr(json_body.read_object(json_body.write(value))) == repr(value)


@given(st.binary(max_size=60) | JSON.map(json_body.dumps))
def test_any_bytes_are_a_report_of_a_worker_or_none(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    found = read_report(path, 1)
    assert found is None or isinstance(found, WorkerReport)


class Call:
    """The part of a call that carries its metadata."""

    def __init__(self, traceparent: str) -> None:
        self._metadata = (("traceparent", traceparent),)

    def invocation_metadata(self) -> Any:
        return self._metadata


@given(
    st.text(max_size=60)
    | st.lists(st.text("0123456789abcdefg_+- ", max_size=34), max_size=6).map("-".join)
)
def test_any_traceparent_is_a_span_or_none(text: str) -> None:
    found: Any = _parent(Call(text))  # type: ignore[arg-type]
    assert found is None or (isinstance(found, SpanContext) and found.is_valid)
