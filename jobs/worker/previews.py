# SPDX-License-Identifier: GPL-3.0-or-later
"""The farm's thumbnails of running jobs, fetched while polling and checked before anybody is shown them.

A thumbnail is a nicety: whatever goes wrong with it is a line in the log and nothing else. Its address carries a token,
and is kept in memory only.
"""

from __future__ import annotations

import filecmp
import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from ...api import storage
from ...api.errors import Canceled
from .. import output_names
from ..journal.errors import JournalError
from ..records import JobRecord
from .context import Context
from .patience import PREVIEW_TRIES, Backoff

logger = logging.getLogger(__name__)

MAX_PREVIEW_BYTES = 8 * 1024 * 1024
PREVIEWS_AT_ONCE = 2
"""Of the threads that also ask the service; the others stay free for that."""
PREVIEW_SUFFIXES = (".png", ".jpg", ".webp")
"""What a thumbnail may be, told by its bytes; its name does not count."""

See = Callable[[str, str | None], None]
"""Told the id of a job here, and the address of its thumbnail as the farm has just given it."""


class NoThumbnail(Exception):
    """What came is no thumbnail; the text says why."""


@dataclass
class Wanted:
    """The thumbnail of one job: its address of now, and how its fetching goes."""

    url: str = field(repr=False)
    is_settled: bool = False


class Previews:
    """The thumbnails of all jobs. `see` may be called from any thread, all else is called by one."""

    def __init__(self, context: Context, callers: Executor) -> None:
        self._context = context
        self._callers = callers
        self._lock = threading.Lock()
        self._backoff = Backoff[str](context.slowness)
        self._wanted: dict[str, Wanted] = {}
        self._running: dict[str, tuple[Wanted, Future[None]]] = {}

    def see(self, job_id: str, url: str | None) -> None:
        """Take in the address of a job's thumbnail. One that only has another token is no other thumbnail."""
        if not url:
            return
        with self._lock:
            known = self._wanted.get(job_id)
            if known is not None and _place(known.url) == _place(url):
                known.url = url
            else:
                self._wanted[job_id] = Wanted(url)
                self._backoff.forget(job_id)

    def work(self, _jobs: Sequence[JobRecord]) -> None:
        """Take in what has ended, and begin what is due."""
        self.fetch()

    @property
    def is_fetching(self) -> bool:
        """True while a thumbnail is on its way."""
        return bool(self._running)

    @property
    def is_busy(self) -> bool:
        """True while there is a thumbnail that is still to come."""
        with self._lock:
            return self.is_fetching or not all(wanted.is_settled for wanted in self._wanted.values())

    def hurry(self) -> None:
        """Try again what has not come, at once and as often as at first."""
        with self._lock:
            for job_id, wanted in self._wanted.items():
                if self._backoff.failures(job_id) and job_id not in self._running:
                    self._wanted[job_id] = Wanted(wanted.url)
                    self._backoff.forget(job_id)

    def fetch(self) -> None:
        """Take in what has ended, and begin what is due."""
        for job_id, (wanted, future) in list(self._running.items()):
            if future.done():
                del self._running[job_id]
                self._take_in(job_id, wanted, future.exception())
        with self._lock:
            due = [
                (job_id, wanted)
                for job_id, wanted in self._wanted.items()
                if not wanted.is_settled and job_id not in self._running and self._may_ask(job_id, wanted)
            ]
        if self._context.is_online and not self._context.quitting.is_set():
            for job_id, wanted in due[: PREVIEWS_AT_ONCE - len(self._running)]:
                self._running[job_id] = wanted, self._callers.submit(fetch, self._context, job_id, wanted.url)

    def _may_ask(self, job_id: str, wanted: Wanted) -> bool:
        return self._backoff.is_due(job_id) and not self._context.is_host_closed(wanted.url)

    def _take_in(self, job_id: str, wanted: Wanted, error: BaseException | None) -> None:
        """Note how a fetch ended. Nothing that is logged holds the address."""
        with self._lock:
            # the farm may have made another one meanwhile
            is_current = self._wanted.get(job_id) is wanted
        if error is None:
            wanted.is_settled = True
            if is_current:
                self._backoff.forget(job_id)
        elif not isinstance(error, Canceled):
            if is_current:
                self._backoff.failed(job_id, error)
                wanted.is_settled = self._backoff.failures(job_id) >= PREVIEW_TRIES
            logger.info("no preview of job %s: %s", job_id, _words(error))
        elif self._context.cancellation(job_id).is_set():
            wanted.is_settled = True
        if wanted.is_settled and self._context.journal.find(job_id) is None:
            self._context.home.discard(job_id)


def fetch(context: Context, job_id: str, url: str) -> None:
    """Bring a job's thumbnail and write down where it is. Runs in a thread of a pool.

    Raises `NoThumbnail`, `RenderjuiceError`, `OSError` and `JournalError`.
    """
    part = context.home.previews / f"{job_id}.part"
    try:
        context.home.previews.mkdir(exist_ok=True)
        part.unlink(missing_ok=True)
        _bring(context, job_id, url, part)
        _show(context, job_id, part, _suffix_of(part))
    finally:
        part.unlink(missing_ok=True)


def _bring(context: Context, job_id: str, url: str, part: Path) -> None:
    def started(_etag: str | None, size: int | None) -> None:
        came(size or 0)

    def came(size: int) -> None:
        context.check(job_id)
        if size > MAX_PREVIEW_BYTES:
            raise NoThumbnail(f"it has more than {MAX_PREVIEW_BYTES} bytes")

    context.check(job_id)
    with context.transfer(url):
        storage.download(url, part, started=started, progress=came)


def _suffix_of(part: Path) -> str:
    """The suffix for what the bytes of a file are. Raises `NoThumbnail` when they are none of the pictures we take."""
    damages = {suffix: output_names.damage(part, suffix) for suffix in PREVIEW_SUFFIXES}
    for suffix, damage in damages.items():
        if not damage:
            return suffix
    raise NoThumbnail(f"it is neither PNG nor JPEG nor WebP ({', '.join(damages.values())})")


def _show(context: Context, job_id: str, part: Path, suffix: str) -> None:
    """Give a thumbnail its name, and the job that name. The one before goes when nobody is told of it any more."""
    job = context.journal.find(job_id)
    if job is None or (job.preview and job.preview.is_file() and filecmp.cmp(job.preview, part, shallow=False)):
        return
    before = context.home.previews_of(job_id)
    numbers = [number for path in before if (number := path.stem.rpartition("-")[2]).isdecimal()]
    path = context.home.previews / f"{job_id}-{max(map(int, numbers), default=0) + 1}{suffix}"
    part.replace(path)
    try:
        context.journal.update(job_id, preview=path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    for old in before:
        with suppress(OSError):
            old.unlink()


def _place(url: str) -> str:
    """An address without what changes each time that it is given."""
    return url.partition("#")[0].partition("?")[0]


def _words(error: BaseException) -> str:
    if isinstance(error, (NoThumbnail, JournalError)):
        return str(error)
    # the words of a storage that refuses may be anything
    return " ".join(str(word) for word in (type(error).__name__, getattr(error, "strerror", "")) if word)
