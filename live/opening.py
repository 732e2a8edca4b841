# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens and refreshes the frames of a job in the project. Loaded when there are frames to show."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import suppress

import bpy

from ..jobs.frame_names import frame_paths
from ..jobs.journal.errors import JournalError
from ..jobs.records import JobRecord
from ..messages.message import Message, message_of
from ..scene_edits import footage
from ..scene_edits.footage import Footage, Opened
from . import jobs

logger = logging.getLogger(__name__)


def shown_jobs() -> frozenset[str]:
    """The ids of the jobs whose frames are shown anywhere in the open file."""
    return footage.shown_jobs()


def let_go() -> None:
    """Have Blender not save the images that only editors show."""
    footage.let_go()


def footage_of(job: JobRecord) -> Footage:
    """The frames of a job that are here. Raises `JournalError`."""
    outputs = jobs.session().journal.outputs(job.id).values()
    return Footage(job.id, job.name, frame_paths(job.frames, outputs), job.frames, job.config.fps)


def open_frames(
    frames: Footage,
    job: JobRecord,
    scene: bpy.types.Scene,
    how: str,
    window: bpy.types.Window | None,
    *,
    may_open_window: bool = False,
) -> Opened:
    """Open the frames of a job for a scene. Raises `FootageError`."""
    rendered = bpy.data.scenes.get(job.scene) or scene
    return footage.open_footage(scene, frames, how, window=window, rendered=rendered, may_open_window=may_open_window)


def open_as_scene_says(job: JobRecord) -> Iterator[None]:
    """Open the frames of a job that is done where its scene says, in steps as `refresh` does.

    Nothing is opened when the artist opens another file or removes the scene between two steps.
    """
    how = bpy.data.scenes[job.scene].renderjuice.open_with
    try:
        frames = footage_of(job)
        yield
        if job.scene not in bpy.data.scenes or not jobs.is_of_open_file(job):
            return
        opened = open_frames(frames, job, bpy.data.scenes[job.scene], how, bpy.context.window)
    except (ValueError, JournalError, OSError) as error:
        _add_note(job, message_of(error))
        return
    logger.info("%s", opened.sentence)
    if opened.is_shown:
        bpy.ops.ed.undo_push(message="Open Frames from Renderjuice")
    for warning in opened.warnings:
        _add_note(job, warning)


def refresh(job: JobRecord) -> Iterator[None]:
    """Bring up to date what shows a job, in steps that take a few milliseconds each for a thousand frames."""
    try:
        outputs = jobs.session().journal.outputs(job.id).values()
        yield
        frames = frame_paths(job.frames, outputs)
        yield
        footage.refresh(Footage(job.id, job.name, frames, job.frames))
    except (ValueError, JournalError, OSError) as error:
        logger.warning("%s", error)


def _add_note(job: JobRecord, note: Message) -> None:
    """Write in the job's receipt what no operator is there to report."""
    logger.warning("%s", note)
    with suppress(JournalError, KeyError):
        journal = jobs.session().journal
        with journal.hasty():
            journal.add_note(job.id, note)
