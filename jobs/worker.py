# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker: the one process that packs, sends, follows and fetches, for every Blender of this user.

It reads wishes from the journal and writes states to it, outlives the Blender that started it, and ends by itself
when nothing is left to do. All its state is in the journal: it may be killed at any moment and started again.
"""

from __future__ import annotations

import json
import logging
import time
from collections import defaultdict
from concurrent.futures import Future, ThreadPoolExecutor

from ..api.errors import Canceled, NotFound, Refused, RenderjuiceError, WrongKey
from ..api.models import Downloads, JobStatus
from . import outputs
from .context import Context, failure_of
from .download import Downloader
from .follow import FOLLOWED_STAGES, MOST_FAILED_POLLS, Pace, give_up, note_trouble, poll
from .pipeline import STAGES, find_lost_job
from .records import SENDING_STAGES, Failure, JobRecord, Stage, Wish, WishRecord
from .retry import ENDED_ON_THE_FARM, wish_download, wish_retry

logger = logging.getLogger(__name__)

TICK = 0.1
"""Seconds between two looks at the journal (5 µs each)."""
IDLE_SECONDS = 5.0
"""How long the worker waits for more before it ends."""
SENDERS = 2
"""Jobs that are packed or sent at once: one may pack while another uploads."""
LISTING_PAUSE = 2.0
"""Seconds between two looks at what one job offers for download."""
CANCEL_PAUSE = 5.0
"""Seconds until a cancel that did not reach the service is sent again."""


class Worker:
    """The worker's main loop. Only this thread decides; the others do one thing each and end."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._journal = context.journal
        self._senders = ThreadPoolExecutor(SENDERS, thread_name_prefix="send")
        self._callers = ThreadPoolExecutor(4, thread_name_prefix="call")
        self._downloader = Downloader(context)
        self._sending: dict[str, Future[None]] = {}
        self._canceling: dict[int, Future[bool]] = {}
        self._not_before: dict[object, float] = defaultdict(float)
        self._listings: dict[str, Future[Downloads]] = {}
        self._polls: dict[str, Future[bool]] = {}
        self._paces: dict[str, Pace] = defaultdict(Pace)
        self._busy_until = time.monotonic() + IDLE_SECONDS

    def run(self) -> None:
        """Work until nothing is left to do, or until quitting Blender meant to stop."""
        try:
            while not self._context.quitting.is_set():
                self._grant_wishes()
                jobs = self._journal.live_jobs()
                if self._is_to_stop(jobs):
                    break
                self._send(jobs)
                if self._context.is_online:
                    self._follow(jobs)
                    self._download(jobs)
                if self._retire(jobs):
                    break
                self._context.quitting.wait(TICK)
        finally:
            self._context.quitting.set()
            for pool in (self._senders, self._callers):
                pool.shutdown(wait=True, cancel_futures=True)
            self._downloader.close()

    # -- wishes ------------------------------------------------------------------------------------------------------

    def _grant_wishes(self) -> None:
        for wish in self._journal.wishes():
            self._busy_until = time.monotonic() + IDLE_SECONDS
            if wish.kind is Wish.CANCEL:
                self._grant_cancel(wish)
            elif wish.kind is Wish.TEST_CONNECTION:
                self._journal.fulfil(wish)
                self._callers.submit(test_connection, self._context, wish)
            else:
                self._grant(wish)
                self._journal.fulfil(wish)

    def _grant(self, wish: WishRecord) -> None:
        if wish.kind is Wish.REFRESH:
            self._not_before.clear()
            return
        job = self._find(wish.job_id)
        if job is None:
            return
        if wish.kind is Wish.RETRY:
            self._downloader.forget_failures(job.id)
            wish_retry(self._context, job)
        elif wish.kind is Wish.DOWNLOAD:
            self._downloader.forget_failures(job.id)
            wish_download(self._context, job, wish.argument)
        self._not_before.clear()

    def _grant_cancel(self, wish: WishRecord) -> None:
        """Stop the work on a job here, then on the farm. The wish stays until the farm has heard of it."""
        job = self._find(wish.job_id)
        if job is None or not job.is_live:
            self._journal.fulfil(wish)
            return
        cancellation = self._context.cancellation(job.id)
        cancellation.set()
        if job.id in self._sending or self._downloader.is_busy(job.id):
            self._collect_sent()
            self._downloader.collect(job.id)
            return
        running = self._canceling.get(wish.id)
        if running is None:
            if time.monotonic() >= self._not_before[wish.id] and (self._context.is_online or job.slug is None):
                self._canceling[wish.id] = self._callers.submit(cancel, self._context, job)
        elif running.done():
            del self._canceling[wish.id]
            self._not_before[wish.id] = time.monotonic() + CANCEL_PAUSE
            if running.result():
                cancellation.clear()
                self._journal.fulfil(wish)

    def _find(self, job_id: str) -> JobRecord | None:
        try:
            return self._journal.job(job_id)
        except KeyError:
            return None

    # -- sending -----------------------------------------------------------------------------------------------------

    def _send(self, jobs: tuple[JobRecord, ...]) -> None:
        self._collect_sent()
        for job in jobs:
            is_validated_by_poller = job.stage is Stage.VALIDATING and job.status not in ("", JobStatus.CREATED)
            if job.stage not in STAGES or is_validated_by_poller or job.id in self._sending:
                continue
            if self._context.cancellation(job.id).is_set() or time.monotonic() < self._not_before[job.id, "send"]:
                continue
            if job.stage is not Stage.PACKAGING and not self._context.is_online:
                continue
            self._sending[job.id] = self._senders.submit(self._run_stage, job.id)

    def _run_stage(self, job_id: str) -> None:
        """Take one job as far as it goes without waiting for the farm. Runs in a sender's thread."""
        while True:
            job = self._journal.job(job_id)
            stage = STAGES.get(job.stage)
            if stage is None:
                return
            self._context.check(job_id)
            stage(self._context, job)
            if job.stage is Stage.VALIDATING:
                return

    def _collect_sent(self) -> None:
        for job_id in [job_id for job_id, future in self._sending.items() if future.done()]:
            error = self._sending.pop(job_id).exception()
            job = self._find(job_id)
            if job is None:
                continue
            if job.stage is Stage.VALIDATING:
                # a farm that still says "created" is asked again, at the poller's pace
                self._not_before[job_id, "send"] = time.monotonic() + 2.0
            if error is None or isinstance(error, Canceled):
                continue
            logger.warning("job %s stopped at %s: %s", job_id, job.stage, error)
            self._fail(job, error)

    def _fail(self, job: JobRecord, error: BaseException) -> None:
        self._journal.update(job.id, stage=Stage.FAILED, failure=failure_of(error, job.stage), trouble="")

    # -- following ---------------------------------------------------------------------------------------------------

    def _follow(self, jobs: tuple[JobRecord, ...]) -> None:
        by_service: dict[str, list[JobRecord]] = defaultdict(list)
        for job in jobs:
            if job.stage in FOLLOWED_STAGES and job.remote_id and job.id not in self._sending:
                by_service[job.api_url].append(job)
        for api_url, followed in by_service.items():
            running = self._polls.get(api_url)
            if running is None:
                if time.monotonic() >= self._not_before["poll", api_url]:
                    self._polls[api_url] = self._callers.submit(poll, self._context, api_url, followed)
            elif running.done():
                del self._polls[api_url]
                self._not_before["poll", api_url] = time.monotonic() + self._pause_after(api_url, running, followed)

    def _pause_after(self, api_url: str, polled: Future[bool], jobs: list[JobRecord]) -> float:
        pace = self._paces[api_url]
        error = polled.exception()
        if error is None:
            return pace.after(polled.result())
        if isinstance(error, Canceled):
            return 0.0
        if not isinstance(error, RenderjuiceError):
            raise error
        logger.info("poll failed: %s", error)
        pause = pace.after_failure(error)
        if isinstance(error, WrongKey) or pace.failed_polls >= MOST_FAILED_POLLS:
            pace.failed_polls = 0
            give_up(self._context, jobs, error)
        else:
            note_trouble(self._context, jobs, error)
        return pause

    # -- downloading -------------------------------------------------------------------------------------------------

    def _download(self, jobs: tuple[JobRecord, ...]) -> None:
        for job in jobs:
            if job.stage not in (Stage.RENDERING, Stage.DOWNLOADING) or self._context.cancellation(job.id).is_set():
                continue
            error = self._downloader.collect(job.id)
            listing = self._listings.get(job.id)
            if error is not None:
                self._fail(job, error)
            elif listing is not None:
                if listing.done():
                    self._finish_listing(job, self._listings.pop(job.id))
            elif not self._downloader.is_busy(job.id) and self._is_listing_due(job):
                self._listings[job.id] = self._callers.submit(self._list_downloads, job)

    def _is_listing_due(self, job: JobRecord) -> bool:
        if time.monotonic() < self._not_before[job.id, "list"]:
            return False
        # nothing can be there before the first frame is rendered; where the farm has no counters, ask all the same
        return job.stage is Stage.DOWNLOADING or job.frames_rendered != 0

    def _list_downloads(self, job: JobRecord) -> Downloads:
        with self._context.client(job.api_url, job_id=job.id) as client:
            return client.downloads(job.remote_id or "")

    def _finish_listing(self, job: JobRecord, listing: Future[Downloads]) -> None:
        self._not_before[job.id, "list"] = time.monotonic() + LISTING_PAUSE
        error = listing.exception()
        if error is None:
            try:
                job = self._downloader.enqueue(job, listing.result())
            except OSError as disk_error:
                self._fail(job, disk_error)
                return
            if job.stage is Stage.DOWNLOADING and not self._downloader.is_busy(job.id):
                finish(self._context, job)
        elif isinstance(error, RenderjuiceError) and error.transient:
            note_trouble(self._context, [job], error)
        elif job.status in ENDED_ON_THE_FARM:
            finish(self._context, job)
        elif not isinstance(error, Canceled) and (job.stage is Stage.DOWNLOADING or isinstance(error, WrongKey)):
            self._fail(job, error)

    # -- the end -----------------------------------------------------------------------------------------------------

    def _is_to_stop(self, jobs: tuple[JobRecord, ...]) -> bool:
        """True when the last Blender has gone and its user wanted the worker to go with it."""
        meaning = self._journal.setting("on_quit", "")
        if not meaning or meaning == "KEEP" or self._journal.sessions():
            return False
        return meaning == "STOP" or not any(job.stage in SENDING_STAGES for job in jobs)

    def _retire(self, jobs: tuple[JobRecord, ...]) -> bool:
        """True once nothing was left to do for a while, and nothing was asked for in the very last moment."""
        if jobs:
            self._busy_until = time.monotonic() + IDLE_SECONDS
            return False
        if time.monotonic() < self._busy_until:
            return False
        with self._journal.together():
            if self._journal.live_jobs() or self._journal.wishes():
                return False
            self._journal.set_setting("worker", "gone")
        return True


def cancel(context: Context, job: JobRecord) -> bool:
    """Cancel a job on the farm, if it is there. True once that is settled, False when the service did not answer."""
    try:
        with context.client(job.api_url) as client:
            remote_id = job.remote_id
            if remote_id is None and job.create_intent is not None:
                lost = find_lost_job(context, client, job)
                remote_id = lost.id if lost else None
            if remote_id is not None:
                try:
                    client.cancel_job(remote_id)
                except (Refused, NotFound):
                    if _has_completed(context, job, remote_id):
                        return True
    except WrongKey as error:
        if job.remote_id is not None:
            context.journal.update(job.id, stage=Stage.FAILED, failure=failure_of(error, job.stage))
            return True
    except RenderjuiceError as error:
        message = f"The cancel has not reached Renderjuice yet: {error.message}"
        context.journal.update(job.id, trouble=message)
        return not error.transient
    canceled = Failure("canceled", "The job was canceled.", "Retry to render it after all.", "", job.stage)
    status = JobStatus.CANCELED if job.remote_id else job.status
    context.journal.update(job.id, stage=Stage.CANCELED, status=status, failure=canceled, trouble="")
    return True


def _has_completed(context: Context, job: JobRecord, remote_id: str) -> bool:
    """Take a job that was too late to cancel to its download. True when it was."""
    with context.client(job.api_url) as client:
        status = client.get_job(remote_id).status
    if status != JobStatus.COMPLETED:
        return False
    context.journal.add_note(job.id, "The job was finished before it could be canceled.")
    context.journal.update(job.id, status=status, stage=Stage.DOWNLOADING)
    return True


def finish(context: Context, job: JobRecord) -> None:
    """Close a job whose listed files have all arrived: done, or ended with what the farm or the frames say."""
    job = context.journal.job(job.id)
    if job.status in ENDED_ON_THE_FARM:
        stage = Stage.CANCELED if job.status == JobStatus.CANCELED else Stage.FAILED
        context.journal.update(job.id, stage=stage)
        return
    missing = outputs.missing_frames(job.frames, context.journal.outputs(job.id))
    if missing:
        shown = ", ".join(str(frame) for frame in missing[:5]) + (", …" if len(missing) > 5 else "")
        message = f"Renderjuice delivered {len(job.frames) - len(missing)} of {len(job.frames)} frames; missing: {shown}."
        failure = Failure("frames_missing", message, "Retry to render the missing ones.", "", Stage.DOWNLOADING)
        context.journal.update(job.id, stage=Stage.FAILED, failure=failure)
        return
    context.journal.update(job.id, stage=Stage.DONE, failure=None, trouble="")
    context.home.discard_submission(job.id)


def test_connection(context: Context, wish: WishRecord) -> None:
    """Ask the service for its list of jobs, and write down whether address and key are right."""
    api_url = wish.argument
    try:
        with context.client(api_url) as client:
            client.list_jobs(page=1, page_size=1)
    except RenderjuiceError as error:
        answer = {"wish": wish.id, "ok": False, "message": str(error)}
    else:
        answer = {"wish": wish.id, "ok": True, "message": "Renderjuice answers, and the key is right."}
    context.journal.set_setting("connection", json.dumps(answer))
