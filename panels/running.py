# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs, directly below the two buttons that submit: a bar, a line, and Cancel, each always in its place."""

from __future__ import annotations

import bpy

from ..jobs.records import JobRecord
from ..live import jobs as live_jobs
from ..messages.message import Message, sentences
from ..properties import job_list
from ..translations import translate
from .job_rows import title_of
from .job_words import bar_fraction, icon_of, progress_words, short_progress, shorter_progress_words
from .layout import fitting, letters_in_header

NO_JOB = "-"
"""What the buttons are told where no job runs: they are grey then, and say why."""
HEADER_TAKEN = 205
"""Pixels at scale 1 that a header's title, two buttons, an icon and margins take (seen in 4.3 and 5.2)."""
LINE_SHARE = 0.6
"""How much of the row is the line; the rest is Cancel."""


def draw_running(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Draw how far the running job is, in two rows that never come or go; changes nothing."""
    job = live_jobs.running_job(job_list.chosen_id(context))
    column = layout.column()
    column.context_string_set("renderjuice_job", job.id if job is not None else NO_JOB)
    bar = column.row()
    bar.active = job is not None
    words = translate(Message("No job is going on"))
    if job is not None:
        words = fitting(context, progress_words(job), shorter_progress_words(job), has_icon=False)
    bar.progress(factor=bar_fraction(job) if job is not None else 0.0, text=words, translate=False)
    row = column.split(factor=LINE_SHARE)
    row.label(text=translate(_line(job)) if job is not None else "", translate=False)
    row.operator("renderjuice.cancel", text="Cancel", icon="X").job = job.id if job is not None else ""


def _line(job: JobRecord) -> Message:
    others = sum(other.is_live for other in live_jobs.jobs()) - 1
    more = Message("and {} more", str(others)) if others else ""
    return sentences(title_of(job), more, separator=", ")


def draw_progress_in_header(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Draw how far the running job is in a panel's header, which is there when the panel is closed."""
    job = live_jobs.running_job(job_list.chosen_id(context))
    room = letters_in_header(context, HEADER_TAKEN)
    if job is not None and room >= 0:
        layout.label(text=short_progress(job, room), icon=icon_of(job), translate=False)
