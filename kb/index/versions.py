"""Builds side by side in one folder: which is current, who may build, which may go.

The folder holds one folder per build, ``CURRENT`` with the id of the one in use, ``.lock`` for builders, and, while
a build is running or after one was interrupted, ``<id>.partial``.

Locks are ``flock`` locks: the kernel drops them when their holder dies, so none can be left behind.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from kb.errors import IndexBusy, IndexDamaged, IndexMissing, IndexProblem
from kb.index.manifest import MANIFEST, REBUILD

CURRENT = "CURRENT"
LOCK = ".lock"
PARTIAL = ".partial"
_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{6}")


def new_build() -> tuple[str, str]:
    """Return the id of a build that begins now, and the time in ISO 8601."""
    now = datetime.now(UTC).replace(microsecond=0)
    return f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}", now.isoformat().replace("+00:00", "Z")


def current_build(folder: Path) -> str:
    """Return the id of the build in use; cheap enough to ask before every question.

    Raises:
        IndexMissing: There is no index in the folder.
        IndexDamaged: The pointer is unreadable.
    """
    pointer = folder / CURRENT
    try:
        build_id = pointer.read_text(encoding="ascii").strip()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise IndexMissing(
            f"there is no index in {folder}", hint="Build one with `kb index`.", folder=str(folder)
        ) from error
    except (OSError, ValueError) as error:
        raise IndexDamaged(f"{pointer} cannot be read: {error}", hint=REBUILD) from error
    if not _ID.fullmatch(build_id):
        raise IndexDamaged(f"{pointer} does not name a build", hint=REBUILD)
    return build_id


@contextlib.contextmanager
def sole_builder(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, so that only one process builds there.

    Raises:
        IndexBusy: Another living process builds there now.
        OSError: The folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("a+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            owner = lock.read().strip() or "unknown"
            raise IndexBusy(
                f"process {owner} is building the index in {folder}",
                hint="Wait until it is done, or build into another folder with `--index`.",
                pid=owner,
            ) from error
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def hold(build: Path) -> TextIO:
    """Return an open file that keeps the build from being removed until it is closed.

    Raises:
        FileNotFoundError: The build is gone.
    """
    # The reader's lock sits on the manifest, which every build has and nobody writes again.
    file = (build / MANIFEST).open(encoding="utf-8")
    with contextlib.suppress(OSError):  # a file system without locks: the previous build is kept all the same
        fcntl.flock(file, fcntl.LOCK_SH)
    return file


def publish(folder: Path, partial: Path, build_id: str) -> None:
    """Make a finished partial build the current one; readers see the old one or the new one.

    Raises:
        OSError: Something could not be written; the old build stays current.
    """
    for path in sorted(partial.rglob("*")):
        sync(path)
    sync(partial)
    pointer = folder / f"{CURRENT}.tmp"
    pointer.write_text(f"{build_id}\n", encoding="ascii")
    sync(pointer)
    partial.rename(folder / build_id)  # from here on nothing needs room on the disk
    pointer.replace(folder / CURRENT)
    sync(folder)


def sweep(folder: Path) -> None:
    """Remove what interrupted builds left, and every build but the current one and those held by a reader.

    Only the holder of the folder's lock may call this.
    """
    try:
        current = current_build(folder)  # whether or not this version can read it
    except IndexProblem:
        current = ""
    for path in folder.iterdir():
        if path.name == f"{CURRENT}.tmp":
            path.unlink()
        elif _ID.fullmatch(path.name.removesuffix(PARTIAL)) and path.name != current:
            _remove_unless_held(path)


def share(path: Path, target: Path) -> None:
    """Make a file that is never written again also stand at ``target``: a hard link, or a copy where there are none.

    Raises:
        OSError: Neither can be made.
    """
    try:
        target.hardlink_to(path)
    except OSError:
        shutil.copyfile(path, target)


def sync(path: Path) -> None:
    """Force a file or folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove_unless_held(build: Path) -> None:
    with contextlib.ExitStack() as locks:
        try:
            manifest = locks.enter_context((build / MANIFEST).open(encoding="utf-8"))
            # Kept until all is gone: a reader that comes in between waits, then finds nothing and takes the current one.
            fcntl.flock(manifest, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:  # never finished, or half removed already
            pass
        except OSError:
            return
        shutil.rmtree(build, ignore_errors=True)
