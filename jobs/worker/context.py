# SPDX-License-Identifier: GPL-3.0-or-later
"""What every stage of a job works with: the journal, the service, and a way to be told to stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from ...api.address import authority_of
from ...api.client import Client
from ...api.errors import Canceled, RenderjuiceError, WrongKey
from ...messages.message import Message
from ..credentials import find_key
from ..home import Home
from ..journal.errors import JournalError
from ..journal.journal import Journal
from ..records import JobRecord, Setting
from .patience import FIRST_FILE_PAUSE, Backoff, passes_by_itself

PROGRESS_INTERVAL = 0.25
"""Seconds between two progress figures in the journal: as often as a panel is worth redrawing."""


@dataclass
class Context:
    """The worker's tools. `session_url` is the address that the environment's key belongs to.

    `slowness` stretches every pause of the worker: 1 for the service on the internet, less for one on this machine.
    `is_online` is what Blender's online access setting was when the worker last looked. `hosts` tells which hosts are
    to be left alone for now, whatever the job.
    """

    home: Home
    journal: Journal
    session_url: str
    slowness: float = 1.0
    is_online: bool = True
    quitting: threading.Event = field(default_factory=threading.Event)
    hosts: Backoff[str] = field(init=False)
    _canceled: dict[str, threading.Event] = field(default_factory=dict)
    _answered: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.hosts = Backoff(self.slowness, first_pause=FIRST_FILE_PAUSE)

    def cancellation(self, job_id: str) -> threading.Event:
        """The event that stops the work on one job."""
        return self._canceled.setdefault(job_id, threading.Event())

    def look_online(self) -> None:
        """Take in Blender's online access setting."""
        self.is_online = self.journal.has_online_access()

    def check(self, job_id: str) -> None:
        """Raise `Canceled` when the work on this job is to stop: canceled, going offline, or the worker ends.

        Costs next to nothing: it is called for every block of every transfer.
        """
        if self.quitting.is_set() or not self.is_online or self.cancellation(job_id).is_set():
            raise Canceled()

    def sleep(self, job_id: str, seconds: float) -> None:
        """Wait, and raise `Canceled` as soon as the job is to stop."""
        deadline = time.monotonic() + seconds * self.slowness
        while (left := deadline - time.monotonic()) > 0:
            self.check(job_id)
            self.quitting.wait(min(left, 0.2))
        self.check(job_id)

    def client(self, api_url: str, *, job_id: str = "") -> Client:
        """The service at an address, with the key that belongs to it. Raises `WrongKey` when there is none."""
        key = find_key(self.home.credentials, api_url, session_url=self.session_url)
        if not key:
            raise NoKey()
        return Client(
            api_url,
            key,
            sleep=lambda seconds: self.sleep(job_id, seconds),
            failed=lambda error, began: self.hosts.failed(authority_of(api_url), error, began=began),
            succeeded=lambda: self._note_answer(api_url),
        )

    def is_host_closed(self, url: str) -> bool:
        """True while the host of an address is to be left alone."""
        return self.hosts.is_closed(authority_of(url))

    @contextmanager
    def transfer(self, url: str) -> Iterator[None]:
        """Note for its host how the transfer from or to an address in here ends."""
        began = time.monotonic()
        try:
            yield
        except RenderjuiceError as error:
            if passes_by_itself(error):
                self.hosts.failed(authority_of(url), error, began=began)
            raise
        self._note_answer(authority_of(url))

    def has_answered(self, place: str) -> bool:
        """True when anybody has ever answered there, as far as the journal knows.

        A place is the service's address, or the host and port of a transfer.
        """
        return place in self._answered or bool(self.journal.setting(_answered(place)))

    def _note_answer(self, place: str) -> None:
        self.hosts.succeeded(authority_of(place) if "://" in place else place)
        if place not in self._answered:
            # another answer comes when the journal is held
            with suppress(JournalError):
                self.journal.set_setting(_answered(place), "1")
                self._answered.add(place)

    def packing_progress(self, job: JobRecord) -> Callable[[int, int], None]:
        """As `progress`, for work on this computer only, which goes on without online access."""
        return self._progress(job, self.check_here)

    def progress(self, job: JobRecord) -> Callable[[int, int], None]:
        """A callback for bytes done and bytes in all, which writes them down and also says when to stop."""
        return self._progress(job, self.check)

    def check_here(self, job_id: str) -> None:
        """As `check`, for work that needs no network."""
        if self.quitting.is_set() or self.cancellation(job_id).is_set():
            raise Canceled()

    def _progress(self, job: JobRecord, check: Callable[[str], None]) -> Callable[[int, int], None]:
        last = 0.0

        def note(done: int, total: int) -> None:
            nonlocal last
            check(job.id)
            now = time.monotonic()
            if done < total and now - last < PROGRESS_INTERVAL:
                return
            last = now
            # what comes through has a connection
            self.journal.move(job, bytes_done=done, bytes_total=total, trouble="")

        return note


def _answered(place: str) -> str:
    return f"{Setting.ANSWERED} {place}"


class NoKey(WrongKey):
    """There is no API key for the service's address."""

    default_message = Message("There is no API key for Renderjuice.")
    next_step = Message("Enter it in the add-on's preferences, and retry.")
