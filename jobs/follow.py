# SPDX-License-Identifier: GPL-3.0-or-later
"""Follows the jobs that the farm works on: one poller for all, whose requests do not grow with their number."""

from __future__ import annotations

import logging
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..api.client import Client
from ..api.errors import NotFound, RateLimited, RenderjuiceError
from ..api.models import Job, JobStatus, Progress
from .context import Context, failure_of
from .records import Failure, JobRecord, Stage

logger = logging.getLogger(__name__)

SHORTEST_PAUSE, LONGEST_PAUSE = 2.0, 30.0
"""Seconds between two polls: short while things change, longer while they do not."""
PAUSE_GROWTH = 1.3
PAGE_SIZE = 100
MOST_PAGES = 3
"""Pages of the job list that are read before the jobs not found there are asked for one by one."""
MOST_FAILED_POLLS = 120
"""Polls without an answer after which a job is given up: about an hour. A retry goes on from there."""
FOLLOWED_STAGES = frozenset({Stage.VALIDATING, Stage.RENDERING})


@dataclass
class Pace:
    """When to ask next: back to the shortest pause with each change, growing without one."""

    pause: float = SHORTEST_PAUSE
    failed_polls: int = 0

    def after(self, changed: bool) -> float:
        """Seconds to wait after a poll that was answered; jitter keeps many computers from asking in step."""
        self.failed_polls = 0
        self.pause = SHORTEST_PAUSE if changed else min(LONGEST_PAUSE, self.pause * PAUSE_GROWTH)
        return self.pause * random.uniform(0.85, 1.15)  # noqa: S311

    def after_failure(self, error: RenderjuiceError) -> float:
        """Seconds to wait after a poll that was not answered, as long as the service says at least."""
        self.failed_polls += 1
        self.pause = min(LONGEST_PAUSE, self.pause * 2)
        asked = error.wait if isinstance(error, RateLimited) and error.wait else 0.0
        return max(self.pause * random.uniform(0.85, 1.15), asked)  # noqa: S311


def poll(context: Context, api_url: str, jobs: Sequence[JobRecord]) -> bool:
    """Ask once for all jobs of one service address and write down what changed. True when anything did.

    Raises `RenderjuiceError` when the service does not answer.
    """
    with context.client(api_url) as client:
        progress = _progress(client, jobs)
        remotes = _remote_jobs(context, client, jobs)
        changed = False
        for job in jobs:
            remote = remotes.get(job.remote_id or "")
            if remote is not None:
                changed |= apply(context, client, job, remote, progress.get(remote.id))
        return changed


def apply(context: Context, client: Client, job: JobRecord, remote: Job, progress: Progress | None) -> bool:
    """Write down what the farm says of one job. True when that was new."""
    job = context.journal.job(job.id)
    if job.stage not in FOLLOWED_STAGES or job.remote_id != remote.id:
        return False
    if remote.is_finished and remote.final_config is None and remote.failed_reason is None:
        remote = client.get_job(remote.id)
    changes: dict[str, object] = {}
    if remote.status != job.status:
        changes["status"] = remote.status
    if remote.final_config is not None and remote.final_config != job.final_config:
        changes["final_config"] = remote.final_config
    if remote.preview_url and remote.preview_url != job.preview_url:
        changes["preview_url"] = remote.preview_url
    rendered = _frames_rendered(job, progress)
    if rendered is not None and rendered != job.frames_rendered:
        changes["frames_rendered"] = rendered
    if job.trouble:
        changes["trouble"] = ""
    stage = next_stage(job.stage, remote.status)
    if stage is not job.stage:
        changes["stage"] = stage
        if remote.status in (JobStatus.FAILED, JobStatus.CANCELED):
            changes["failure"] = failure_on_the_farm(remote, job.stage)
    if changes:
        context.journal.update(job.id, **changes)
    return bool(changes)


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


def failure_on_the_farm(remote: Job, stage: Stage) -> Failure:
    """Why the farm ended a job, in words."""
    reason = remote.failed_reason
    words = ": ".join(part for part in (reason.type, reason.name) if part) if reason else ""
    words = f" ({words})" if words else ""
    if remote.status == JobStatus.CANCELED:
        message = "The job was canceled on Renderjuice, not from here."
        return Failure("canceled_elsewhere", message, "Retry to render it again.", words, stage)
    if stage is Stage.VALIDATING:
        message = f"Renderjuice could not validate the scene{words}."
        return Failure("validation_failed", message, "Mend what it names in the scene, and submit again.", str(remote.raw), stage)
    message = f"The render failed on Renderjuice{words}."
    return Failure("render_failed", message, "Check that the scene renders here, then retry or submit again.", str(remote.raw), stage)


def give_up(context: Context, jobs: Iterable[JobRecord], error: RenderjuiceError) -> None:
    """End the following of jobs whose service does not answer; on the farm they go on, and a retry follows them again."""
    for job in jobs:
        context.journal.update(job.id, stage=Stage.FAILED, failure=failure_of(error, job.stage))


def note_trouble(context: Context, jobs: Iterable[JobRecord], error: RenderjuiceError) -> None:
    """Show that the service does not answer at the moment."""
    for job in jobs:
        if job.trouble != error.message:
            context.journal.update(job.id, trouble=error.message)


def _progress(client: Client, jobs: Iterable[JobRecord]) -> dict[str, Progress]:
    """The counters of all running jobs. They are a nicety: a service that refuses them does not stop the following."""
    if not any(job.stage is Stage.RENDERING for job in jobs):
        return {}
    try:
        return {progress.job_id: progress for progress in client.all_progress() if progress.job_id}
    except RenderjuiceError as error:
        if error.transient:
            raise
        logger.info("no progress: %s", error)
        return {}


def _remote_jobs(context: Context, client: Client, jobs: Sequence[JobRecord]) -> dict[str, Job]:
    """The farm's side of the jobs, from the list where that takes fewer requests. A job that is gone there is given up."""
    wanted = {job.remote_id: job for job in jobs if job.remote_id}
    found: dict[str, Job] = {}
    if len(wanted) > 2:
        for page in range(1, MOST_PAGES + 1):
            listed = client.list_jobs(page=page, page_size=PAGE_SIZE)
            found |= {remote.id: remote for remote in listed.jobs if remote.id in wanted}
            if len(found) == len(wanted) or page >= listed.total_pages:
                break
    for remote_id in wanted.keys() - found.keys():
        try:
            found[remote_id] = client.get_job(remote_id)
        except NotFound as error:
            give_up(context, [wanted[remote_id]], error)
    return found


def _frames_rendered(job: JobRecord, progress: Progress | None) -> int | None:
    if progress is None:
        return None
    if progress.frames_done is not None:
        return progress.frames_done
    return None if progress.fraction is None else round(progress.fraction * len(job.frames))


def _ended(status: str) -> Stage:
    return Stage.CANCELED if status == JobStatus.CANCELED else Stage.FAILED
