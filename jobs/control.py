# SPDX-License-Identifier: GPL-3.0-or-later
"""Blender's side of the journal: hand a job over, see to it that a worker is there, wait for the outcome."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from .home import Home
from .journal import Journal
from .lock import WorkerLock
from .records import JobRecord, Wish
from .watch import JournalWatch

logger = logging.getLogger(__name__)

WORKER_PROGRAM = Path(__file__).with_name("start_worker.py")
LOOK_INTERVAL = 0.1
"""Seconds between two looks at the journal while a script waits."""
STARTING = "starting"
MOST_FAILURES = 3
"""Workers in a row that ended with an error, after which the artist is told."""
RESTART_INTERVAL = 5.0
"""Seconds between two looks whether the worker still lives."""


class Session:
    """One Blender at one journal. Made when it is first needed, closed when the extension is disabled or Blender quits."""

    def __init__(self, home: Home, *, python: str = sys.executable, python_args: Sequence[str] = ("-I",)) -> None:
        self.home = home.create()
        self.journal = Journal(home.journal)
        self.watch = JournalWatch(self.journal)
        self._lock = WorkerLock(home.worker_lock)
        self._command = [python, *python_args, str(WORKER_PROGRAM), "--home", str(home.path)]
        self._id = uuid.uuid4().hex
        self._next_check = 0.0
        self._worker: subprocess.Popen[bytes] | None = None
        self._failures = 0
        self._enter()

    def _enter(self) -> None:
        with self.journal.together():
            for session_id, pid in self.journal.sessions().items():
                if not _is_alive(pid):
                    self.journal.close_session(session_id)
            self.journal.open_session(self._id, os.getpid())
            self.journal.set_setting("on_quit", "")

    def close(self, on_quit: str = "KEEP") -> None:
        """Leave the journal; `on_quit` says what the worker does when this was the last Blender: KEEP, UPLOADS or STOP."""
        with self.journal.together():
            self.journal.close_session(self._id)
            if not self.journal.sessions():
                self.journal.set_setting("on_quit", on_quit)
        self.journal.close()
        self._lock.close()

    def tell_online_access(self, allowed: bool) -> None:
        """Let the worker know Blender's online access setting: without it, it makes no request."""
        self.journal.set_setting("online_access", "1" if allowed else "0")

    def ensure_worker(self, api_url: str) -> None:
        """Start a worker if none is there. Raises `WorkerFailed` when that does not succeed, again and again."""
        self._next_check = time.monotonic() + RESTART_INTERVAL
        if self.journal.setting("worker") != "gone" and not self._lock.is_free():
            return
        if self._worker is not None and self._worker.poll() is None and self.journal.setting("worker") == STARTING:
            return
        if self._worker is not None and self._worker.returncode:
            self._failures += 1
        if self._failures >= MOST_FAILURES:
            raise WorkerFailed(self.home)
        self.journal.set_setting("worker", STARTING)
        try:
            self._worker = start_worker([*self._command, "--api-url", api_url], self.home.worker_errors)
        except OSError as error:
            raise WorkerFailed(self.home) from error

    def keep_worker(self, api_url: str) -> None:
        """Start the worker again when it died; looks only every few seconds, and costs nothing in between."""
        if time.monotonic() >= self._next_check:
            self.ensure_worker(api_url)

    def wish(self, kind: Wish, api_url: str, job_id: str = "", argument: str = "") -> None:
        """Ask the worker for something, starting it if need be."""
        self.journal.wish(kind, job_id, argument)
        self.ensure_worker(api_url)

    def wait(self, job_id: str, api_url: str, tell: Callable[[JobRecord], None]) -> JobRecord:
        """Follow a job until it ends, for scripts. `tell` is given the job each time that it changed."""
        told = -1
        while True:
            # in this order: a wish is struck off after the job was changed, so that no end is seen too early
            is_wished = self._is_wished(job_id)
            job = self.journal.job(job_id)
            if job.revision != told:
                tell(job)
                told = job.revision
            if not job.is_live and not is_wished:
                return job
            time.sleep(LOOK_INTERVAL)
            self.keep_worker(api_url)

    def wait_for_connection_test(self, api_url: str, patience: float) -> tuple[bool, str]:
        """Have the worker try address and key; gives whether they are right, and a sentence."""
        self.journal.set_setting("connection", "")
        self.wish(Wish.TEST_CONNECTION, api_url, argument=api_url)
        deadline = time.monotonic() + patience
        while not (answer := self.connection_test()):
            if time.monotonic() > deadline:
                return False, "The worker did not answer in time. See its log in the extension's user folder."
            time.sleep(LOOK_INTERVAL)
            self.keep_worker(api_url)
        return answer

    def connection_test(self) -> tuple[bool, str] | None:
        """What the last test of the connection found; None while it runs."""
        with suppress(ValueError):
            answer = json.loads(self.journal.setting("connection"))
            return bool(answer["ok"]), str(answer["message"])
        return None

    def _is_wished(self, job_id: str) -> bool:
        return any(wish.job_id == job_id for wish in self.journal.wishes())


class WorkerFailed(Exception):
    """The process that does the transfers cannot be started, or keeps ending with an error."""

    def __init__(self, home: Home) -> None:
        last_words = ""
        with suppress(OSError):
            lines = home.worker_errors.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            last_words = f" ({lines[-1]})" if lines else ""
        super().__init__(
            f"The background process that sends and fetches files could not be started{last_words}. "
            f"Restart Blender; if it stays so, report it with the files in {home.path}."
        )


def start_worker(command: Sequence[str], errors: Path) -> subprocess.Popen[bytes]:
    """Start the worker so that it outlives this process: no console, no terminal, no share in our signals.

    What it has to say before its log is open goes to the file `errors`. Raises `OSError`.
    """
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
    logger.info("starting the worker")
    with errors.open("wb") as error_file:
        return subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=error_file,
            start_new_session=True,
            creationflags=flags,
        )


def _is_alive(pid: int) -> bool:
    if sys.platform == "win32":
        return True  # os.kill would end the process there; a left-over session only keeps the worker working
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
