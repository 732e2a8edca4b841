# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes jobs from their snapshot to the farm: what is heavy two at a time, what is a mere call at once."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from concurrent.futures import Executor, Future, ThreadPoolExecutor

from ...api.errors import Canceled, RateLimited, ServiceDown
from ...api.models import JobStatus
from ..journal.errors import JournalBusy, Overtaken
from ..records import JobRecord, Stage
from .context import Context
from .failures import give_up, note_trouble
from .patience import (
    SENDING_FAILURES,
    SHORTEST_PAUSE,
    Backoff,
    is_foreign,
    is_no_connection,
    is_waited_out,
    passes_by_itself,
)
from .pipeline import STAGES

logger = logging.getLogger(__name__)

HEAVY_STAGES = frozenset({Stage.PACKAGING, Stage.UPLOADING})
TRANSFERS_AT_ONCE = 2
"""Jobs that are packed or uploaded at once: one may pack while another uploads."""


class Sender:
    """The sending of all jobs. Its methods are called by one thread; `callers` runs what is a mere call."""

    def __init__(self, context: Context, callers: Executor) -> None:
        self._context = context
        self._callers = callers
        self._senders = ThreadPoolExecutor(TRANSFERS_AT_ONCE, thread_name_prefix="send")
        self._running: dict[str, Future[None]] = {}
        self._backoff = Backoff[str](context.slowness)

    def work(self, jobs: Iterable[JobRecord]) -> None:
        """Take in what has ended, and begin what is due."""
        self.collect()
        self.send(jobs)

    def close(self) -> None:
        """Wait until the running work has stopped."""
        self._senders.shutdown(wait=True, cancel_futures=True)

    def is_busy(self, job_id: str) -> bool:
        """True while something is done for the job. What only waits for its turn is taken back."""
        future = self._running.get(job_id)
        if future is not None and future.cancel():
            del self._running[job_id]
        return job_id in self._running

    def hurry(self) -> None:
        """Forget all pauses."""
        self._backoff.forget()

    def send(self, jobs: Iterable[JobRecord]) -> None:
        """Begin with every job that can go on. Those that the poller brings on, or that are to stop, are left alone."""
        for job in jobs:
            if job.stage not in STAGES or job.id in self._running or not self._may_begin(job):
                continue
            pool = self._senders if job.stage in HEAVY_STAGES else self._callers
            self._running[job.id] = pool.submit(self._run, job.id)

    def collect(self) -> None:
        """Take in what has ended."""
        for job_id in [job_id for job_id, future in self._running.items() if future.done()]:
            error = self._running.pop(job_id).exception()
            job = self._context.journal.find(job_id)
            if job is None:
                self._context.home.discard(job_id)
                self._backoff.forget(job_id)
            elif error is None:
                self._backoff.forget(job_id)
                # a farm that still says "created" is asked again, at the poller's pace
                self._backoff.pause(job_id, SHORTEST_PAUSE)
            elif not isinstance(error, (Canceled, Overtaken)):
                self._take_in(job, error)

    def _may_begin(self, job: JobRecord) -> bool:
        if job.stage is Stage.VALIDATING and job.status not in ("", JobStatus.CREATED):
            return False
        can_call = self._context.is_online and not self._context.is_host_closed(job.api_url)
        if job.stage is not Stage.PACKAGING and not can_call:
            return False
        is_stopped = self._context.cancellation(job.id).is_set()
        # the poller's news must not wait for the pause that follows a validation
        return not is_stopped and (self._backoff.is_due(job.id) or self._is_news(job))

    def _is_news(self, job: JobRecord) -> bool:
        return job.stage is Stage.STARTING and not self._backoff.failures(job.id)

    def _run(self, job_id: str) -> None:
        """Take one job as far as it goes without waiting for the farm. Runs in a thread of a pool."""
        while True:
            job = self._context.journal.find(job_id)
            stage = STAGES.get(job.stage) if job else None
            if job is None or stage is None:
                return
            check = self._context.check_here if job.stage is Stage.PACKAGING else self._context.check
            check(job_id)
            stage(self._context, job)
            if job.stage is Stage.VALIDATING:
                return

    def _take_in(self, job: JobRecord, error: BaseException) -> None:
        has_answered = self._context.has_answered(job.api_url)
        if is_worth_waiting(job, error, has_answered=has_answered) and is_waited_out(
            error, self._backoff.counted(job.id), SENDING_FAILURES, has_answered=has_answered
        ):
            logger.warning("job %s waits at %s: %s", job.id, job.stage, error)
            self._backoff.failed(job.id, error)
            note_trouble(self._context, [job], error)
        else:
            self._backoff.forget(job.id)
            give_up(self._context, job, error)


def is_worth_waiting(job: JobRecord, error: BaseException, *, has_answered: bool = False) -> bool:
    """True for an error that passes by itself, if the service was there before: a wrong address is told at once.

    `has_answered`: the service has answered at this address before, for whatever job.
    """
    if not passes_by_itself(error):
        return False
    has_been_there = job.slug is not None or (job.stage is Stage.UPLOADING and job.bytes_done > 0)
    if is_foreign(error) or is_no_connection(error):
        return has_been_there or has_answered
    return has_been_there or isinstance(error, (RateLimited, ServiceDown, JournalBusy))
