# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings the finished frames: in parallel, each to a part file beside its place, checked, and then renamed."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from ....api import storage
from ....api.errors import Canceled, DownloadURLExpired
from ....api.models import Downloads
from ... import frame_names, output_names
from ...journal.journal import Overtaken
from ...output_names import Place
from ...records import SENDING_STAGES, JobRecord, OutputRecord
from ..context import Context
from ..failures import DamagedFile
from .byte_count import Tally
from .placing import own_folder, part_of, place_file, recover, would_mix

logger = logging.getLogger(__name__)

PARALLEL = 16
"""Transfers at once: what curl and browsers take for polite, and enough to hide 50 ms of latency a frame."""
COUNT_INTERVAL, COUNT_REST = 0.25, 10
"""Seconds between two counts of what arrived, and how many times as long as it took the next one waits at least."""
RESUMABLE_BYTES = 8 * 1024 * 1024
"""From this size on it is worth a write to the journal to be able to go on with a part after an interruption."""


@dataclass
class Batch:
    """The files of one listing. Once one address has expired, the others are not worth trying."""

    expired: threading.Event = field(default_factory=threading.Event)
    arrived: int = 0


@dataclass(frozen=True)
class Fetch:
    """One file on its way: where it is to lie, and the address that it comes from."""

    job_id: str
    place: Place
    target: Path
    batch: Batch
    tally: Tally

    @property
    def part(self) -> Path:
        """The unfinished file."""
        return part_of(self.target, self.job_id)


@dataclass
class Collected:
    """What ended since the last look: how many files arrived, and the errors of those that did not.

    `to_ask_again` counts those that did not arrive and have nothing to be blamed for.
    """

    arrived: int = 0
    to_ask_again: int = 0
    errors: dict[str, BaseException] = field(default_factory=dict)


class Downloader:
    """The transfers of all jobs, sharing connections. Its methods are called by one thread."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._session = storage.open_session(PARALLEL)
        self._pool = ThreadPoolExecutor(PARALLEL, thread_name_prefix="download")
        self._running: dict[str, dict[str, tuple[Fetch, Future[None]]]] = defaultdict(dict)
        self._recovered: set[str] = set()
        self._next_count: dict[str, float] = defaultdict(float)
        self._uncounted: set[str] = set()
        self._tallies: dict[str, Tally] = {}
        self._noted: dict[str, int] = {}

    def close(self) -> None:
        """Wait until the running transfers have stopped, and give the connections back."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._session.close()

    def is_busy(self, job_id: str) -> bool:
        """True while a file of the job is on its way."""
        return bool(self._running.get(job_id))

    def busy_jobs(self) -> tuple[str, ...]:
        """The jobs of which a file is on its way."""
        return tuple(job_id for job_id, running in self._running.items() if running)

    def stop(self, job_id: str) -> None:
        """Take back what only waits for its turn; what runs notices the job's cancellation by itself."""
        running = self._running[job_id]
        for name in [name for name, (_, future) in running.items() if future.cancel()]:
            del running[name]

    def enqueue(self, job: JobRecord, downloads: Downloads, last: Iterable[str] = ()) -> JobRecord:
        """Start fetching every listed file that was not fetched yet, the names in `last` after all others.

        Gives the job after it. Raises `OSError` when there is no output folder to be had.
        """
        known = self._known(job)
        running = self._running[job.id]
        tally = self._tallies.setdefault(job.id, Tally())
        tally.begin({name: record.size for name, record in known.items()})
        placed = {record.source: name for name, record in known.items()}
        placed |= {fetch.place.source: name for name, (fetch, _) in running.items()}
        all_places = output_names.plan(downloads, placed)
        places = [place for place in all_places if place.name not in known]
        job = self._settle_folder(job, places, known)
        listed = frame_names.count_frames(job.frames, all_places)
        if listed != job.frames_listed:
            job = self._context.journal.move(job, frames_listed=listed)
        batch = Batch()
        doubtful = set(last)
        for place in sorted(places, key=lambda place: place.name in doubtful):
            if place.name not in running:
                fetch = Fetch(job.id, place, self._target(job, place.name), batch, tally)
                running[place.name] = fetch, self._pool.submit(self._fetch, fetch)
        return job

    def collect(self, job_id: str) -> Collected:
        """Take in what has ended, and count what is here."""
        collected = Collected()
        running = self._running[job_id]
        ended = [running.pop(name) for name in [name for name, (_, future) in running.items() if future.done()]]
        for fetch, future in ended:
            if future.exception() is None:
                collected.arrived += 1
                fetch.batch.arrived += 1
        for fetch, future in ended:
            error = future.exception()
            if isinstance(error, DownloadURLExpired) and fetch.batch.arrived:
                logger.info("an address of job %s has expired", job_id)
                collected.to_ask_again += 1
            elif isinstance(error, (Canceled, Overtaken)):
                collected.to_ask_again += 1
            elif error is not None:
                logger.info("file %s of job %s: %s", fetch.place.name, job_id, error)
                collected.errors[fetch.place.name] = error
        if collected.arrived:
            self._uncounted.add(job_id)
        tally = self._tallies.get(job_id)
        if job_id in self._uncounted or (tally and tally.bytes != self._noted.get(job_id)):
            self._count(job_id, tally)
        return collected

    def forget(self, job_id: str) -> None:
        """Drop what is kept in memory of a job that is delivered no more."""
        self._tallies.pop(job_id, None)
        self._noted.pop(job_id, None)

    def _count(self, job_id: str, tally: Tally | None) -> None:
        """Write down how much is here, not more often than a panel is worth redrawing."""
        begun = time.monotonic()
        if self._running[job_id] and begun < self._next_count[job_id]:
            return
        changes: dict[str, int] = {}
        journal = self._context.journal
        with suppress(KeyError):
            if job_id in self._uncounted:
                self._uncounted.discard(job_id)
                outputs_here = journal.outputs(job_id).values()
                changes["frames_downloaded"] = frame_names.count_frames(journal.job(job_id).frames, outputs_here)
            with journal.together():
                job = journal.job(job_id)
                # of a job that is on its way to the farm again, these are the bytes that are sent
                if tally and job.stage not in SENDING_STAGES:
                    self._noted[job_id] = tally.bytes
                    if job.bytes_done != self._noted[job_id]:
                        changes |= {"bytes_done": self._noted[job_id], "bytes_total": 0}
                if changes:
                    journal.update(job_id, **changes)
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

    def _settle_folder(self, job: JobRecord, places: Sequence[Place], known: Mapping[str, OutputRecord]) -> JobRecord:
        """Make the output folder. When it is not free for these files, the job gets a folder of its own."""
        is_first = not known and not job.frames_downloaded and not self._running[job.id]
        if places and is_first:
            why = self._why_not_free(job, places, known)
            if why:
                folder = own_folder(job)
                note = f"{why}: the frames are in {folder}."
                job = self._context.journal.move(job, output_dir=folder, notes=[*job.notes, note])
        if places:
            job.output_dir.mkdir(parents=True, exist_ok=True)
        return job

    def _why_not_free(self, job: JobRecord, places: Sequence[Place], known: Mapping[str, OutputRecord]) -> str:
        """Why a job's frames would be mixed with others in its output folder, or ""."""
        names = [*(place.name for place in places), *frame_names.expected_names(job.frames, places)]
        taken = output_names.conflicts(job.output_dir, names, known)
        if taken:
            return f"{job.output_dir} already holds {taken[0]}, which is not this job's"
        is_earlier = True
        for other in self._context.journal.live_jobs():
            if other.id == job.id:
                is_earlier = False
            # a later one that is being fetched was here while this one had ended, before its retry
            elif (is_earlier or self._running.get(other.id)) and would_mix(job, other):
                return f"{job.output_dir} is where the frames of another job go, “{other.name}”"
        return ""

    def _target(self, job: JobRecord, name: str) -> Path:
        """Where a file goes: its place in the output folder, or in the job's own folder when that place is taken."""
        target = job.output_dir / name
        if not os.path.lexists(target):
            return target
        own = own_folder(job) / name
        note = f"Files in {job.output_dir} are not as this job left them: what the farm rendered is in {own.parent}."
        self._context.journal.add_note(job.id, note)
        return own

    def _fetch(self, fetch: Fetch) -> None:
        """Bring one file. Runs in a thread of the pool. Raises `RenderjuiceError`, `OSError` or `Overtaken`."""
        try:
            self._bring(fetch)
        except BaseException as error:
            is_canceled = isinstance(error, Canceled) and self._context.cancellation(fetch.job_id).is_set()
            if is_canceled or isinstance(error, Overtaken):
                fetch.part.unlink(missing_ok=True)
            fetch.tally.come(fetch.place.name, _size(fetch.part))
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
            fetch.tally.come(name, size)
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
        fetch.tally.arrive(name, arrived.size)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
