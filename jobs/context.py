# SPDX-License-Identifier: GPL-3.0-or-later
"""What every stage of a job works with: the journal, the service, and a way to be told to stop."""

from __future__ import annotations

import errno
import logging
import re
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field

from ..api.client import Client
from ..api.errors import Canceled, RenderjuiceError, WrongKey
from .credentials import find_key
from .home import Home
from .journal import Journal
from .package import PackageError
from .records import Failure, JobRecord, Stage

logger = logging.getLogger(__name__)

PROGRESS_INTERVAL = 0.25
"""Seconds between two progress figures in the journal: as often as a panel is worth redrawing."""


@dataclass
class Context:
    """The worker's tools. `session_url` is the address that the environment's key belongs to."""

    home: Home
    journal: Journal
    session_url: str
    quitting: threading.Event = field(default_factory=threading.Event)
    _canceled: dict[str, threading.Event] = field(default_factory=dict)

    def cancellation(self, job_id: str) -> threading.Event:
        """The event that stops the work on one job."""
        return self._canceled.setdefault(job_id, threading.Event())

    @property
    def is_online(self) -> bool:
        """What Blender's online access setting was when it last told."""
        return self.journal.setting("online_access", "1") == "1"

    def check(self, job_id: str) -> None:
        """Raise `Canceled` when the work on this job is to stop: canceled, going offline, or the worker ends."""
        if self.quitting.is_set() or self.cancellation(job_id).is_set() or not self.is_online:
            raise Canceled()

    def sleep(self, job_id: str, seconds: float) -> None:
        """Wait, and raise `Canceled` as soon as the job is to stop."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self.check(job_id)
            self.cancellation(job_id).wait(min(left, 0.2))
        self.check(job_id)

    def client(self, api_url: str, *, job_id: str = "") -> Client:
        """The service at an address, with the key that belongs to it. Raises `WrongKey` when there is none."""
        key = find_key(self.home.credentials, api_url, session_url=self.session_url)
        if not key:
            raise NoKey()
        return Client(api_url, key, sleep=lambda seconds: self.sleep(job_id, seconds))

    def progress(self, job: JobRecord) -> Callable[[int, int], None]:
        """A callback for bytes done and bytes in all, which also says when to stop."""
        last = 0.0

        def note(done: int, total: int) -> None:
            nonlocal last
            now = time.monotonic()
            if done < total and now - last < PROGRESS_INTERVAL:
                return
            last = now
            self.check(job.id)
            self.journal.update(job.id, bytes_done=done, bytes_total=total)

        return note


class NoKey(WrongKey):
    """There is no API key for the service's address."""

    default_message = "There is no API key for Renderjuice."
    next_step = "Enter the key in the add-on's preferences, or set RENDERJUICE_API_KEY, and retry."


def failure_of(error: BaseException, stage: Stage) -> Failure:
    """Why a job stopped, in words for the artist, from the error that stopped it."""
    kind = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(error).__name__).lower()
    if isinstance(error, RenderjuiceError):
        return Failure(kind, error.message, error.next_step, error.detail, stage)
    if isinstance(error, PackageError):
        return Failure(kind, str(error), "", "", stage)
    if isinstance(error, OSError):
        where = f" ({error.filename})" if error.filename else ""
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return Failure("disk_full", f"The disk is full{where}.", "Make room on it, and retry.", repr(error), stage)
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EISDIR):
            message = f"A file or folder cannot be written{where}: {error.strerror}."
            return Failure("not_writable", message, "Choose another folder or change its permissions, and retry.", repr(error), stage)
        return Failure("disk_error", f"A file cannot be read or written{where}: {error.strerror}.", "Retry.", repr(error), stage)
    logger.error("unexpected error", exc_info=error)
    detail = "".join(traceback.format_exception(error))
    return Failure("unexpected", f"Something unforeseen happened: {error}.", "Retry, and report it if it comes again.", detail, stage)
