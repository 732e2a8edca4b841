# SPDX-License-Identifier: GPL-3.0-or-later
"""What two processes must not do at once: a lock that is free when its holder dies, and folders made once with it."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO


@contextlib.contextmanager
def file_lock(path: Path, *, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold an exclusive lock on the file `path` (made when missing, never removed).

    Waits as long as another process holds it; `waiting` is called once, before the wait begins.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as handle:
        if not _try_lock(handle):
            waiting()
            while not _try_lock(handle):
                time.sleep(0.2)
        try:
            yield
        finally:
            _unlock(handle)


def make_once(folder: Path, is_ready: Callable[[], bool], make: Callable[[], None]) -> None:
    """Have `make` fill a folder unless it `is_ready`.

    Two processes may ask at once: the second waits for the first and finds it ready. Raises what `make` raises.
    """
    if is_ready():
        return

    def waiting() -> None:
        print(f"Another process is making {folder}: waiting for it …", flush=True)

    with file_lock(folder.with_name(f"{folder.name}.lock"), waiting=waiting):
        if not is_ready():
            make()


def read_stamp(stamp: Path) -> str:
    """What the stamp of a folder that was made to the end says; "" when there is none that can be read."""
    try:
        return stamp.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


if sys.platform == "win32":
    import msvcrt

    def _try_lock(handle: IO[bytes]) -> bool:
        handle.seek(0)
        try:
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(handle: IO[bytes]) -> None:
        handle.seek(0)
        msvcrt.locking(handle.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try_lock(handle: IO[bytes]) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(handle: IO[bytes]) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)
