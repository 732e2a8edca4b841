# SPDX-License-Identifier: GPL-3.0-or-later
"""Follows the jobs that the farm works on: one poller for all, whose requests do not grow with their number."""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor, Future

from ...api.client import Client
from ...api.errors import Canceled, NotFound, RenderjuiceError, WrongKey
from ...api.models import Job, JobStatus, Progress
from ..records import JobRecord, Stage
from .context import Context
from .failures import failure_on_the_farm, give_up, note_trouble
from .patience import POLL_FAILURES, Backoff, is_waited_out
from .previews import See

logger = logging.getLogger(__name__)

PAGE_SIZE = 100
PAGES_A_POLL = 3
"""Pages of the job list that are read before the jobs not found there are asked for one by one."""
SINGLE_JOBS_A_POLL = 5
"""Jobs that one poll asks for one by one; the others take their turn with the next polls."""
FOLLOWED_STAGES = frozenset({Stage.VALIDATING, Stage.RENDERING})
FETCHING_STAGES = frozenset({Stage.RENDERING, Stage.DOWNLOADING})


class Follower:
    """The polling of all jobs, service by service. Its methods are called by one thread."""

    def __init__(self, context: Context, callers: Executor, see: See) -> None:
        self._context = context
        self._callers = callers
        self._see = see
        self._polls: dict[str, Future[bool]] = {}
        self._backoff = Backoff[str](context.slowness)
        self._asked: dict[str, float] = {}

    def work(self, jobs: Iterable[JobRecord]) -> None:
        """Ask about the jobs whose turn it is, while online access is allowed."""
        if self._context.is_online:
            self.follow(jobs)

    def hurry(self) -> None:
        """Forget all pauses."""
        self._backoff.forget()

    def follow(self, jobs: Iterable[JobRecord]) -> None:
        """Ask about the jobs whose turn it is, one request at a time for each service."""
        by_service: dict[str, list[JobRecord]] = defaultdict(list)
        for job in jobs:
            if job.stage in FOLLOWED_STAGES and job.remote_id:
                by_service[job.api_url].append(job)
        for api_url, polled in list(self._polls.items()):
            if polled.done():
                del self._polls[api_url]
                self._take_in(polled, api_url, by_service[api_url])
        for api_url, followed in by_service.items():
            if followed and self._is_due(api_url):
                self._polls[api_url] = self._callers.submit(
                    poll, self._context, api_url, followed, self._asked, self._see
                )

    def _is_due(self, api_url: str) -> bool:
        is_closed = self._context.is_host_closed(api_url)
        return api_url not in self._polls and self._backoff.is_due(api_url) and not is_closed

    def _take_in(self, polled: Future[bool], api_url: str, jobs: Sequence[JobRecord]) -> None:
        """Note how a poll of a service ended."""
        error = polled.exception()
        if error is None:
            self._backoff.paced(api_url, changed=polled.result())
        elif not isinstance(error, Canceled):
            logger.info("poll failed: %s", error, exc_info=None if isinstance(error, RenderjuiceError) else error)
            self._backoff.failed(api_url, error)
            failures, has_answered = self._backoff.counted(api_url), self._context.has_answered(api_url)
            is_waited = is_waited_out(error, failures, POLL_FAILURES, has_answered=has_answered)
            if isinstance(error, WrongKey) or not (is_waited or failures < POLL_FAILURES):
                self._backoff.start_over(api_url)
                for job in jobs:
                    give_up(self._context, job, error)
            else:
                note_trouble(self._context, jobs, error)


def poll(
    context: Context, api_url: str, jobs: Sequence[JobRecord], asked: dict[str, float], see: See = lambda *_: None
) -> bool:
    """Ask once for all jobs of one service address and write down what changed. True when anything did.

    `asked` keeps when a job was last asked for by itself, `see` is told where the jobs' thumbnails are. Raises
    `RenderjuiceError` when the service does not answer.
    """
    with context.client(api_url) as client:
        progress = _progress(client, jobs)
        remotes = _remote_jobs(context, client, jobs, asked)
        changed = False
        for job in jobs:
            remote = remotes.get(job.remote_id or "")
            if remote is not None:
                changed |= _take_in(context, client, job, remote, progress.get(remote.id), see)
        return changed


def _take_in(
    context: Context, client: Client, job: JobRecord, remote: Job, progress: Progress | None, see: See
) -> bool:
    """Write down what the farm says of one job. True when that was new."""
    if remote.is_finished and remote.final_config is None and remote.failed_reason is None:
        remote = client.get_job(remote.id)
    with context.journal.together():
        now = context.journal.find(job.id)
        if now is None or now.stage not in FOLLOWED_STAGES or now.remote_id != remote.id:
            return False
        changes = _changes(now, remote, progress)
        if changes.get("stage") in FETCHING_STAGES and now.stage is Stage.VALIDATING:
            changes |= context.journal.fetching(now.id)
        if changes:
            context.journal.update(now.id, **changes)
    see(now.id, remote.preview_url)
    return bool(changes)


def _changes(job: JobRecord, remote: Job, progress: Progress | None) -> dict[str, object]:
    changes: dict[str, object] = {}
    if remote.status != job.status:
        changes["status"] = remote.status
    if remote.final_config is not None and remote.final_config != job.final_config:
        changes["final_config"] = remote.final_config
    rendered = _frames_rendered(job, progress)
    if rendered is not None and rendered != job.frames_rendered:
        changes["frames_rendered"] = rendered
    if job.trouble:
        changes["trouble"] = ""
    if remote.is_finished and remote.normalized_seconds is not None:
        seconds = {**job.render_seconds, remote.id: remote.normalized_seconds}
        if seconds != job.render_seconds:
            changes["render_seconds"] = seconds
    stage = next_stage(job.stage, remote.status)
    if stage is not job.stage:
        changes["stage"] = stage
        if remote.status in (JobStatus.FAILED, JobStatus.CANCELED):
            changes["failure"] = failure_on_the_farm(remote, job.stage)
    return changes


def next_stage(stage: Stage, status: str) -> Stage:
    """Where a followed job goes with the farm's status; a status that nobody knows changes nothing."""
    if status in JobStatus.FINISHED:
        # whatever was rendered before a failure is worth having
        return Stage.DOWNLOADING if stage is Stage.RENDERING or status == JobStatus.COMPLETED else _ended(status)
    if stage is Stage.VALIDATING and status == JobStatus.VALIDATED:
        return Stage.STARTING
    if stage is Stage.VALIDATING and status in (JobStatus.BOOTING, JobStatus.RENDERING, JobStatus.FINALIZING):
        return Stage.RENDERING
    return stage


def _progress(client: Client, jobs: Iterable[JobRecord]) -> Mapping[str, Progress]:
    """The counters of all running jobs. They are a nicety: without them the jobs are followed all the same.

    A web page in their place is no reason to stop either: the next call meets it, if it stands there for all.
    """
    if not any(job.stage is Stage.RENDERING for job in jobs):
        return {}
    try:
        return {progress.job_id: progress for progress in client.all_progress() if progress.job_id}
    except WrongKey:
        raise
    except RenderjuiceError as error:
        if error.transient:
            raise
        logger.info("no progress: %s", error)
        return {}


def _remote_jobs(
    context: Context, client: Client, jobs: Sequence[JobRecord], asked: dict[str, float]
) -> Mapping[str, Job]:
    """The farm's side of the jobs, from the list where that takes fewer requests. A job that is gone is given up."""
    wanted = {job.remote_id: job for job in jobs if job.remote_id}
    found: dict[str, Job] = {}
    if len(wanted) > 2:
        for page in range(1, PAGES_A_POLL + 1):
            listed = client.list_jobs(page=page, page_size=PAGE_SIZE)
            found |= {remote.id: remote for remote in listed.jobs if remote.id in wanted}
            if len(found) == len(wanted) or page >= listed.total_pages:
                break
    for remote_id in sorted(wanted.keys() - found.keys(), key=lambda unseen: asked.get(unseen, 0.0))[
        :SINGLE_JOBS_A_POLL
    ]:
        asked[remote_id] = time.monotonic()
        try:
            found[remote_id] = client.get_job(remote_id)
        except NotFound as error:
            give_up(context, wanted[remote_id], error)
    return found


def _frames_rendered(job: JobRecord, progress: Progress | None) -> int | None:
    if progress is None:
        return None
    if progress.frames_done is not None:
        return progress.frames_done
    return None if progress.fraction is None else round(progress.fraction * len(job.frames))


def _ended(status: str) -> Stage:
    return Stage.CANCELED if status == JobStatus.CANCELED else Stage.FAILED
