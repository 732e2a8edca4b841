# SPDX-License-Identifier: GPL-3.0-or-later
"""Taking up a job again, from where it stopped."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from ...api.frame_ranges import frame_ranges
from ...api.models import JobStatus
from ...messages.message import Message
from ..frame_names import missing_frames
from ..journal.journal import Journal
from ..output_names import is_ours
from ..records import FailureKind, JobRecord, Stage

ENDED_WITHOUT_FRAMES = frozenset({JobStatus.FAILED, JobStatus.CANCELED})
NOT_RENDERED = frozenset({"", JobStatus.CREATED, JobStatus.VALIDATING, JobStatus.VALIDATED})
RENDERED_ANEW = frozenset({FailureKind.FRAMES_MISSING, FailureKind.NOT_FOUND})
"""Kinds of failure after which the farm's job is of no use any more, whatever its status."""


def retry(journal: Journal, job: JobRecord) -> None:
    """Go on with a job that failed or was canceled. What was packed, sent or fetched already is used again.

    A job that ended on the farm is made anew there from the same package, and renders the frames that are not here.
    """
    if job.stage not in (Stage.FAILED, Stage.CANCELED):
        return
    stopped_at = job.failure.stage if job.failure else Stage.PACKAGING
    kind = job.failure.kind if job.failure else None
    if job.remote_id and (job.status in ENDED_WITHOUT_FRAMES or kind in RENDERED_ANEW):
        outputs = journal.outputs(job.id)
        deleted = [name for name, output in outputs.items() if not os.path.lexists(output.path)]
        journal.forget_outputs(job.id, deleted)
        missing = missing_frames(job.frames, journal.outputs(job.id).values())
        config = (
            replace(job.config, frame_ranges=frame_ranges(missing)) if missing and missing != job.frames else job.config
        )
        journal.update(
            job.id,
            stage=_stage_of_package(job),
            config=config,
            remote_id=None,
            former_remote_ids=[*job.former_remote_ids, job.remote_id],
            bytes_done=0,
            bytes_total=0,
            status="",
            create_intent=None,
            frames_rendered=None,
            frames_listed=0,
            final_config=None,
            failure=None,
            trouble="",
        )
        return
    if stopped_at in (Stage.PACKAGING, Stage.UPLOADING, Stage.CREATING):
        stopped_at = _stage_of_package(job)
    is_fetching = stopped_at in (Stage.RENDERING, Stage.DOWNLOADING)
    counts = journal.fetching(job.id) if is_fetching else {"bytes_done": 0}
    journal.update(job.id, stage=stopped_at, failure=None, trouble="", **counts)


def fetch_again(journal: Journal, job: JobRecord, folder: str) -> None:
    """Fetch what a job rendered so far and what is not here (any more), into another folder if one is given.

    A file that was changed since it was fetched stays as it is; the farm's version gets a place beside it.
    """
    if job.remote_id is None or job.status in NOT_RENDERED:
        journal.add_note(job.id, Message("There is nothing to download yet."))
        return
    if folder:
        job = journal.update(job.id, output_dir=Path(folder), frames_downloaded=0)
    gone = [
        name
        for name, output in journal.outputs(job.id).items()
        if not (output.path.is_relative_to(job.output_dir) and is_ours(output.path, output))
    ]
    journal.forget_outputs(job.id, gone)
    if job.stage.is_final:
        # while the farm still works on it, there is more to come
        stage = Stage.DOWNLOADING if job.status in JobStatus.FINISHED else Stage.RENDERING
        # the failure of a job that is done is that of the last download
        failure = None if job.stage is Stage.DONE else job.failure
        journal.update(job.id, stage=stage, failure=failure, **journal.fetching(job.id))


def _stage_of_package(job: JobRecord) -> Stage:
    """Where sending begins, by what is left of it on this disk and on the farm."""
    if job.slug:
        return Stage.CREATING
    if job.package is not None and job.package.is_file():
        return Stage.UPLOADING
    return Stage.PACKAGING
