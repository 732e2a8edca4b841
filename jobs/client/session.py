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
from typing import TypeVar

from ...messages.message import from_json
from ..credentials import fingerprint
from ..home import Home
from ..journal.database import SHORT_PATIENCE
from ..journal.journal import Journal, JournalBusy, JournalError
from ..journal.watch import JournalWatch
from ..records import WORKER_GONE, WORKER_STARTING, JobRecord, Setting, Wish
from ..worker_lock import WorkerLock
from .launch import is_alive, start_worker

logger = logging.getLogger(__name__)

WORKER_PROGRAM = Path(__file__).resolve().parents[1] / "worker" / "start_worker.py"
LOOK_INTERVAL = 0.1
"""Seconds between two looks at the journal while a script waits."""
MOST_FAILURES = 3
SHORT_LIFE = 10.0
"""Workers in a row that ended with an error within so many seconds, after which the artist is told."""
PATIENCE = 2.0
"""Seconds that a press on a button may wait for another program which holds the journal. The timer does not wait."""
SCRIPT_PATIENCE = 30.0
"""The same for a script that waits for a job anyway."""
RESTART_INTERVAL = 5.0
"""Seconds between two looks whether the worker still lives."""

Found = TypeVar("Found")


class Session:
    """One Blender at one journal. Made when it is first needed, closed when the extension is disabled or Blender quits.

    `pace` stretches every pause of a worker that this session starts: below 1 for a service on this machine.
    Raises `JournalError` and `OSError`.
    """

    def __init__(
        self, home: Home, *, python: str = sys.executable, python_args: Sequence[str] = ("-I",), pace: float = 1.0
    ) -> None:
        self.home = home.create()
        self.journal = Journal(home.journal, patience=PATIENCE, read_patience=SHORT_PATIENCE, renews=True)
        self.watch = JournalWatch(self.journal)
        self._lock = WorkerLock(home.worker_lock)
        self._command = [python, *python_args, str(WORKER_PROGRAM), "--home", str(home.path), "--pace", str(pace)]
        self._id = uuid.uuid4().hex
        self._next_check = 0.0
        self._worker: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._failures = 0
        self._told_online_access: bool | None = None
        self._entered_at: int | None = None
        try:
            # made by the timer as well: who cannot say at once that it is there says so with its first word
            with suppress(JournalBusy), self.journal.hasty():
                self._enter()
        except BaseException:
            self.journal.close()
            raise

    def _enter(self) -> None:
        """Say that this Blender is there, once in each journal: one that was deleted is begun anew."""
        if self._entered_at == self.journal.generation:
            return
        if self._entered_at is not None:
            # what was deleted with a journal may have been its whole folder
            self._lock.close()
            self._lock = WorkerLock(self.home.worker_lock)
        with self.journal.together():
            self._strike_off_the_dead()
            self.journal.open_session(self._id, os.getpid())
            self.journal.set_setting(Setting.ON_QUIT, "")
            if self._told_online_access is not None:
                self.journal.tell_online_access(self._id, self._told_online_access)
        self._entered_at = self.journal.generation

    def _strike_off_the_dead(self) -> None:
        """Forget the Blenders that crashed, for they said no word."""
        for session_id, pid in self.journal.sessions().items():
            if not is_alive(pid):
                self.journal.close_session(session_id)

    def close(self, on_quit: str = "KEEP") -> None:
        """Leave the journal.

        `on_quit` says what the worker does when this was the last Blender: KEEP, UPLOADS or STOP.
        """
        self.journal.stay()
        try:
            with self.journal.together():
                self.journal.close_session(self._id)
                self._strike_off_the_dead()
                if not self.journal.sessions():
                    self.journal.set_setting(Setting.ON_QUIT, on_quit)
        finally:
            self.journal.close()
            self._lock.close()

    def tell_online_access(self, allowed: bool) -> None:
        """Let the worker know Blender's online access setting: where no Blender allows it, no request is made."""
        if allowed != self._told_online_access or self._entered_at != self.journal.generation:
            with self.journal.hasty():
                self._enter()
                self.journal.tell_online_access(self._id, allowed)
            self._told_online_access = allowed

    def ensure_worker(self, api_url: str) -> None:
        """See to it that a worker is there for this Blender's jobs.

        Raises `WorkerFailed` when none can be started, and `OtherKey` when there is one that has another Blender's key.
        """
        self._start_if_needed(api_url)
        has_come = self.journal.setting(Setting.WORKER) not in (WORKER_GONE, WORKER_STARTING)
        key = fingerprint(api_url)
        if has_come and self.journal.setting(Setting.WORKER_KEY, key) != key and not self._lock.is_free():
            raise OtherKey()

    def _start_if_needed(self, api_url: str) -> None:
        self._next_check = time.monotonic() + RESTART_INTERVAL
        self._enter()
        state = self.journal.setting(Setting.WORKER)
        if state != WORKER_GONE and not self._lock.is_free():
            return
        if self._worker is not None and self._worker.poll() is None and state == WORKER_STARTING:
            return
        self._count_failures()
        if self._failures >= MOST_FAILURES:
            # said again at every look, until another Blender's worker is there
            self._next_check = 0.0
            raise WorkerFailed(self.home)
        self.journal.set_setting(Setting.WORKER, WORKER_STARTING)
        try:
            self._worker = start_worker([*self._command, "--api-url", api_url], self.home)
            self._started = time.monotonic()
        except OSError as error:
            raise WorkerFailed(self.home) from error

    def _count_failures(self) -> None:
        """Take in how the last worker ended. One that had worked for a while shows that workers can live here."""
        if self._worker is None or self._worker.poll() is None:
            return
        has_failed = self._worker.returncode != 0 and time.monotonic() - self._started < SHORT_LIFE
        self._failures = self._failures + 1 if has_failed else 0
        self._worker = None

    def keep_worker(self, api_url: str) -> None:
        """Start the worker again when it died; looks only every few seconds, and costs nothing in between."""
        if time.monotonic() >= self._next_check:
            with self.journal.hasty():
                self._start_if_needed(api_url)

    def wish(self, kind: Wish, api_url: str, job_id: str = "", argument: str = "") -> None:
        """Ask the worker for something, starting it if need be."""
        self.journal.wish(kind, job_id, argument)
        self.ensure_worker(api_url)

    def remove(self, job_id: str) -> None:
        """Take a job that is over out of the journal, with its snapshot, package and thumbnail. Its frames stay.

        A job that another Blender has removed meanwhile is one less to remove, and files that cannot be deleted now
        are left to a later worker. Raises `JournalError`, and `ValueError` for a job that is not over.
        """
        with self.journal.together():
            job = self.journal.find(job_id)
            if job is not None and job.is_live:
                raise ValueError(f"The job “{job.name}” is not over: {job.stage}. Cancel it first.")
            self.journal.remove(job_id)
        self.watch.forget(job_id)
        self.home.discard(job_id)

    def wait(self, job_id: str, api_url: str, tell: Callable[[JobRecord], None]) -> JobRecord:
        """Follow a job until it ends, for scripts. `tell` is given the job each time that it changed.

        Raises `WorkerFailed`, and `JournalError` also when the job was removed.
        """
        told = -1
        while True:
            job, is_wished = self._patiently(lambda: self._look_at(job_id))
            if job is None:
                raise JournalError("The job was removed from the list, so there is nothing to wait for.")
            if job.revision != told:
                tell(job)
                told = job.revision
            if not job.is_live and not is_wished:
                return job
            time.sleep(LOOK_INTERVAL)
            self._patiently(lambda: self.keep_worker(api_url))

    def wait_for_connection_test(self, api_url: str, patience: float) -> tuple[bool, str]:
        """Have the worker try address and key; gives whether they are right, and a sentence."""
        self.journal.set_setting(Setting.CONNECTION, "")
        self.wish(Wish.TEST_CONNECTION, api_url, argument=api_url)
        deadline = time.monotonic() + patience
        while not (answer := self._patiently(self.connection_test)):
            if time.monotonic() > deadline:
                return False, "The worker did not answer in time. See its log in the extension's user folder."
            time.sleep(LOOK_INTERVAL)
            self._patiently(lambda: self.keep_worker(api_url))
        return answer

    def _look_at(self, job_id: str) -> tuple[JobRecord | None, bool]:
        """A job, and whether anything is still wished for it."""
        # in this order: a wish is struck off after the job was changed, so that no end is seen too early
        is_wished = self._is_wished(job_id)
        return self.journal.find(job_id), is_wished

    def _patiently(self, look: Callable[[], Found]) -> Found:
        """What `look` finds. A script has the time to wait for a journal that is held, a window has not."""
        deadline = time.monotonic() + SCRIPT_PATIENCE
        while True:
            try:
                return look()
            except JournalBusy:
                if time.monotonic() > deadline:
                    raise
            time.sleep(LOOK_INTERVAL)

    def connection_test(self) -> tuple[bool, str] | None:
        """What the last test of the connection found; None while it runs."""
        with suppress(ValueError):
            answer = json.loads(self.journal.setting(Setting.CONNECTION))
            return bool(answer["ok"]), from_json(answer["message"])
        return None

    def _is_wished(self, job_id: str) -> bool:
        # a cancel stays wished for until the last thread has noticed, but the job says at once how it ended
        return any(wish.job_id == job_id and wish.kind is not Wish.CANCEL for wish in self.journal.wishes())


class WorkerError(Exception):
    """The worker does not work for this Blender; the text tells the artist why."""


class OtherKey(WorkerError):
    """The worker that is there was started by a Blender whose environment has another API key, or none."""

    def __init__(self) -> None:
        super().__init__(
            "The background process of another Blender works with another RENDERJUICE_API_KEY. "
            "Wait until its jobs are done, or start this Blender with the same key, and try again."
        )


class WorkerFailed(WorkerError):
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
