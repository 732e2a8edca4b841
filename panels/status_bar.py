# SPDX-License-Identifier: GPL-3.0-or-later
"""The line in the status bar: what is going on, and what has ended until the artist dismisses it."""

from __future__ import annotations

from typing import Any

import bpy

from ..jobs.records import JobRecord, Stage
from ..live import jobs as live_jobs
from ..live import notices
from ..messages.message import Message, sentences
from ..translations import translate
from .job_rows import frames_of
from .job_words import icon_of, progress_words

MAX_NAME_LETTERS = 32


def draw_status(self: Any, _context: bpy.types.Context) -> None:
    """Draw the line, if there is anything to say; changes nothing."""
    ended = [job for job_id in notices.unseen() if (job := live_jobs.find(job_id)) is not None]
    live = [job for job in live_jobs.jobs() if job.is_live]
    row = self.layout.row(align=True)
    if live_jobs.trouble():
        row.label(text="Renderjuice: The List of Jobs Has a Problem", icon="ERROR")
    elif live:
        row.label(text=f"Renderjuice: {_going_on(live)}", icon=icon_of(live[0]), translate=False)
    if ended:
        _draw_notice(row, ended)


def _draw_notice(row: bpy.types.UILayout, ended: list[JobRecord]) -> None:
    job = ended[-1]
    title = _title(job)
    text = Message("{} is rendered", title) if job.stage is Stage.DONE else Message("{} failed", title)
    if len(ended) > 1:
        others = len(ended) - 1
        more = Message("one more has ended") if others == 1 else Message("{} more have ended", str(others))
        text = sentences(text, more, separator=", ")
    row.label(text=f"Renderjuice: {translate(text)}", icon=icon_of(job), translate=False)
    if live_jobs.frames_here(job):
        row.operator("renderjuice.open_frames", text="Open Frames", icon="IMAGE_DATA").job = job.id
    row.operator("renderjuice.dismiss_notice", text="", icon="X", emboss=False).job = ""


def _going_on(live: list[JobRecord]) -> str:
    if len(live) > 1:
        return translate(Message("{} jobs are going on.", str(len(live))))
    return f"{translate(_title(live[0]))}: {translate(progress_words(live[0]))}"


def _title(job: JobRecord) -> Message:
    return Message("{} {}", _short(job.name), frames_of(job))


def _short(name: str) -> str:
    return name if len(name) <= MAX_NAME_LETTERS else name[: MAX_NAME_LETTERS - 1] + "…"


def register() -> None:
    """Add the line to Blender's status bar."""
    bpy.types.STATUSBAR_HT_header.append(draw_status)  # type: ignore[arg-type]


def unregister() -> None:
    """Undo `register`."""
    bpy.types.STATUSBAR_HT_header.remove(draw_status)  # type: ignore[arg-type]
