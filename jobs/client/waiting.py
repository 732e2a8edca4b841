# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for what the worker does, for scripts: they have the time that a window has not."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from ...messages.message import Message
from ..journal.errors import JournalBusy, JournalError
from ..records import JobRecord, Wish
from .connection_answer import ConnectionTest

if TYPE_CHECKING:
    from .session import Session

LOOK_INTERVAL = 0.1
"""Seconds between two looks at the journal."""
SCRIPT_PATIENCE = 30.0
"""Seconds that a script waits for another program which holds the journal."""

Found = TypeVar("Found")


def wait_for_job(session: Session, job_id: str, api_url: str, tell: Callable[[JobRecord], None]) -> JobRecord:
    """Follow a job until it ends. `tell` is given the job each time that it changed.

    Raises `WorkerFailed`, and `JournalError` also when the job was removed.
    """
    told = -1
    while True:
        job, is_wished = _patiently(lambda: _look_at(session, job_id))
        if job is None:
            raise JournalError(Message("The job was removed from the list, so there is nothing to wait for."))
        if job.revision != told:
            tell(job)
            told = job.revision
        if not job.is_live and not is_wished:
            return job
        time.sleep(LOOK_INTERVAL)
        _patiently(lambda: session.keep_worker(api_url))


def wait_for_connection_test(session: Session, api_url: str, patience: float) -> ConnectionTest:
    """Have the worker try address and key. Raises `JournalError` and `WorkerError`."""
    session.begin_connection_test(api_url)
    deadline = time.monotonic() + patience
    while not (answer := _patiently(session.connection_test)):
        if time.monotonic() > deadline:
            message = Message("The worker did not answer in time. See its log in the extension's user folder.")
            return ConnectionTest(is_ok=False, message=message)
        time.sleep(LOOK_INTERVAL)
        _patiently(lambda: session.keep_worker(api_url))
    return answer


def _look_at(session: Session, job_id: str) -> tuple[JobRecord | None, bool]:
    """A job, and whether anything is still wished for it."""
    # in this order: a wish is struck off after the job was changed, so that no end is seen too early
    is_wished = _is_wished(session, job_id)
    return session.journal.find(job_id), is_wished


def _is_wished(session: Session, job_id: str) -> bool:
    # a cancel stays wished for until the last thread has noticed, but the job says at once how it ended
    others = (Wish.CANCEL, Wish.LOOK)
    return any(wish.job_id == job_id and wish.kind not in others for wish in session.journal.wishes())


def _patiently(look: Callable[[], Found]) -> Found:
    """What `look` finds, tried again while another program holds the journal."""
    deadline = time.monotonic() + SCRIPT_PATIENCE
    while True:
        try:
            return look()
        except JournalBusy:
            if time.monotonic() > deadline:
                raise
        time.sleep(LOOK_INTERVAL)
