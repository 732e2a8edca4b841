# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps a worker running for one Blender: starts one when there is none, and tells when none can live here."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from ..credentials import fingerprint
from ..home import Home
from ..journal.journal import Journal
from ..records import WORKER_GONE, WORKER_STARTING, Setting
from ..worker_lock import WorkerLock
from .errors import OtherKey, WorkerFailed
from .launch import start_worker

WORKER_PROGRAM = Path(__file__).resolve().parents[1] / "worker" / "start_worker.py"
FAILED_WORKERS = 3
"""Workers in a row that ended early with an error, after which the artist is told."""
EARLY_END = 10.0
"""Seconds of life within which an end with an error counts."""
RESTART_INTERVAL = 5.0
"""Seconds between two looks whether the worker still lives."""


class WorkerKeeper:
    """What one Blender knows of the worker. `command` starts one, up to the service's address.

    All methods but `close` may raise `JournalError` and `WorkerFailed`.
    """

    def __init__(self, home: Home, journal: Journal, command: Sequence[str]) -> None:
        self._home = home
        self._journal = journal
        self._command = tuple(command)
        self._lock = WorkerLock(home.worker_lock)
        self._worker: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._failed_workers = 0
        self._next_look = 0.0

    def is_look_due(self) -> bool:
        """True every few seconds: then it is time to see whether the worker still lives."""
        return time.monotonic() >= self._next_look

    def put_off_look(self) -> None:
        """Note that a look begins now."""
        self._next_look = time.monotonic() + RESTART_INTERVAL

    def start_if_needed(self, api_url: str) -> None:
        """Start the worker unless one lives or is just starting."""
        state = self._journal.setting(Setting.WORKER)
        if state != WORKER_GONE and not self._lock.is_free():
            return
        if self._worker is not None and self._worker.poll() is None and state == WORKER_STARTING:
            return
        self._count_failures()
        if self._failed_workers >= FAILED_WORKERS:
            # said again at every look, until another Blender's worker is there
            self._next_look = 0.0
            raise WorkerFailed(self._home)
        self._journal.set_setting(Setting.WORKER, WORKER_STARTING)
        try:
            self._worker = start_worker([*self._command, "--api-url", api_url], self._home)
            self._started = time.monotonic()
        except OSError as error:
            raise WorkerFailed(self._home) from error

    def check_key(self, api_url: str) -> None:
        """Raise `OtherKey` when the worker that is there has another Blender's key."""
        has_come = self._journal.setting(Setting.WORKER) not in (WORKER_GONE, WORKER_STARTING)
        key = fingerprint(api_url)
        if has_come and self._journal.setting(Setting.WORKER_KEY, key) != key and not self._lock.is_free():
            raise OtherKey()

    def open_lock_anew(self) -> None:
        """Open the lock again, whose file may have been deleted together with the journal."""
        self._lock.close()
        self._lock = WorkerLock(self._home.worker_lock)

    def close(self) -> None:
        """Give the lock's file back; the worker goes on."""
        self._lock.close()

    def _count_failures(self) -> None:
        """Take in how the last worker ended. One that had worked for a while shows that workers can live here."""
        if self._worker is None or self._worker.poll() is None:
            return
        has_failed = self._worker.returncode != 0 and time.monotonic() - self._started < EARLY_END
        self._failed_workers = self._failed_workers + 1 if has_failed else 0
        self._worker = None
