"""What other users of the machine, and of the network, can reach."""

import os
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.e2e.command_line import Up

NOBODY = 65534


def test_nothing_below_the_data_directory_is_for_others(opened: Up) -> None:
    """Databases, logs, sockets and locks are their owner's alone, whatever the umask was."""
    found = [opened.data, *opened.data.rglob("*")]
    assert {"routes.lock", "alert.db"} <= {path.name for path in found}
    kept = [path for path in found if not path.is_symlink()]
    assert [str(path) for path in kept if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


@pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("setpriv") is None,
    reason="to become another user takes root and util-linux's setpriv",
)
def test_another_user_cannot_hold_the_lock_that_a_rollback_needs(opened: Up) -> None:
    """Who holds it would hold up every change of a weight."""
    lock = opened.data / "envoy" / "routes.lock"
    for folder in opened.data.parents:
        if folder.stat().st_uid == os.geteuid() and folder.is_relative_to(tempfile.gettempdir()):
            folder.chmod(folder.stat().st_mode | 0o011)  # the test's own keep nobody out
    other = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    done = subprocess.run(
        [*other, "flock", "--nonblock", str(lock), "true"], capture_output=True, check=False
    )
    assert done.returncode != 0
    assert b"Permission denied" in done.stderr


def test_an_open_port_is_said_wherever_an_operator_looks(opened: Up) -> None:
    """On the terminal and in the health; the page reads the health."""
    said = opened.ask("GET", "/api/v1/monitoring/health")["checks"]["insecure"]
    assert "nobody is asked" in said
    assert "insecure" in opened.output and said in opened.output


def test_others_are_let_in_only_when_that_is_said(tmp_path: Path) -> None:
    """Nothing is started, and the line says what to do instead."""
    refused = Up(tmp_path, tmp_path / "data", ("--host", "0.0.0.0"))
    assert refused.process.wait(20) == 1
    assert "put your own access control in front, or say --insecure" in refused.output
    assert not (tmp_path / "data").exists()
