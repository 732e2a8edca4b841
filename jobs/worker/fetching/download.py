# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings the finished frames: in parallel, each to a part file beside its place, checked, and then renamed."""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from ....api import storage
from ....api.errors import Canceled, DownloadURLExpired
from ....api.models import Downloads
from ... import frame_names, output_names
from ...journal.errors import JournalBusy, Overtaken
from ...records import SENDING_STAGES, JobRecord, OutputRecord
from ..context import Context
from ..failures import DamagedFile
from ..patience import (
    FILE_TRIES,
    FIRST_FILE_PAUSE,
    UNANSWERED_FILE_TRIES,
    Backoff,
    is_no_connection,
    is_waited_out,
)
from .byte_count import ByteCount
from .fetch import Batch, Collected, Fetch, HostClosed
from .output_folder import make_output_folder, target_of
from .placing import place_file, recover

logger = logging.getLogger(__name__)

TRANSFERS_AT_ONCE = 16
"""Transfers at once: what curl and browsers take for polite, and enough to hide 50 ms of latency a frame."""
COUNT_INTERVAL, COUNT_REST = 0.25, 10
"""Seconds between two counts of what arrived, and how many times as long as it took the next one waits at least."""
RESUMABLE_BYTES = 8 * 1024 * 1024
"""From this size on it is worth a write to the journal to be able to go on with a part after an interruption."""


class Downloader:
    """The transfers of all jobs, sharing connections. Its methods are called by one thread."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._session = storage.open_session(TRANSFERS_AT_ONCE)
        self._pool = ThreadPoolExecutor(TRANSFERS_AT_ONCE, thread_name_prefix="download")
        self._running: dict[str, dict[str, tuple[Fetch, Future[None]]]] = defaultdict(dict)
        self._waiting: dict[str, dict[str, Fetch]] = defaultdict(dict)
        # of each job's files, by their names
        self._backoffs: dict[str, Backoff[str]] = defaultdict(
            lambda: Backoff[str](context.slowness, first_pause=FIRST_FILE_PAUSE)
        )
        self._recovered: set[str] = set()
        self._next_count: dict[str, float] = defaultdict(float)
        self._uncounted: set[str] = set()
        self._byte_counts: dict[str, ByteCount] = {}
        self._noted: dict[str, int] = {}

    def close(self) -> None:
        """Wait until the running transfers have stopped, and give the connections back."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._session.close()

    def is_busy(self, job_id: str) -> bool:
        """True while a file of the job is on its way, or waits to be tried again."""
        return self.is_fetching(job_id) or bool(self._waiting.get(job_id))

    def is_fetching(self, job_id: str) -> bool:
        """True while a file of the job is on its way."""
        return bool(self._running.get(job_id))

    def busy_jobs(self) -> tuple[str, ...]:
        """The jobs of which a file is on its way, or waits to be tried again."""
        return tuple(job_id for job_id in {*self._running, *self._waiting} if self.is_busy(job_id))

    def hurry(self) -> None:
        """Forget all pauses and failures, and what waits: the next listing names it, and where it goes, anew."""
        self._backoffs.clear()
        self._waiting.clear()

    def stop(self, job_id: str) -> None:
        """Take back what only waits for its turn; what runs notices the job's cancellation by itself."""
        running = self._running[job_id]
        for name in [name for name, (_, future) in running.items() if future.cancel()]:
            del running[name]
        for fetch in self._waiting.pop(job_id, {}).values():
            with suppress(OSError):
                fetch.part.unlink(missing_ok=True)

    def enqueue(self, job: JobRecord, downloads: Downloads, last: Iterable[str] = ()) -> JobRecord:
        """Start fetching every listed file that was not fetched yet, the names in `last` after all others.

        Gives the job after it. Raises `OSError` when there is no output folder to be had.
        """
        known = self._known(job)
        running, waiting = self._running[job.id], self._waiting[job.id]
        byte_count = self._byte_counts.setdefault(job.id, ByteCount())
        byte_count.begin({name: record.size for name, record in known.items()})
        placed = {record.source: name for name, record in known.items()}
        placed |= {fetch.place.source: name for name, (fetch, _) in running.items()}
        placed |= {fetch.place.source: name for name, fetch in waiting.items()}
        all_places = output_names.plan(downloads, placed)
        places = [place for place in all_places if place.name not in known]
        if places:
            is_first = not known and not job.frames_downloaded and not self.is_busy(job.id)
            job = make_output_folder(self._context, job, places, known, self.busy_jobs() if is_first else None)
        listed = frame_names.count_frames(job.frames, all_places)
        if listed != job.frames_listed:
            job = self._context.journal.move(job, frames_listed=listed)
        batch = Batch()
        doubtful = set(last)
        for place in sorted(places, key=lambda place: place.name in doubtful):
            if place.name in waiting:
                # its pause goes on, with the address of now
                waiting[place.name] = replace(waiting[place.name], place=place, batch=batch)
            elif place.name not in running:
                self._begin(Fetch(job.id, place, target_of(self._context, job, place.name), batch, byte_count))
        return job

    def _begin(self, fetch: Fetch) -> None:
        self._running[fetch.job_id][fetch.place.name] = fetch, self._pool.submit(self._fetch, fetch)

    def collect(self, job_id: str, *, is_delivered: bool = True) -> Collected:
        """Take in what has ended, count what is here, and try again what is due.

        A job that is delivered no more has nothing tried again.
        """
        collected = Collected()
        running = self._running[job_id]
        ended = [running.pop(name) for name in [name for name, (_, future) in running.items() if future.done()]]
        for fetch, future in ended:
            if future.exception() is None:
                collected.arrived += 1
                fetch.batch.arrived += 1
                self._backoffs[fetch.job_id].forget(fetch.place.name)
        for fetch, future in ended:
            error = future.exception()
            if isinstance(error, DownloadURLExpired) and fetch.batch.arrived:
                logger.info("an address of job %s has expired", job_id)
                collected.to_ask_again += 1
            elif isinstance(error, (Canceled, Overtaken)):
                collected.to_ask_again += 1
            elif isinstance(error, HostClosed):
                self._waiting[job_id][fetch.place.name] = fetch
            elif error is not None:
                logger.info("file %s of job %s: %s", fetch.place.name, job_id, error)
                self._take_in(fetch, error, collected)
        if is_delivered:
            self._try_again(job_id, collected)
        else:
            self._waiting.pop(job_id, None)
        if collected.arrived:
            self._uncounted.add(job_id)
        byte_count = self._byte_counts.get(job_id)
        if job_id in self._uncounted or (byte_count and byte_count.bytes != self._noted.get(job_id)):
            # a journal that is held now is written the next time
            with suppress(JournalBusy):
                self._count(job_id, byte_count)
        return collected

    def _take_in(self, fetch: Fetch, error: BaseException, collected: Collected) -> None:
        """Have a file that did not come wait for its next try, or tell why there is none."""
        backoff, name = self._backoffs[fetch.job_id], fetch.place.name
        is_expired = isinstance(error, DownloadURLExpired)
        failures, has_answered = backoff.counted(name) + 1, self._context.has_answered(fetch.authority)
        tries = FILE_TRIES if has_answered or not is_no_connection(error) else UNANSWERED_FILE_TRIES
        if not is_expired and is_waited_out(error, failures, tries, has_answered=has_answered):
            backoff.failed(name, error)
            self._waiting[fetch.job_id][name] = fetch
            collected.trouble = error
        else:
            backoff.forget(name)
            collected.errors[name] = error

    def _try_again(self, job_id: str, collected: Collected) -> None:
        """Ask for the files whose pause is over."""
        waiting = self._waiting[job_id]
        if waiting and self._is_stopped(job_id):
            collected.to_ask_again += len(waiting)
            waiting.clear()
        # what failed together is tried again together, once the host's pause is over
        authorities = {fetch.authority for fetch in waiting.values()}
        due = {authority for authority in authorities if self._context.hosts.is_due(authority)}
        for name, fetch in list(waiting.items()):
            if fetch.authority in due and self._backoffs[job_id].is_due(name):
                del waiting[name]
                self._begin(fetch)

    def _is_stopped(self, job_id: str) -> bool:
        context = self._context
        return context.quitting.is_set() or not context.is_online or context.cancellation(job_id).is_set()

    def forget(self, job_id: str) -> None:
        """Drop what is kept in memory of a job that is delivered no more."""
        self._backoffs.pop(job_id, None)
        self._waiting.pop(job_id, None)
        self._byte_counts.pop(job_id, None)
        self._noted.pop(job_id, None)

    def _count(self, job_id: str, byte_count: ByteCount | None) -> None:
        """Write down how much is here, not more often than a panel is worth redrawing."""
        begun = time.monotonic()
        if self._running[job_id] and begun < self._next_count[job_id]:
            return
        changes: dict[str, int] = {}
        journal = self._context.journal
        with suppress(KeyError):
            if job_id in self._uncounted:
                outputs_here = journal.outputs(job_id).values()
                changes["frames_downloaded"] = frame_names.count_frames(journal.job(job_id).frames, outputs_here)
            with journal.together():
                job = journal.job(job_id)
                # of a job that is on its way to the farm again, these are the bytes that are sent
                if byte_count and job.stage not in SENDING_STAGES:
                    self._noted[job_id] = byte_count.bytes
                    if job.bytes_done != self._noted[job_id]:
                        changes |= {"bytes_done": self._noted[job_id], "bytes_total": 0}
                if changes:
                    journal.update(job_id, **changes)
            self._uncounted.discard(job_id)
        ended = time.monotonic()
        self._next_count[job_id] = ended + max(COUNT_INTERVAL, COUNT_REST * (ended - begun))

    def _known(self, job: JobRecord) -> dict[str, OutputRecord]:
        """What was fetched before. A worker that is new to the job first ends what another was killed at."""
        known = self._context.journal.outputs(job.id)
        if job.id not in self._recovered:
            undone = [name for name, record in known.items() if not recover(record)]
            self._context.journal.forget_outputs(job.id, undone)
            known = {name: record for name, record in known.items() if name not in undone}
            self._recovered.add(job.id)
        return known

    def _fetch(self, fetch: Fetch) -> None:
        """Bring one file. Runs in a thread of the pool.

        Raises `HostClosed`, `RenderjuiceError`, `OSError` or `Overtaken`.
        """
        if self._context.hosts.is_closed(fetch.authority):
            raise HostClosed
        try:
            with self._context.transfer(fetch.place.file.url):
                self._bring(fetch)
        except BaseException as error:
            is_canceled = isinstance(error, Canceled) and self._context.cancellation(fetch.job_id).is_set()
            if is_canceled or isinstance(error, Overtaken):
                fetch.part.unlink(missing_ok=True)
            fetch.byte_count.come(fetch.place.name, _size(fetch.part))
            if isinstance(error, OSError):
                # a disk that is full does not tell which
                error.filename = error.filename or str(fetch.target.parent)
            raise

    def _bring(self, fetch: Fetch) -> None:
        context, job_id, name, part = self._context, fetch.job_id, fetch.place.name, fetch.part
        context.check(job_id)
        if fetch.batch.expired.is_set():
            raise DownloadURLExpired()
        fetch.target.parent.mkdir(parents=True, exist_ok=True)
        etag = context.journal.part_etag(job_id, name) if part.exists() else None

        def came(size: int) -> None:
            fetch.byte_count.come(name, size)
            context.check(job_id)

        def started(new_etag: str | None, size: int | None) -> None:
            if etag or size is None or size >= RESUMABLE_BYTES:
                context.journal.set_part_etag(job_id, name, new_etag)

        try:
            arrived = storage.download(
                fetch.place.file.url,
                part,
                etag=etag,
                started=started,
                session=self._session,
                progress=came,
            )
        except DownloadURLExpired:
            fetch.batch.expired.set()
            raise
        damage = output_names.damage(part, fetch.target.suffix)
        if damage:
            part.unlink()
            raise DamagedFile(name, damage)
        modified = part.stat().st_mtime_ns
        # written down before it happens: a worker that is killed in between leaves a part that the next one places
        record = OutputRecord(job_id, name, fetch.target, arrived.size, modified, fetch.place.source)
        context.journal.add_output(record)
        try:
            place_file(part, fetch.target)
        except OSError:
            context.journal.forget_outputs(job_id, [name])
            raise
        fetch.byte_count.arrive(name, arrived.size)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
