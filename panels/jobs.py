# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel "Jobs": the list of jobs, and everything about the one that is chosen.

Nothing in it moves while a job goes on: lines and buttons are always there, and what comes and goes is at the end.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import bpy

from ..jobs.records import FailureKind, JobRecord, Stage
from ..live import jobs as live_jobs
from ..live import thumbnails
from ..messages.message import Message
from ..properties import job_list, preferences
from ..properties.render_settings import PROPERTIES
from ..scene.config.frames import describe
from ..translations import translate
from .job_rows import title_of, tooltip_of
from .job_words import (
    cost_words,
    history_words,
    icon_of,
    progress_words,
    quitting_words,
    sent_words,
    shorter_progress_words,
    transfer_words,
    value_words,
)
from .layout import SubPanel, draw_path, draw_text, fitting, scale_for_width

MIN_ROWS, MAX_ROWS = 3, 6
MAX_NOTES = 6
MAX_TROUBLE_LINES = 3
"""Lines of what the service, the system or Blender's log says; all of it is in Copy Details."""
USUAL_HEIGHT = 3.6
"""The height of the texts of a running job that has something to say, in buttons, without its folder."""
PREVIEW_RATIO = 2 / 3
"""Height by width of the place for the preview, which is as high as this before one has come."""


class RENDERJUICE_UL_jobs(bpy.types.UIList):
    """The jobs of the open file first, then the others, each from the newest to the oldest."""

    bl_idname = "RENDERJUICE_UL_jobs"

    def draw_item(
        self,
        _context: bpy.types.Context,
        layout: bpy.types.UILayout,
        _data: Any,
        item: Any,
        _icon: int,
        _active_data: Any,
        _active_property: str,
    ) -> None:
        """Draw one row; changes nothing."""
        job = live_jobs.find(item.name)
        if job is None:
            return
        row = layout.row()
        row.active = live_jobs.is_of_file(job, bpy.data.filepath)
        row.label(text=translate(title_of(job)), icon=icon_of(job), translate=False)
        if job.is_live and job.fraction is not None:
            share = row.row()
            share.alignment = "RIGHT"
            share.label(text=f"{job.fraction:.0%}", translate=False)

    def draw_filter(self, context: bpy.types.Context, layout: bpy.types.UILayout) -> None:
        """Draw the search field, and the switch for the jobs of other files; changes nothing."""
        row = layout.row(align=True)
        row.prop(self, "filter_name", text="", icon="VIEWZOOM")
        row.prop(job_list.get(context), "show_all", text="", icon="FILE_BLEND")

    def filter_items(self, context: bpy.types.Context, data: Any, property_name: str) -> tuple[list[int], list[int]]:
        """Which rows are shown, and where."""
        ids = [row.name for row in getattr(data, property_name)]
        jobs = [live_jobs.find(job_id) for job_id in ids]
        shown = shown_jobs(jobs, bpy.data.filepath, job_list.get(context).show_all, self.filter_name)
        flags = [self.bitflag_filter_item if is_shown else 0 for is_shown in shown]
        first = [index for index, job in enumerate(jobs) if live_jobs.is_of_file(job, bpy.data.filepath)]
        chosen = set(first)
        order = [*first, *(index for index in range(len(jobs)) if index not in chosen)]
        places = [0] * len(order)
        for place, index in enumerate(order):
            places[index] = place
        return flags, places


def shown_jobs(jobs: Sequence[JobRecord | None], filepath: str, shows_all: bool, searched: str) -> list[bool]:
    """For each job, whether the list shows it: by its file, and by what is searched for in its name."""
    searched = searched.casefold()
    return [
        job is not None and (shows_all or live_jobs.is_of_file(job, filepath)) and searched in job.name.casefold()
        for job in jobs
    ]


class RENDERJUICE_PT_jobs(SubPanel, bpy.types.Panel):
    """The list of jobs and the chosen one's details."""

    bl_label = "Jobs"

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Shown once there are jobs."""
        return bool(live_jobs.jobs())

    def draw_header_preset(self, _context: bpy.types.Context) -> None:
        """Draw the button that asks for news; changes nothing."""
        self.layout.operator("renderjuice.refresh", text="", icon="FILE_REFRESH", emboss=False)

    def draw(self, context: bpy.types.Context) -> None:
        """Draw list and details; changes nothing."""
        layout = self.layout
        listed = job_list.get(context)
        rows = min(max(MIN_ROWS, len(listed.rows)), MAX_ROWS)
        row = layout.row()
        row.template_list(
            "RENDERJUICE_UL_jobs",
            "",
            listed,
            "rows",
            listed,
            "active",
            item_dyntip_propname="tooltip",
            rows=rows,
            maxrows=MAX_ROWS,
        )
        job = live_jobs.find(job_list.chosen_id(context))
        if job is None:
            return
        side = row.column()
        side.context_string_set("renderjuice_job", job.id)
        side.operator("renderjuice.remove", text="", icon="REMOVE").job = job.id
        draw_details(layout.column(), context, job)


def draw_details(column: bpy.types.UILayout, context: bpy.types.Context, job: JobRecord) -> None:
    """Draw everything about one job: two lines, buttons and the preview in their places, and then all texts."""
    column.context_string_set("renderjuice_job", job.id)
    lines = column.column(align=True)
    words = fitting(context, progress_words(job), shorter_progress_words(job), has_icon=True)
    lines.label(text=words, icon=icon_of(job), translate=False)
    transferred = transfer_words(job) if job.is_live else ""
    history = fitting(context, history_words(job), cost_words(job) or sent_words(job), has_icon=True)
    lines.label(text=translate(transferred) or history, icon="BLANK1", translate=False)
    _draw_buttons(column, job)
    _draw_preview(column, context, job)
    _draw_texts(column.column(align=True), context, job)


def _draw_buttons(column: bpy.types.UILayout, job: JobRecord) -> None:
    """The same buttons for every job, two in a row: three are cut off in a narrow editor. Each says why it is grey."""
    buttons = column.grid_flow(columns=2, row_major=True, even_columns=True, align=True)
    for operator, words, icon in BUTTONS:
        buttons.operator(operator, text=words, icon=icon).job = job.id


BUTTONS: tuple[tuple[str, Message, Any], ...] = (
    ("renderjuice.open_frames", Message("Open Frames"), "IMAGE_DATA"),
    ("renderjuice.open_folder", Message("Open Folder"), "FILE_FOLDER"),
    ("renderjuice.download", Message("Download"), "IMPORT"),
    ("renderjuice.retry", Message("Retry"), "LOOP_BACK"),
    ("renderjuice.open_job_dashboard", Message("Dashboard"), "URL"),
    ("renderjuice.copy_details", Message("Copy Details"), "COPYDOWN"),
)


def _draw_preview(column: bpy.types.UILayout, context: bpy.types.Context, job: JobRecord) -> None:
    """The farm's preview, or the place for it: as wide as the editor, and always of the same height."""
    scale = scale_for_width(context) * PREVIEW_RATIO
    box = column.box()
    icon = thumbnails.icon_of(job.id)
    if icon:
        box.template_icon(icon_value=icon, scale=scale)
        return
    place = box.row()
    place.alignment = "CENTER"
    place.active = False
    place.scale_y = scale
    place.label(text="No Preview Yet" if job.is_live else "No Preview")


def _draw_texts(details: bpy.types.UILayout, context: bpy.types.Context, job: JobRecord) -> None:
    """Draw what comes and goes. What is left of its usual height stays empty: a panel that shrinks is scrolled."""
    height = sum(draw_text(details, context, *each) for each in _trouble_of(job))
    if job.is_live:
        height += draw_text(details, context, quitting_words(job, preferences.get(context).on_quit), "QUIT")
    height += draw_text(details, context, Message("Scene “{}”: {}", job.scene, _frames_of(job.id)))
    draw_path(details, context, short_path(job.output_dir), icon="FILE_FOLDER")
    for label, asked, used in _differences_of(job):
        # the label is looked up as Blender does it
        text = Message("{}: asked for {}, used {}", translate(label), asked, used)
        height += draw_text(details, context, text, "INFO")
    height += sum(draw_text(details, context, note, "INFO") for note in job.notes[-MAX_NOTES:])
    if height < USUAL_HEIGHT:
        rest = details.column()
        rest.scale_y = USUAL_HEIGHT - height
        rest.label(text="")


def _trouble_of(job: JobRecord) -> Iterator[tuple[Message, Any, bool, int]]:
    """What a job waits for, and why it stopped, as `draw_text` takes it. A cancel from here needs no explanation."""
    if job.trouble:
        yield job.trouble, "INFO", False, MAX_TROUBLE_LINES
    failure = job.failure
    if failure is not None and not job.is_live and failure.kind is not FailureKind.CANCELED:
        icon = "INFO" if job.stage is Stage.DONE else icon_of(job)
        yield failure.message, icon, False, MAX_TROUBLE_LINES
        yield failure.next_step, "BLANK1", False, MAX_TROUBLE_LINES


def short_path(folder: Path) -> str:
    """A folder as Blender writes it: relative to the open file when it lies beside or below that."""
    project = Path(bpy.data.filepath).parent
    return f"//{folder.relative_to(project)}" if bpy.data.filepath and folder.is_relative_to(project) else str(folder)


def _differences_of(job: JobRecord) -> tuple[tuple[str, str, str], ...]:
    """Where the farm used another value: the label, the value that was asked for, and the value that was used."""
    return _kept_differences(job.id, job.revision) if job.final_config is not None else ()


@functools.lru_cache(256)
def _frames_of(job_id: str) -> str:
    """A job's frames in words; they never change."""
    job = live_jobs.find(job_id)
    return describe(job.frames) if job is not None else ""


@functools.lru_cache(256)
def _kept_differences(job_id: str, _revision: int) -> tuple[tuple[str, str, str], ...]:
    # loaded when it is first needed, because every start of Blender waits for what is loaded before
    from ..jobs.client.comparison import differences

    job = live_jobs.find(job_id)
    found = differences(job.config, job.final_config) if job is not None else ()
    return tuple(
        (PROPERTIES[each.field].keywords["name"], value_words(each.asked), value_words(each.used)) for each in found
    )


classes = (RENDERJUICE_UL_jobs, RENDERJUICE_PT_jobs)


def register() -> None:
    """Give the rows their tooltips."""
    job_list.tooltip_of.append(tooltip_of)


def unregister() -> None:
    """Undo `register`."""
    job_list.tooltip_of.remove(tooltip_of)
