# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings the finished frames: in parallel, each to a part file beside its place, checked, and then renamed."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..api import storage
from ..api.errors import Canceled, DownloadURLExpired, RenderjuiceError
from ..api.models import Downloads, OutputFile
from . import outputs
from .context import Context
from .records import JobRecord, OutputRecord

logger = logging.getLogger(__name__)

PARALLEL = 16
"""Transfers at once: what curl and browsers take for polite, and enough to hide 50 ms of latency a frame."""
ATTEMPTS = 4
"""Tries for one file, each with a fresh listing of its address."""


class DamagedFile(RenderjuiceError):
    """A file arrived whole by its length, and is not what its name says."""

    next_step = "Retry to fetch it again; if it stays so, the farm rendered it badly."

    def __init__(self, name: str, damage: str) -> None:
        super().__init__(f"The file {name} arrived damaged: {damage}.", detail=damage)


@dataclass(frozen=True)
class Fetch:
    """One file on its way: where it is to lie, and the address that it comes from."""

    job_id: str
    name: str
    target: Path
    file: OutputFile

    @property
    def part(self) -> Path:
        """The unfinished file: beside its place, hidden, and named so that no other job's can be meant."""
        return self.target.with_name(f".{self.target.name}.{self.job_id[:8]}.part")


class Downloader:
    """The transfers of all jobs, sharing connections. Its methods are called by one thread."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._session = storage.open_session(PARALLEL)
        self._pool = ThreadPoolExecutor(PARALLEL, thread_name_prefix="download")
        self._running: dict[str, dict[str, Future[None]]] = {}
        self._failures: dict[tuple[str, str], int] = {}

    def close(self) -> None:
        """Wait until the running transfers have stopped, and give the connections back."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._session.close()

    def is_busy(self, job_id: str) -> bool:
        """True while a file of the job is on its way."""
        return bool(self._running.get(job_id))

    def enqueue(self, job: JobRecord, downloads: Downloads) -> JobRecord:
        """Start fetching every listed file that is not here yet; gives the job after it."""
        places = outputs.plan(downloads)
        known = self._context.journal.outputs(job.id)
        job = self._settle_folder(job, places, known)
        listed = outputs.frames_listed(downloads)
        if listed != job.frames_listed:
            job = self._context.journal.update(job.id, frames_listed=listed)
        running = self._running.setdefault(job.id, {})
        for name, file in places.items():
            target = self._target(job, name, known.get(name))
            if name in running or outputs.is_ours(target, known.get(name)):
                continue
            fetch = Fetch(job.id, name, target, file)
            running[name] = self._pool.submit(self._fetch, fetch, known.get(name))
        return job

    def collect(self, job_id: str) -> RenderjuiceError | OSError | None:
        """Take in what has ended. Gives the error of a file that was tried often enough; until then it is tried again
        with the next listing."""
        final: RenderjuiceError | OSError | None = None
        running = self._running.get(job_id, {})
        ended = [name for name, future in running.items() if future.done()]
        if ended:
            count = outputs.count_frames(self._context.journal.outputs(job_id))
            self._context.journal.update(job_id, frames_downloaded=count)
        for name in ended:
            error = running.pop(name).exception()
            if error is None:
                self._failures.pop((job_id, name), None)
                continue
            if isinstance(error, Canceled):
                continue
            logger.info("file %s of job %s: %s", name, job_id, error)
            if not isinstance(error, (RenderjuiceError, OSError)):
                raise error
            tries = self._failures[job_id, name] = self._failures.get((job_id, name), 0) + 1
            again = isinstance(error, (DownloadURLExpired, DamagedFile, FileExistsError)) or getattr(error, "transient", False)
            if not again or tries >= ATTEMPTS:
                final = error
        return final

    def forget_failures(self, job_id: str) -> None:
        """Begin to count tries anew, for a retry."""
        self._failures = {key: tries for key, tries in self._failures.items() if key[0] != job_id}

    def _settle_folder(self, job: JobRecord, places: Iterable[str], known: Mapping[str, OutputRecord]) -> JobRecord:
        """Make the output folder. When it holds files of these names already, the job gets a folder of its own."""
        names = list(places)
        if names and not known:
            frame_names = [name for name in names if "/" not in name]
            names += outputs.expected_names(frame_names[0], job.frames) if frame_names else ()
            taken = outputs.conflicts(job.output_dir, names, known)
            if taken:
                folder = own_folder(job)
                note = f"{job.output_dir} already holds {taken[0]}, which is not this job's: the frames are in {folder}."
                self._context.journal.add_note(job.id, note)
                job = self._context.journal.update(job.id, output_dir=folder)
        job.output_dir.mkdir(parents=True, exist_ok=True)
        return job

    def _target(self, job: JobRecord, name: str, known: OutputRecord | None) -> Path:
        """Where a file goes: its place in the output folder, or in the job's own folder when that place is taken."""
        target = job.output_dir / name
        if not os.path.lexists(target) or outputs.is_ours(target, known):
            return target
        own = own_folder(job) / name
        note = f"{target} is not this job's: the farm's file of that name is {own}."
        self._context.journal.add_note(job.id, note)
        return own

    def _fetch(self, fetch: Fetch, known: OutputRecord | None) -> None:
        """Bring one file. Runs in a thread of the pool. Raises `RenderjuiceError` or `OSError`."""
        context = self._context
        context.check(fetch.job_id)
        fetch.target.parent.mkdir(parents=True, exist_ok=True)
        part = fetch.part
        arrived = storage.download(
            fetch.file.url,
            part,
            etag=context.journal.part_etag(fetch.job_id, fetch.name),
            started=lambda etag, _size: context.journal.set_part_etag(fetch.job_id, fetch.name, etag),
            session=self._session,
            progress=lambda _done: context.check(fetch.job_id),
        )
        damage = outputs.damage(part, fetch.target.suffix)
        if damage:
            part.unlink()
            raise DamagedFile(fetch.name, damage)
        status = part.stat()
        place_file(part, fetch.target, replace=outputs.is_ours(fetch.target, known))
        context.journal.add_output(
            OutputRecord(fetch.job_id, fetch.name, fetch.target, arrived.size, status.st_mtime_ns)
        )


def own_folder(job: JobRecord) -> Path:
    """A folder inside the output folder that no other job uses."""
    return job.output_dir / f"{outputs.safe_name(job.name)}-{job.id[:8]}"


def place_file(part: Path, target: Path, *, replace: bool) -> None:
    """Give a finished part its name. Never over a file that is there, unless `replace` says that it is ours.

    Raises `FileExistsError` when such a file appeared meanwhile.
    """
    if not replace and os.name == "posix":
        # a hard link is refused when the name is taken, without a moment between looking and acting
        try:
            os.link(part, target)
        except FileExistsError:
            raise
        except OSError:
            pass  # a file system without hard links
        else:
            with suppress(OSError):
                part.unlink()
            return
    if not replace and target.exists():
        raise FileExistsError(17, "there is a file of this name that this job did not write", str(target))
    part.replace(target)
