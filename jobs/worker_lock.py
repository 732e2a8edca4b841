# SPDX-License-Identifier: GPL-3.0-or-later
"""One worker at a time: an exclusive lock that the operating system gives back when its process dies.

SQLite's own file lock does this alike on Linux, macOS and Windows.
"""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from ..messages.message import Message


class WorkerLock:
    """The lock of one home.

    A process must not open it twice: closing one of the two handles would give back the lock of the other one.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection = sqlite3.connect(path, timeout=0.0, isolation_level=None, check_same_thread=False)

    def acquire(self, patience: float = 0.0) -> bool:
        """Take the lock; try for `patience` seconds. False means that another process has it. Raises `OSError`."""
        deadline = time.monotonic() + patience
        while True:
            try:
                self._connection.execute("BEGIN EXCLUSIVE")
            except sqlite3.DatabaseError as error:
                if "locked" not in str(error):
                    raise OSError(Message("The lock file {} cannot be used: {}", self._path, error)) from error
                if time.monotonic() >= deadline:
                    return False
                time.sleep(0.05)
            else:
                return True

    def release(self) -> None:
        """Give the lock back and stay ready to take it again."""
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def is_free(self) -> bool:
        """True when no process holds the lock."""
        free = self.acquire()
        if free:
            self.release()
        return free

    def close(self) -> None:
        """Give the lock back for good."""
        self._connection.close()
