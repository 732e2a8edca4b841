# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for a job, for scripts: its progress goes to the standard output, and its end into words."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NamedTuple

import bpy

from ..jobs.client.errors import WorkerError
from ..jobs.client.waiting import wait_for_job
from ..jobs.journal.errors import JournalError
from ..jobs.records import JobRecord, Stage
from ..messages.message import Message, message_of, sentences
from ..properties import preferences
from . import jobs


class Outcome(NamedTuple):
    """How the wait for the frames of a job ended. `failure` is None when all of them are where they were wanted."""

    failure: str | None
    done: Message
    notes: Sequence[str] = ()


def wait(job: JobRecord) -> JobRecord:
    """Wait until a job has ended, and tell its progress. Raises `JournalError` and `WorkerError`."""
    return wait_for_job(jobs.session(), job.id, preferences.api_url(bpy.context), tell_progress)


def wait_for_frames(job: JobRecord) -> Outcome:
    """Wait until the frames of a job that was just submitted are in its output folder."""
    wanted_dir, known_notes = job.output_dir, job.notes
    try:
        job = wait(job)
        outputs = jobs.session().journal.outputs(job.id)
    except (JournalError, WorkerError) as error:
        return Outcome(failure=message_of(error), done=Message(""))
    except KeyboardInterrupt:
        stopped = Message("Stopped waiting for “{}”; it goes on without this script.", job.name)
        return Outcome(failure=stopped, done=Message(""))
    failure = failure_of(job)
    elsewhere = [output.path for name, output in outputs.items() if output.path != wanted_dir / name]
    if failure is None and elsewhere:
        failure = sentences(
            Message("“{}” is rendered, and its frames are in {}.", job.name, str(elsewhere[0].parent)),
            Message("{} holds files of these names that are not this job's.", str(wanted_dir)),
        )
    folder, count = str(job.output_dir), len(job.frames)
    if count == 1:
        done = Message("“{}”: 1 frame is in {}", job.name, folder)
    else:
        done = Message("“{}”: {} frames are in {}", job.name, f"{count:,}", folder)
    return Outcome(failure=failure, done=done, notes=job.notes[len(known_notes) :])


def failure_of(job: JobRecord) -> Message | None:
    """Why a job that has ended is not done, or its last download failed, with its name; None when all is here."""
    if job.stage is Stage.DONE and job.failure is None:
        return None
    reason = job.failure.sentence if job.failure else Message("It ended without a reason.")
    return Message("“{}”: {}", job.name, reason)


def tell_progress(job: JobRecord) -> None:
    """Write a line about a job to the standard output, where the caller of a script looks."""
    done = {
        Stage.RENDERING: f" {job.frames_ready} of {len(job.frames)} rendered, {job.frames_downloaded} here",
        Stage.DOWNLOADING: f" {job.frames_downloaded} of {len(job.frames)} here",
    }.get(job.stage, "")
    share = f" {job.fraction:.0%}" if job.fraction is not None and not done else ""
    status = f" ({job.status})" if job.status and job.is_live else ""
    trouble = f" - {job.trouble}" if job.trouble else ""
    sys.stdout.write(f"renderjuice: {job.name}: {job.stage}{status}{done}{share}{trouble}\n")
    sys.stdout.flush()
