# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel "Jobs": the list of jobs, and everything about the one that is chosen."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import bpy

from ..jobs.records import JobRecord, Stage
from ..live import jobs as live_jobs
from ..live import thumbnails
from ..messages.message import Message
from ..properties import job_list
from ..properties.render_settings import PROPERTIES
from ..scene.config.frames import describe
from ..translations import translate
from .job_words import ICONS, progress_words, stage_words, transfer_words, value_words
from .layout import SubPanel, draw_text

MIN_ROWS, MAX_ROWS = 2, 6
MAX_NAME_LETTERS = 80
"""Letters of a job's name that are shown."""
MAX_NOTES = 6
PREVIEW_SCALE = 6.0


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
        row = layout.split(factor=0.55)
        name = f"{job.name[:MAX_NAME_LETTERS]}  {_frames_of(job.id).partition(' (')[0]}"
        row.label(text=name, icon=ICONS[job.stage], translate=False)
        stage = translate(stage_words(job))
        if job.is_live and job.fraction is not None:
            row.progress(factor=job.fraction, text=stage, translate=False)
        else:
            row.label(text=stage, translate=False)

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
        first = [index for index, job in enumerate(jobs) if is_of_file(job, bpy.data.filepath)]
        chosen = set(first)
        order = [*first, *(index for index in range(len(jobs)) if index not in chosen)]
        places = [0] * len(order)
        for place, index in enumerate(order):
            places[index] = place
        return flags, places


def is_of_file(job: JobRecord | None, filepath: str) -> bool:
    """True for a job that was submitted from the file at this path."""
    return job is not None and bool(filepath) and str(job.blend) == filepath


def shown_jobs(jobs: Sequence[JobRecord | None], filepath: str, shows_all: bool, searched: str) -> list[bool]:
    """For each job, whether the list shows it: by its file, and by what is searched for in its name."""
    searched = searched.casefold()
    return [
        job is not None and (shows_all or is_of_file(job, filepath)) and searched in job.name.casefold() for job in jobs
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
        layout.template_list("RENDERJUICE_UL_jobs", "", listed, "rows", listed, "active", rows=rows, maxrows=MAX_ROWS)
        job = live_jobs.find(job_list.chosen_id(context))
        if job is not None:
            draw_details(layout.column(), context, job)


def draw_details(column: bpy.types.UILayout, context: bpy.types.Context, job: JobRecord) -> None:
    """Draw everything about one job."""
    _draw_progress(column, job)
    _draw_trouble(column, context, job)
    _draw_buttons(column, job)
    icon = thumbnails.icon_of(job.id)
    if icon:
        column.template_icon(icon_value=icon, scale=PREVIEW_SCALE)
    details = column.column(align=True)
    draw_text(details, context, Message("Scene “{}”: {}", job.scene, _frames_of(job.id)))
    draw_text(details, context, _short_path(job.output_dir), icon="FILE_FOLDER")
    for label, asked, used in _differences_of(job):
        # the label is looked up as Blender does it
        text = Message("{}: asked for {}, used {}", translate(label), asked, used)
        draw_text(details, context, text, icon="INFO")
    for note in job.notes[-MAX_NOTES:]:
        draw_text(details, context, note, icon="INFO")


def _short_path(folder: Path) -> str:
    """A folder as Blender writes it: relative to the open file when it lies beside or below that."""
    project = Path(bpy.data.filepath).parent
    return f"//{folder.relative_to(project)}" if bpy.data.filepath and folder.is_relative_to(project) else str(folder)


def _draw_progress(column: bpy.types.UILayout, job: JobRecord) -> None:
    words = translate(progress_words(job))
    if job.is_live:
        column.progress(factor=job.fraction or 0.0, text=words, translate=False)
    else:
        column.label(text=words, icon=ICONS[job.stage], translate=False)
    transferred = transfer_words(job)
    if transferred:
        column.label(text=translate(transferred), translate=False)


def _draw_trouble(column: bpy.types.UILayout, context: bpy.types.Context, job: JobRecord) -> None:
    if job.trouble:
        draw_text(column, context, job.trouble, icon="INFO")
    if job.failure and not job.is_live:
        draw_text(column, context, job.failure.message, icon=ICONS[job.stage])
        draw_text(column, context, job.failure.next_step, icon="BLANK1")


def _draw_buttons(column: bpy.types.UILayout, job: JobRecord) -> None:
    """The buttons that make sense for a job where it is, two in a row: three are cut off in a narrow editor."""
    buttons = column.grid_flow(columns=2, row_major=True, even_columns=True, align=True)
    if job.is_live:
        buttons.operator("renderjuice.cancel", text="Cancel", icon="X").job = job.id
    if job.stage in (Stage.FAILED, Stage.CANCELED):
        buttons.operator("renderjuice.retry", text="Retry", icon="LOOP_BACK").job = job.id
    if job.frames_downloaded:
        buttons.operator("renderjuice.open_frames", text="Open Frames", icon="IMAGE_DATA").job = job.id
    buttons.operator("renderjuice.open_folder", text="Open Folder", icon="FILE_FOLDER").job = job.id
    if job.remote_id and not job.is_live:
        buttons.operator("renderjuice.download", text="Download", icon="IMPORT").job = job.id
    if not job.is_live:
        buttons.operator("renderjuice.remove", text="Remove", icon="REMOVE").job = job.id


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
