# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a job's frames go: its output folder while that is free for them, and else a folder of the job's own."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from ....messages.message import Message
from ... import frame_names, output_names
from ...output_names import Place
from ...records import JobRecord, OutputRecord
from ..context import Context
from .placing import own_folder, would_mix


def make_output_folder(
    context: Context,
    job: JobRecord,
    places: Sequence[Place],
    known: Mapping[str, OutputRecord],
    fetched_jobs: Collection[str] | None,
) -> JobRecord:
    """Make the folder for files that are listed, and give the job after it.

    A job whose output folder is not free for them gets a folder of its own. `fetched_jobs` are the jobs whose files are
    on their way; None means that this job has files in its folder already, and stays there. Raises `OSError`.
    """
    if fetched_jobs is not None:
        why = _why_not_free(context, job, places, known, fetched_jobs)
        if why:
            folder = own_folder(job)
            note = Message("{}: the frames are in {}.", why, folder)
            job = context.journal.move(job, output_dir=folder, notes=[*job.notes, note])
    job.output_dir.mkdir(parents=True, exist_ok=True)
    return job


def target_of(context: Context, job: JobRecord, name: str) -> Path:
    """Where a file goes: its place in the output folder, or in the job's own folder when that place is taken."""
    target = job.output_dir / name
    if not os.path.lexists(target):
        return target
    own = own_folder(job) / name
    note = Message(
        "Files in {} are not as this job left them: what the farm rendered is in {}.", job.output_dir, own.parent
    )
    context.journal.add_note(job.id, note)
    return own


def _why_not_free(
    context: Context,
    job: JobRecord,
    places: Sequence[Place],
    known: Mapping[str, OutputRecord],
    fetched_jobs: Collection[str],
) -> Message | None:
    """Why a job's frames would be mixed with others in its output folder. None means that they are not."""
    names = [*(place.name for place in places), *frame_names.expected_names(job.frames, places)]
    taken = output_names.conflicts(job.output_dir, names, known)
    if taken:
        return Message("{} already holds {}, which is not this job's", job.output_dir, taken[0])
    is_earlier = True
    for other in context.journal.live_jobs():
        if other.id == job.id:
            is_earlier = False
        # a later job whose files are on their way was here while this one had ended, before its retry
        elif (is_earlier or other.id in fetched_jobs) and would_mix(job, other):
            return Message("{} is where the frames of another job go, “{}”", job.output_dir, other.name)
    return None
