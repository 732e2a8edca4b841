# SPDX-License-Identifier: GPL-3.0-or-later
"""One Blender at one journal: hands jobs over, asks things of the worker, and sees to it that a worker is there."""

from __future__ import annotations

import json
import os
import sys
import uuid
from collections.abc import Sequence
from contextlib import suppress

from ...messages.message import Message, from_json
from ..home import Home
from ..journal.database import SHORT_PATIENCE
from ..journal.errors import JournalBusy
from ..journal.journal import Journal
from ..journal.watch import JournalWatch
from ..records import Setting, Wish
from .connection_answer import ConnectionTest
from .launch import is_alive
from .worker_keeper import WORKER_PROGRAM, WorkerKeeper

PATIENCE = 2.0
"""Seconds that a press on a button may wait for another program which holds the journal. The timer does not wait."""


class Session:
    """One Blender at one journal. Made when it is first needed, closed when the extension is disabled or Blender quits.

    `api_url` is everywhere the service address in force, to which alone the environment's key is given; not a job's.

    `pace` stretches every pause of a worker that this session starts: below 1 for a service on this machine.
    Raises `JournalError` and `OSError`.
    """

    def __init__(
        self, home: Home, *, python: str = sys.executable, python_args: Sequence[str] = ("-I",), pace: float = 1.0
    ) -> None:
        self.home = home.create()
        self.journal = Journal(home.journal, patience=PATIENCE, read_patience=SHORT_PATIENCE, renews=True)
        self.watch = JournalWatch(self.journal)
        command = [python, *python_args, str(WORKER_PROGRAM), "--home", str(home.path), "--pace", str(pace)]
        self._keeper = WorkerKeeper(home, self.journal, command)
        self._id = uuid.uuid4().hex
        self._told_online_access: bool | None = None
        self._entered_at: int | None = None
        try:
            # the timer makes sessions, too, and must not wait: what cannot be noted now is noted with the first call
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
            self._keeper.open_lock_anew()
        with self.journal.together():
            self._strike_off_the_dead()
            self.journal.open_session(self._id, os.getpid())
            self.journal.set_setting(Setting.ON_QUIT, "")
            if self._told_online_access is not None:
                self.journal.tell_online_access(self._id, self._told_online_access)
        self._entered_at = self.journal.generation

    def _strike_off_the_dead(self) -> None:
        """Forget the Blenders that ended without a word, because they crashed."""
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
            self._keeper.close()

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
        self._start_worker_if_needed(api_url)
        self._keeper.check_key(api_url)

    def _start_worker_if_needed(self, api_url: str) -> None:
        self._keeper.put_off_look()
        self._enter()
        self._keeper.start_if_needed(api_url)

    def keep_worker(self, api_url: str) -> None:
        """Start the worker again when it died. Looks every few seconds only, and costs nothing in between."""
        if self._keeper.is_look_due():
            with self.journal.hasty():
                self._start_worker_if_needed(api_url)

    def wish(self, kind: Wish, api_url: str, job_id: str = "", argument: str = "") -> None:
        """Ask the worker for something, starting it if need be."""
        self.journal.wish(kind, job_id, argument)
        self.ensure_worker(api_url)

    def ask_for_look(self, job_id: str, api_url: str) -> None:
        """Have the worker find out what is left of a job on this computer; the job then says it. Waits for nobody."""
        with self.journal.hasty():
            if not any(wish.kind is Wish.LOOK and wish.job_id == job_id for wish in self.journal.wishes()):
                self.journal.wish(Wish.LOOK, job_id)
            self._start_worker_if_needed(api_url)

    def begin_connection_test(self, api_url: str) -> None:
        """Ask the worker whether address and key are right. What an earlier test found is forgotten at once with it."""
        with self.journal.together():
            self.journal.set_setting(Setting.CONNECTION, "")
            self.journal.wish(Wish.TEST_CONNECTION, argument=api_url)
        self.ensure_worker(api_url)

    def remove(self, job_id: str) -> None:
        """Remove a job that is over from the journal, with its snapshot, package and thumbnail. Its frames stay.

        A job that another Blender has removed meanwhile is fine. A later worker deletes files that cannot be deleted
        now. Raises `JournalError`, and `ValueError` for a job that is not over.
        """
        with self.journal.together():
            job = self.journal.find(job_id)
            if job is not None and job.is_live:
                raise ValueError(Message("The job “{}” is not over: {}. Cancel it first.", job.name, job.stage.words))
            self.journal.remove(job_id)
        self.watch.forget(job_id)
        self.home.discard(job_id)

    def connection_test(self) -> ConnectionTest | None:
        """What the last test of the connection found; None while it runs."""
        with suppress(ValueError):
            answer = json.loads(self.journal.setting(Setting.CONNECTION))
            return ConnectionTest(is_ok=bool(answer["ok"]), message=from_json(answer["message"]))
        return None
