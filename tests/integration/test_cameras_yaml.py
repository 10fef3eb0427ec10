"""cameras.yaml on a real disk: what nobody knows survives, and no update is lost."""

import multiprocessing
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from camera_service.domain.errors import (
    ConfigurationUnreadableError,
    StorageFailedError,
)
from camera_service.shared_state.files.cameras_yaml import CamerasYaml
from servicekit.database.trouble import DatabaseUnavailableError

COMMENTED = """\
# The cameras of hall 3
site: 北京  # not ours
cameras:
# the door
- id: door    # front
  name: 大门
  source: "rtsp://u:p@10.0.0.1/1"   # quoted
  active: false
  nested:
    deep: [1, 2, {a: b}]   # flow inside
  when: 2025-01-01

# counted by number
- id: 12345
  name: Number
  text: |
    two
    lines
  source: '0'
  # a note at the end of an entry
- just a string
- name: without id
trailer:
  - kept
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "cameras.yaml"


def write(path: Path, text: str) -> CamerasYaml:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return CamerasYaml(path)


def test_a_change_leaves_comments_layout_and_unknown_keys_as_they_were(path: Path) -> None:
    text = COMMENTED
    file = write(path, text)
    with file.edit() as draft:
        draft.set("door", {"active": True, "auto_start": True})
        draft.set("12345", {"name": "Zahl", "source": "1"})
        draft.append({"id": "new", "name": "N", "source": "x"})
        draft.save()
    assert path.read_text() == (
        text.replace("  active: false\n", "  active: true\n")
        .replace("  when: 2025-01-01\n", "  when: 2025-01-01\n  auto_start: true\n")
        .replace("  name: Number\n", "  name: Zahl\n")
        .replace("  source: '0'\n", "  source: '1'\n")
        .replace("- name: without id\n", "- name: without id\n- id: new\n  name: N\n  source: x\n")
    )


def test_removing_an_entry_leaves_its_neighbours_alone(path: Path) -> None:
    text = COMMENTED
    file = write(path, text)
    with file.edit() as draft:
        draft.remove("12345")
        draft.save()
    left = path.read_text()
    assert "12345" not in left
    assert left.startswith(text[: text.index("# counted by number")])
    assert left.endswith("- name: without id\ntrailer:\n  - kept\n")


def test_nothing_is_written_when_nothing_changes(path: Path) -> None:
    file = write(path, COMMENTED)
    before = file.signature()
    with file.edit() as draft:
        draft.set("door", {"active": False})
        draft.save()
    assert file.signature() == before


def test_a_fresh_folder_begins_with_no_cameras(path: Path) -> None:
    path.parent.mkdir()
    file = CamerasYaml(path)
    file.create_if_fresh()
    assert file.read().entries() == []
    with file.edit() as draft:
        draft.append({"id": "a", "name": "A", "source": "s"})
        draft.save()
    assert path.read_text() == "cameras:\n- id: a\n  name: A\n  source: s\n"


def test_a_file_of_comments_alone_has_no_cameras(path: Path) -> None:
    assert write(path, "# none yet\n").read().entries() == []


def test_a_file_that_vanished_is_an_error_and_not_an_empty_list(path: Path) -> None:
    file = write(path, COMMENTED)
    with file.edit() as draft:
        draft.set("door", {"active": True})
        draft.save()
    path.unlink()
    file.create_if_fresh()
    with pytest.raises(ConfigurationUnreadableError, match="is missing"):
        file.read()


def test_a_change_that_is_refused_at_the_last_moment_leaves_the_file_alone(path: Path) -> None:
    file = write(path, COMMENTED)

    def refuse(document: object) -> None:
        raise DatabaseUnavailableError("no database")

    with pytest.raises(DatabaseUnavailableError), file.edit() as draft:
        draft.set("door", {"active": True})
        draft.save(refuse)
    assert path.read_text() == COMMENTED
    assert {item.name for item in path.parent.iterdir()} == {path.name, f".{path.name}.lock"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "cameras: [",
        "cameras: {}\n",
        "cameras: text\n",
        "- a\n- b\n",
        "\tcameras:\n",
        "a: b: c",
    ],
)
def test_a_file_that_makes_no_sense_is_reported_and_left_alone(path: Path, text: str) -> None:
    file = write(path, text)
    with pytest.raises(ConfigurationUnreadableError, match=r"cameras\.yaml"):
        file.read()
    with pytest.raises(ConfigurationUnreadableError), file.edit():
        pass
    assert path.read_text() == text


@pytest.mark.parametrize("text", ["- source: rtsp://u:geheim@x\n  a: [\n", "x: *geheim\n"])
def test_what_is_wrong_is_said_without_quoting_the_file(path: Path, text: str) -> None:
    with pytest.raises(ConfigurationUnreadableError, match=r"line [123]:") as error:
        write(path, text).read()
    assert "geheim" not in str(error.value)


def test_bytes_that_are_not_utf8_are_reported(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"cameras:\n- id: \xff\n")
    with pytest.raises(ConfigurationUnreadableError):
        CamerasYaml(path).read()


def test_a_folder_that_is_none_is_a_storage_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageFailedError), CamerasYaml(tmp_path / "file" / "x.yaml").edit():
        pass


def test_a_reader_sees_a_change_made_by_hand(path: Path) -> None:
    file = write(path, COMMENTED)
    assert file.read().entry("new") is None
    write(path, "cameras:\n- id: new\n")
    assert file.read().entry("new") == {"id": "new"}


def test_two_versions_never_share_a_signature(path: Path) -> None:
    file = write(path, "cameras:\n- {id: a, n: 0}\n")
    seen = set()
    for number in range(200):
        with file.edit() as draft:
            draft.set("a", {"n": number % 10})
            draft.save()
            seen.add(draft.document.signature)
    assert len(seen) >= 199  # the first change of nothing is no version


SHARED = """\
usual: &usual
  fps: 5   # enough
  tags: [a, b]
cameras:
- <<: *usual   # as all
  id: door
  name: Door
- id: gate
  <<: *usual
  fps: 7
"""


@pytest.mark.parametrize(
    ("camera_id", "change", "before", "after"),
    [
        ("door", {"name": "Front"}, "  name: Door\n", "  name: Front\n"),
        ("gate", {"fps": 9}, "  fps: 7\n", "  fps: 9\n"),
        ("door", {"fps": 25}, "  name: Door\n", "  name: Door\n  fps: 25\n"),
        ("gate", {"active": True}, "  fps: 7\n", "  fps: 7\n  active: true\n"),
    ],
)
def test_an_entry_that_takes_in_shared_keys_is_changed_in_its_own_lines(
    path: Path, camera_id: str, change: dict, before: str, after: str
) -> None:
    file = write(path, SHARED)
    with file.edit() as draft:
        draft.set(camera_id, change)
        draft.save()
    assert path.read_text() == SHARED.replace(before, after)
    entry = file.read().entry(camera_id)
    assert entry is not None
    assert entry == {**entry, "tags": ["a", "b"], **change}


def test_cameras_come_and_go_beside_entries_that_take_in_shared_keys(path: Path) -> None:
    file = write(path, SHARED)
    with file.edit() as draft:
        draft.remove("door")
        draft.append({"id": "new", "name": "N"})
        draft.save()
    gone = "- <<: *usual   # as all\n  id: door\n  name: Door\n"
    assert path.read_text() == SHARED.replace(gone, "") + "- id: new\n  name: N\n"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("cameras:\n- id: a\ncameras:\n- id: b\n", 3, "`cameras` stands here, and on line 1"),
        ("cameras:\n- id: a\n  name: x\n  name: y\n", 4, "`name` stands here, and on line 3"),
        ("cameras: [{id: a, 'id': b}]\n", 1, "`id` stands here, and on line 1"),
        ("cameras:\n- id: a\n  n:\n    - {b: 1,\n       b: 2}\n", 5, "`b` stands here"),
        ("cameras:\n- id: a\n  name: *other\n", 3, "an alias .* without its anchor"),
        ("cameras:\n- id: =\n", 2, "quote it"),
    ],
)
def test_what_a_rewrite_would_lose_is_refused_with_its_line(
    path: Path, text: str, line: int, says: str
) -> None:
    file = write(path, text)
    with pytest.raises(ConfigurationUnreadableError, match=f"line {line}: .*{says}"):
        file.read()
    with pytest.raises(ConfigurationUnreadableError), file.edit():
        pass
    assert path.read_text() == text


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("# head\ncameras: []  # none\n# tail\n", "# head\ncameras:  # none\n- id: n\n# tail\n"),
        ("# head\ncameras:  # none\nsite: x\n", "# head\ncameras:  # none\n- id: n\nsite: x\n"),
        ("cameras: null\nsite: x\n", "cameras:\n- id: n\nsite: x\n"),
        ("# none yet\n", "# none yet\ncameras:\n- id: n\n"),
        ("site: x  # ours\n", "site: x  # ours\ncameras:\n- id: n\n"),
    ],
)
def test_the_first_camera_and_the_last_leave_comments_alone(
    path: Path, text: str, after: str
) -> None:
    file = write(path, text)
    with file.edit() as draft:
        draft.append({"id": "n"})
        draft.save()
    assert path.read_text() == after
    with file.edit() as draft:
        draft.remove("n")
        draft.save()
    key = "cameras: []"
    assert path.read_text() == after.replace("- id: n\n", "").replace("cameras:", key)


def test_a_version_whose_layout_a_change_cannot_keep_is_kept_beside(
    path: Path, tmp_path: Path
) -> None:
    text = "cameras: [\n  {id: a},  # the only one\n]\n"
    write(path, text)
    file = CamerasYaml(path, backups=tmp_path / "backups")
    for number in range(3):
        with file.edit() as draft:
            draft.set("a", {"n": number})
            draft.save()
    (kept,) = (tmp_path / "backups").iterdir()  # once: the next ones change their lines alone
    assert kept.read_text() == text
    assert kept.stat().st_mode & 0o777 == 0o600


def test_a_version_that_cannot_be_kept_beside_stays_the_file(path: Path, tmp_path: Path) -> None:
    text = "cameras: [{id: a}]  # one\n"
    write(path, text)
    (tmp_path / "backups").write_text("no folder")
    with (
        pytest.raises(StorageFailedError, match="cannot keep what it was"),
        CamerasYaml(path, backups=tmp_path / "backups").edit() as draft,
    ):
        draft.set("a", {"n": 1})
        draft.save()
    assert path.read_text() == text


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)
ENTRIES = st.dictionaries(TEXT.filter(lambda key: key != "id"), JSON, max_size=5)


def written_long_ago(path: Path) -> None:
    """Make nobody wait for whoever wrote the file to have finished."""
    os.utime(path, (0, 0))


def exact(value: object) -> object:
    """Make values comparable that == confuses: 1, True and 1.0."""
    if isinstance(value, dict):
        return [(key, exact(item)) for key, item in value.items()]
    if isinstance(value, list):
        return [exact(item) for item in value]
    return (type(value).__name__, value)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(first=ENTRIES, second=ENTRIES, change=ENTRIES)
def test_any_json_survives_the_way_through_the_file(
    path: Path, first: dict, second: dict, change: dict
) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text("# head\ncameras: []\n")
    written_long_ago(path)
    file = CamerasYaml(path)
    first, second = {"id": "a", **first}, {"id": "b", **second}
    with file.edit() as draft:
        draft.append(first)
        draft.append(second)
        draft.save()
    with file.edit() as draft:
        draft.set("a", change)
        draft.save()
    written_long_ago(path)
    found = CamerasYaml(path).read().entries()
    assert exact(found) == exact([{**first, **change}, second])


def _count(path: Path, worker: int) -> None:
    file = CamerasYaml(path)
    for _ in range(50):
        with file.edit() as draft:
            entry = draft.entry("a") or {}
            draft.set("a", {"n": entry["n"] + 1, f"w{worker}": entry.get(f"w{worker}", 0) + 1})
            draft.save()


def test_processes_that_write_at_once_lose_no_update(path: Path) -> None:
    write(path, "cameras:\n- id: a\n  n: 0\n")
    context = multiprocessing.get_context("spawn")
    children = [context.Process(target=_count, args=(path, number)) for number in range(3)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    assert all(child.exitcode == 0 for child in children)
    assert CamerasYaml(path).read().entry("a") == {
        "id": "a",
        "n": 150,
        "w0": 50,
        "w1": 50,
        "w2": 50,
    }
