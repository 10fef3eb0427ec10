"""cameras.yaml beside a writer that takes no lock and writes in place: nothing of its is lost."""

import os
import threading
import time
from pathlib import Path

import pytest

from camera_service.domain.errors import ConfigurationUnreadableError, StorageFailedError
from camera_service.shared_state.files.cameras_yaml import (
    SETTLED_SECONDS,
    CamerasYaml,
    ChangedMeanwhileError,
    Draft,
)

TWO = "cameras:\n- {id: a, n: 0}\n- {id: b, n: 0}\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "cameras.yaml"
    path.write_text(TWO)
    return path


def ids(file: CamerasYaml) -> list[object]:
    return [entry["id"] for entry in file.read().entries()]


def test_what_was_written_while_a_change_was_made_is_in_the_next_version(path: Path) -> None:
    """The change is made anew, on what is there now."""
    file = CamerasYaml(path)
    seen: list[list[object]] = []

    def append(draft: Draft) -> None:
        seen.append([item["id"] for item in draft.items])
        draft.append({"id": "ours"})
        if len(seen) == 1:
            path.write_text(TWO + "- {id: theirs}\n")

    file.change(append)
    assert seen == [["a", "b"], ["a", "b", "theirs"]]
    assert ids(CamerasYaml(path)) == ["a", "b", "theirs", "ours"]


def test_one_who_always_writes_is_not_written_over(path: Path) -> None:
    """The change is refused, in words."""
    file, times = CamerasYaml(path), 0

    def change(draft: Draft) -> None:
        nonlocal times
        times += 1
        draft.append({"id": "ours"})
        path.write_text(TWO + f"- {{id: theirs{times}}}\n")

    with pytest.raises(StorageFailedError, match="Nothing was changed"):
        file.change(change)
    assert ids(CamerasYaml(path)) == ["a", "b", f"theirs{times}"]
    assert not list(path.parent.glob(".cameras.yaml.new-*"))


def test_a_change_that_cannot_be_made_anew_is_refused(path: Path) -> None:
    with pytest.raises(ChangedMeanwhileError), CamerasYaml(path).edit() as draft:
        draft.append({"id": "ours"})
        path.write_text(TWO + "- {id: theirs}\n")
        draft.save()
    assert ids(CamerasYaml(path)) == ["a", "b", "theirs"]


@pytest.mark.parametrize("torn", ["", "cameras:\n- {id: a, n"])
def test_what_makes_no_sense_yet_is_waited_for_though_its_writer_is_held_up(
    path: Path, torn: str
) -> None:
    """A server that writes in place may get no processor for longer than a write takes."""
    file = CamerasYaml(path)
    file.read()
    found: list[list[object]] = []
    with path.open("w") as opened:
        opened.write(torn)
        opened.flush()
        reader = threading.Thread(target=lambda: found.append(ids(file)))
        reader.start()
        # For how long it is held up is what this is about.
        time.sleep(4 * SETTLED_SECONDS)
        opened.seek(0)
        opened.write(TWO + "- {id: theirs}\n")
    reader.join(10)
    assert found == [["a", "b", "theirs"]]


@pytest.mark.parametrize("torn", ["", "cameras:\n- {id: a, n: 1}\n", "cameras:\n- {id: a, n"])
def test_a_reader_waits_for_one_who_writes_in_place(path: Path, torn: str) -> None:
    """It sees neither nothing, nor a part, nor an error."""
    file = CamerasYaml(path)
    file.read()
    opened, found = path.open("w"), []
    opened.write(torn)
    opened.flush()
    reader = threading.Thread(target=lambda: found.append(ids(file)))
    reader.start()
    reader.join(0.1)
    opened.write("cameras:\n- {id: a, n: 1}\n- {id: c}\n"[len(torn) :])
    opened.close()
    reader.join(10)
    assert found == [["a", "c"]]


def test_a_version_that_is_vouched_for_is_read_at_once(path: Path) -> None:
    """Who holds the lock for the old server knows when it has written."""
    file = CamerasYaml(path)
    file.read()
    path.write_text("cameras:\n- {id: c}\n")
    CamerasYaml(path).vouch()
    began = time.monotonic()
    assert ids(file) == ["c"]
    assert time.monotonic() - began < 0.2


def test_two_versions_of_one_tick_of_the_clock_are_told_apart(path: Path) -> None:
    """In place and of one size, nothing else would tell them apart."""
    path.write_text(TWO)
    file = CamerasYaml(path)
    file.vouch()
    now = path.stat().st_mtime_ns
    file.read()
    path.write_text(TWO.replace("id: a", "id: x"))
    os.utime(path, ns=(now, now))
    file.vouch()
    assert ids(file) == ["x", "b"]


def test_a_process_that_starts_does_not_take_a_part_for_the_whole(path: Path) -> None:
    """The half of a list is a list: cameras that were there would be unknown for a moment."""
    opened, found = path.open("w"), []
    opened.write("cameras:\n- {id: a, n: 1}\n")
    opened.flush()
    reader = threading.Thread(target=lambda: found.append(ids(CamerasYaml(path))))
    reader.start()
    reader.join(0.1)
    opened.write("- {id: b, n: 1}\n")
    opened.close()
    reader.join(10)
    assert found == [["a", "b"]]


def test_the_first_version_that_is_seen_may_be_half_written_too(path: Path) -> None:
    """As after a restart of ours: it is looked at again until it is whole, or left alone."""
    whole = threading.Timer(0.1, lambda: path.write_text(TWO))
    path.write_text("")
    whole.start()
    assert ids(CamerasYaml(path)) == ["a", "b"]
    whole.join()
    path.write_text("")
    with pytest.raises(ConfigurationUnreadableError, match="it is empty"):
        CamerasYaml(path).read()
