"""A small disk for the data directory, to be filled and made read-only."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

SIZE_MIB = 64


class NoRightError(Exception):
    """This process may not mount; the text is what `mount` said."""


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Have a file system of its own in `folder` (tmpfs), of SIZE_MIB. NoRightError."""
    _mount("-t", "tmpfs", "-o", f"size={SIZE_MIB}m,mode=700", "camplane-chaos", str(folder))
    try:
        yield
    finally:
        # Lazily: what still ends has files open.
        _run("umount", "-l", str(folder))


@contextlib.contextmanager
def full(folder: Path) -> Iterator[None]:
    """Have no byte free on the file system of `folder` within the block."""
    filler = folder / ".filler"
    try:
        with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(1 << 20))
        yield
    finally:
        filler.unlink(missing_ok=True)


@contextlib.contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Let nobody open a file of `folder` for writing, or make one, within the block.

    As root by a read-only mount over it, since root minds no permissions; files
    that are open stay writable, as they do when the kernel does this. Without
    root by permissions. NoRightError for a root who may not mount.
    """
    if os.geteuid():
        with _unwritable(folder):
            yield
        return
    _mount("--bind", str(folder), str(folder))
    try:
        _mount("-o", "remount,bind,ro", str(folder))
        yield
    finally:
        _run("umount", "-l", str(folder))


@contextlib.contextmanager
def _unwritable(folder: Path) -> Iterator[None]:
    folders = [folder, *(path for path in folder.rglob("*") if path.is_dir())]
    modes = {path: path.stat().st_mode for path in folders}
    try:
        for path in folders:
            path.chmod(0o555)
        yield
    finally:
        for path, mode in modes.items():
            path.chmod(mode & 0o7777)


def _mount(*arguments: str) -> None:
    _run("mount", *arguments)


def _run(*command: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise NoRightError(str(error)) from error
    if done.returncode:
        raise NoRightError(done.stderr.strip() or f"{command[0]}: {done.returncode}")
