# SPDX-License-Identifier: GPL-3.0-or-later
"""The line in the status bar: what is going on, and what has ended until the artist dismisses it."""

from __future__ import annotations

from typing import Any

import bpy

from ..jobs.records import JobRecord, Stage
from ..live import jobs as live_jobs
from ..live import notices
from ..translations import translate
from .job_words import ICONS, progress_words

LONGEST_NAME = 32


def draw_status(self: Any, _context: bpy.types.Context) -> None:
    """Draw the line, if there is anything to say; changes nothing."""
    ended = [job for job_id in notices.unseen() if (job := live_jobs.find(job_id)) is not None]
    live = [job for job in live_jobs.jobs() if job.is_live]
    row = self.layout.row(align=True)
    if live_jobs.trouble():
        row.label(text="Renderjuice: The List of Jobs Has a Problem", icon="ERROR")
    elif live:
        row.label(text=_going_on(live), icon=ICONS[live[0].stage], translate=False)
    if ended:
        _draw_notice(row, ended)


def _draw_notice(row: bpy.types.UILayout, ended: list[JobRecord]) -> None:
    job = ended[-1]
    words = f"“{_short(job.name)}” is rendered." if job.stage is Stage.DONE else f"“{_short(job.name)}” failed."
    words = translate(words)
    if len(ended) > 1:
        words += " " + translate(f"{len(ended) - 1} more have ended.")
    row.label(text=f"Renderjuice: {words}", icon=ICONS[job.stage], translate=False)
    row.operator("renderjuice.dismiss_notice", text="", icon="X", emboss=False).job = ""


def _going_on(live: list[JobRecord]) -> str:
    if len(live) > 1:
        return "Renderjuice: " + translate(f"{len(live)} jobs are going on.")
    return f"Renderjuice: {_short(live[0].name)}: {progress_words(live[0])}"


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"


def register() -> None:
    """Add the line to Blender's status bar."""
    bpy.types.STATUSBAR_HT_header.append(draw_status)  # type: ignore[arg-type]


def unregister() -> None:
    """Undo `register`."""
    bpy.types.STATUSBAR_HT_header.remove(draw_status)  # type: ignore[arg-type]
