"""A lock that is waited for stays one lock, also when its file is removed."""

import threading
from pathlib import Path

from camera_service.shared_state.files import locks


def test_who_waited_for_a_lock_that_was_removed_takes_the_new_one(tmp_path: Path) -> None:
    """So that two never hold it at a time."""
    path = tmp_path / "x.control"
    holding, most = 0, 0
    guard = threading.Lock()

    def take(times: int) -> None:
        nonlocal holding, most
        for _ in range(times):
            with locks.exclusive(path):
                with guard:
                    holding += 1
                    most = max(most, holding)
                with guard:
                    holding -= 1
                path.unlink()  # from here on another may hold the new one

    threads = [threading.Thread(target=take, args=(200,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert most == 1
    assert not path.exists()


def test_a_lock_is_free_when_nobody_holds_it(tmp_path: Path) -> None:
    path = tmp_path / "x.control"
    with locks.exclusive(path), locks.if_free(path) as free:
        assert not free
    with locks.if_free(path) as free:
        assert free
