# SPDX-License-Identifier: GPL-3.0-or-later
"""Taking up a job again, from where it stopped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ..api.models import JobStatus
from .context import Context
from .outputs import missing_frames
from .records import Failure, JobRecord, Stage

ENDED_ON_THE_FARM = (JobStatus.FAILED, JobStatus.CANCELED)


def wish_retry(context: Context, job: JobRecord) -> None:
    """Go on with a job that failed or was canceled. What was packed, sent or fetched already is used again.

    A job that ended on the farm is made anew there from the same package; when only some frames are missing, the new
    one renders just those.
    """
    if job.stage not in (Stage.FAILED, Stage.CANCELED):
        return
    stopped_at = job.failure.stage if job.failure else Stage.PACKAGING
    is_missing_frames = job.failure is not None and job.failure.kind == "frames_missing"
    if is_missing_frames:
        missing = missing_frames(job.frames, context.journal.outputs(job.id))
        config = replace(job.config, frame_ranges=tuple(str(frame) for frame in missing))
        job = context.journal.update(job.id, config=config)
    if job.remote_id and (job.status in ENDED_ON_THE_FARM or is_missing_frames):
        context.journal.update(
            job.id,
            stage=_stage_of_package(job),
            remote_id=None,
            former_remote_ids=[*job.former_remote_ids, job.remote_id],
            status="",
            create_intent=None,
            frames_rendered=None,
            frames_listed=0,
            failure=None,
            trouble="",
        )
        return
    if stopped_at in (Stage.PACKAGING, Stage.UPLOADING, Stage.CREATING):
        stopped_at = _stage_of_package(job) if stopped_at is not Stage.CREATING or not job.slug else stopped_at
    context.journal.update(job.id, stage=stopped_at, failure=None, trouble="")


def wish_download(context: Context, job: JobRecord, folder: str) -> None:
    """Fetch what a job rendered so far (again), into another folder if one is given."""
    if folder:
        job = context.journal.update(job.id, output_dir=Path(folder))
    if job.remote_id is None:
        context.journal.add_note(job.id, "There is nothing to download yet.")
    elif job.stage.is_final:
        context.journal.update(job.id, stage=Stage.DOWNLOADING)


def _stage_of_package(job: JobRecord) -> Stage:
    """Where sending begins, by what is left of it on this disk and on the farm."""
    if job.slug:
        return Stage.CREATING
    if job.package is not None and job.package.is_file():
        return Stage.UPLOADING
    return Stage.PACKAGING


def cannot_retry(job: JobRecord) -> Failure | None:
    """Why a retry could not begin, or None."""
    is_here = job.snapshot.is_file() or (job.package is not None and job.package.is_file())
    if job.slug or job.remote_id or is_here:
        return None
    return Failure("nothing_left", "What was sent is not on this computer any more.", "Submit the scene again.")
