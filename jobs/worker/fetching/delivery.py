# SPDX-License-Identifier: GPL-3.0-or-later
"""From what the farm lists to a finished job: asks what is there, has it fetched, and closes the job."""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field

from ....api.errors import Canceled, DownloadURLExpired, WrongKey
from ....api.models import Downloads, JobStatus
from ....messages.message import Message
from ... import frame_names
from ...journal.errors import JournalError, Overtaken
from ...records import Failure, FailureKind, JobRecord, Stage
from ..context import Context
from ..failures import ENDED_ON_THE_FARM, RENDER_AGAIN, DamagedFile, give_up, note_trouble
from ..patience import (
    DAMAGED_FILE_TRIES,
    LISTING_FAILURES,
    SECONDS_BETWEEN_LISTINGS,
    SHORTEST_PAUSE,
    UNANSWERED_LISTINGS,
    Backoff,
    is_foreign,
    is_no_connection,
    is_waited_out,
)
from .download import Downloader

logger = logging.getLogger(__name__)

DELIVERED_STAGES = frozenset({Stage.RENDERING, Stage.DOWNLOADING})


@dataclass
class Delivery:
    """What is remembered of one job: the listing on its way, and the files that need a new one.

    `is_complete`: that listing was requested after the farm had ended, so it names every file.
    `is_last`: all files of a complete listing are on their way, and none of them needs a new one.
    `needs_listing`: a file has to be asked for by another address than that of the last listing.
    `tries`: how often each file came damaged, was not at its address, or did not come from a host that never answered.
    """

    remote_id: str
    listing: Future[Downloads] | None = None
    is_complete: bool = False
    is_last: bool = False
    listed_at: int | None = None
    needs_listing: bool = False
    tries: dict[str, int] = field(default_factory=lambda: defaultdict(int))


class Deliverer:
    """The delivery of all jobs. Its methods are called by one thread."""

    def __init__(self, context: Context, callers: Executor) -> None:
        self._context = context
        self._callers = callers
        self._downloader = Downloader(context)
        self._deliveries: dict[str, Delivery] = {}
        self._backoff = Backoff[str](context.slowness)

    def work(self, jobs: Sequence[JobRecord]) -> None:
        """Take in what ended, and take each job as far as it goes. What goes wrong with one is kept from the others."""
        self.collect(jobs)
        delivered = [job for job in jobs if job.stage in DELIVERED_STAGES]
        for job in delivered:
            try:
                self.deliver(job, len(delivered))
            except Overtaken:
                logger.info("job %s was overtaken", job.id)
            except JournalError:
                raise
            except Exception as error:
                give_up(self._context, job, error)

    def close(self) -> None:
        """Wait until the running transfers have stopped."""
        self._downloader.close()

    def is_busy(self, job_id: str) -> bool:
        """True while a file of the job is on its way."""
        return self._downloader.is_busy(job_id)

    def stop(self, job_id: str) -> None:
        """Begin nothing more for a job that is canceled."""
        self._downloader.stop(job_id)

    def hurry(self) -> None:
        """Forget all pauses and all failures."""
        self._deliveries.clear()
        self._backoff.forget()
        self._downloader.hurry()

    def collect(self, jobs: Sequence[JobRecord]) -> None:
        """Take in what ended of jobs that are delivered no more."""
        delivered = {job.id for job in jobs if job.stage in DELIVERED_STAGES}
        for job_id in self._downloader.busy_jobs():
            if job_id not in delivered:
                self._downloader.collect(job_id, is_delivered=False)
        for job_id in self._deliveries.keys() - delivered:
            del self._deliveries[job_id]
            self._backoff.forget(job_id)
            self._downloader.forget(job_id)

    def deliver(self, job: JobRecord, jobs_in_all: int) -> None:
        """Take one job as far as it goes without waiting."""
        delivery = self._deliveries.get(job.id)
        if delivery is None or delivery.remote_id != job.remote_id:
            delivery = self._deliveries[job.id] = Delivery(job.remote_id or "")
        collected = self._downloader.collect(job.id)
        if collected.errors or collected.to_ask_again:
            delivery.is_last, delivery.needs_listing = False, True
        for name, error in collected.errors.items():
            if not self._may_pass(job, delivery, name, error):
                give_up(self._context, job, error)
                return
        if collected.trouble is not None:
            note_trouble(self._context, [job], collected.trouble)
        elif collected.arrived and job.trouble and job.stage is Stage.DOWNLOADING:
            job = self._context.journal.move(job, trouble="")
        if self._context.cancellation(job.id).is_set() or not self._context.is_online:
            return
        if delivery.listing is not None:
            if delivery.listing.done():
                listing, delivery.listing = delivery.listing, None
                self._finish_listing(job, delivery, listing, jobs_in_all)
        elif self._downloader.is_fetching(job.id):
            return
        elif delivery.is_last and job.stage is Stage.DOWNLOADING:
            if not self._downloader.is_busy(job.id):
                finish(self._context, job)
        elif self._is_due(job, delivery) and not self._context.is_host_closed(job.api_url):
            delivery.is_complete = job.stage is Stage.DOWNLOADING
            delivery.listing = self._callers.submit(self._list, job)

    def _is_due(self, job: JobRecord, delivery: Delivery) -> bool:
        """Whether it is time to ask again. While the farm counts its frames, only a new count is worth a question."""
        if job.stage is Stage.DOWNLOADING and not delivery.is_complete:
            return True
        if job.stage is Stage.RENDERING and (job.frames_rendered == 0 or job.frames_rendered == delivery.listed_at):
            has_news = job.frames_rendered is None or delivery.needs_listing
            return has_news and self._backoff.is_due(job.id)
        return self._backoff.is_due(job.id)

    def _list(self, job: JobRecord) -> Downloads:
        with self._context.client(job.api_url, job_id=job.id) as client:
            return client.downloads(job.remote_id or "")

    def _finish_listing(self, job: JobRecord, delivery: Delivery, listing: Future[Downloads], jobs_in_all: int) -> None:
        error = listing.exception()
        if error is not None:
            if is_no_connection(error):
                # what did not come meanwhile says nothing about its host
                delivery.tries.clear()
            self._take_in_refusal(job, error)
            return
        delivery.needs_listing = False
        before = job.frames_listed
        job = self._downloader.enqueue(job, listing.result(), last=delivery.tries)
        is_fetching = self._downloader.is_busy(job.id)
        if job.frames_listed >= (job.frames_rendered or 0):
            delivery.listed_at = job.frames_rendered
        is_news = is_fetching or job.frames_listed != before
        self._backoff.paced(job.id, changed=is_news, at_least=SECONDS_BETWEEN_LISTINGS * jobs_in_all)
        if job.trouble and job.stage is Stage.DOWNLOADING:
            job = self._context.journal.move(job, trouble="")
        delivery.is_last = delivery.is_complete
        if delivery.is_last and not is_fetching:
            finish(self._context, job)

    def _take_in_refusal(self, job: JobRecord, error: BaseException) -> None:
        """A listing that did not come: waited for, unless nothing else can come any more."""
        if isinstance(error, Canceled):
            return
        logger.info("listing of job %s: %s", job.id, error)
        self._backoff.failed(job.id, error)
        has_files_to_come = self._downloader.is_busy(job.id)
        failures, has_answered = self._backoff.counted(job.id), self._context.has_answered(job.api_url)
        if is_waited_out(error, failures, LISTING_FAILURES, has_answered=has_answered) or has_files_to_come:
            note_trouble(self._context, [job], error)
        elif job.status in ENDED_ON_THE_FARM:
            finish(self._context, job)
        elif job.stage is Stage.DOWNLOADING or isinstance(error, WrongKey):
            give_up(self._context, job, error)

    def _may_pass(self, job: JobRecord, delivery: Delivery, name: str, error: BaseException) -> bool:
        """Whether a file that did not come is asked for by a new listing. A login page is not counted as a try.

        A listing also tells whether only the host of the files is silent, which may be for ever, or the whole network.
        """
        delivery.tries[name] += not is_foreign(error)
        self._backoff.pause(job.id, SHORTEST_PAUSE)
        if is_no_connection(error):
            return delivery.tries[name] < UNANSWERED_LISTINGS
        needs_listing = isinstance(error, (DownloadURLExpired, DamagedFile, FileExistsError))
        return needs_listing and delivery.tries[name] < DAMAGED_FILE_TRIES


def finish(context: Context, job: JobRecord) -> None:
    """Close a job whose listed files have all arrived: done, or ended with what the farm or the frames say.

    Raises `KeyError` when the job was removed, and `Overtaken`.
    """
    job = context.journal.job(job.id)
    was_done = job.done is not None
    files = context.journal.outputs(job.id).values()
    missing = frame_names.missing_frames(job.frames, files)
    if missing and job.status in ENDED_ON_THE_FARM and job.failure is not None:
        stage = Stage.CANCELED if job.status == JobStatus.CANCELED else Stage.FAILED
        context.journal.move(job, stage=Stage.DONE if was_done else stage, trouble="")
    elif missing:
        shown = ", ".join(str(frame) for frame in missing[:5]) + (", …" if len(missing) > 5 else "")
        delivered, wanted = len(job.frames) - len(missing), len(job.frames)
        message = Message("Renderjuice delivered {} of {} frames; missing: {}.", delivered, wanted, shown)
        next_step = RENDER_AGAIN if was_done else Message("Retry to render the missing ones.")
        failure = Failure(FailureKind.FRAMES_MISSING, message, next_step, "", Stage.DOWNLOADING)
        context.journal.move(job, stage=Stage.DONE if was_done else Stage.FAILED, failure=failure, trouble="")
    else:
        notes = list(job.notes)
        is_told = len(job.frames) == 1 or len(frame_names.frames_told(job.frames, files)) == len(job.frames)
        note = Message(
            "The frames' names do not tell their numbers; {} files arrived, as many as were asked for.",
            len(frame_names.frame_files(files)),
        )
        if not is_told and note not in notes:
            notes.append(note)
        if job.status in ENDED_ON_THE_FARM and job.failure is not None:
            notes.append(Message("Every frame is here, although: {}", job.failure.message))
        # first, so that a worker that dies in between leaves a job that is finished once more, and never a package
        context.home.discard_submission(job.id)
        done = job.done if was_done else time.time()
        context.journal.move(job, stage=Stage.DONE, done=done, failure=None, trouble="", notes=notes)
