# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel "Renderjuice" in the Render properties, for every render engine."""

from __future__ import annotations

import textwrap
from typing import Any

import bpy

from .. import __package__ as base_package
from ..jobs.records import JobRecord, Stage
from ..properties import live_jobs, readiness
from ..properties.overrides import override_fields

SHOWN_JOBS = 5
LETTER_WIDTH = 7.0
"""Pixels that a letter of the interface's font takes on average, before scaling (measured in 5.2)."""
MARGIN_LETTERS, SHORTEST_LINE = 9, 16
"""Letters that the margins of a box inside a panel take, and the least that is worth a line."""
STAGE_ICONS: dict[Stage, Any] = {Stage.DONE: "CHECKMARK", Stage.FAILED: "ERROR", Stage.CANCELED: "CANCEL"}


class RenderPropertiesPanel:
    """Where all panels of this extension are."""

    bl_space_type = "PROPERTIES"
    bl_region_type = "WINDOW"
    bl_context = "render"


class RENDERJUICE_PT_main(RenderPropertiesPanel, bpy.types.Panel):
    """What is missing before a render can be sent, or the buttons that send it."""

    bl_label = "Renderjuice"

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the panel; changes nothing."""
        layout = self.layout
        problem = readiness.problem(context)
        if problem:
            column = layout.column()
            for line in problem.split(": ", 1):
                draw_text(column, context, line[:1].upper() + line[1:])
            if not readiness.online_access_problem():
                column.operator("preferences.addon_show", text="Open Preferences...").module = base_package
            elif not bpy.app.online_access_override:
                column.operator("screen.userpref_show", text="Open System Preferences...").section = "SYSTEM"
            return
        column = layout.column(align=True)
        animation = column.operator("renderjuice.submit", text="Render Animation", icon="RENDER_ANIMATION")
        animation.still = False
        column.operator("renderjuice.submit", text="Render Frame", icon="RENDER_STILL").still = True
        if live_jobs.trouble():
            draw_text(layout.column(), context, live_jobs.trouble(), icon="ERROR")


class RENDERJUICE_PT_jobs(RenderPropertiesPanel, bpy.types.Panel):
    """The newest jobs."""

    bl_label = "Jobs"
    bl_parent_id = "RENDERJUICE_PT_main"

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Shown once there are jobs."""
        return bool(live_jobs.jobs())

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the jobs; changes nothing."""
        for job in live_jobs.jobs()[:SHOWN_JOBS]:
            draw_job(self.layout.box().column(), context, job)


class RENDERJUICE_PT_overrides(RenderPropertiesPanel, bpy.types.Panel):
    """The render settings that jobs get instead of the scene's."""

    bl_label = "Overrides"
    bl_parent_id = "RENDERJUICE_PT_main"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        """Draw a check box and a value for each field; changes nothing."""
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        overrides = context.scene.renderjuice
        for _heading, fields in override_fields():
            column = layout.column()
            for field, label in fields:
                row = column.row(heading=label)
                row.prop(overrides, f"use_{field}", text="")
                if getattr(overrides, f"use_{field}"):
                    row.prop(overrides, field, text="")
                else:
                    row.label(text="From Scene")


def draw_text(column: bpy.types.UILayout, context: bpy.types.Context, text: str, icon: Any = "NONE") -> None:
    """Draw a sentence in as many lines as the region's width asks for: Blender cuts off a longer label."""
    width = context.region.width / context.preferences.system.ui_scale
    for line in textwrap.wrap(text, max(SHORTEST_LINE, int(width / LETTER_WIDTH) - MARGIN_LETTERS)):
        column.label(text=line, icon=icon)
        icon = "NONE" if icon == "NONE" else "BLANK1"


def draw_job(column: bpy.types.UILayout, context: bpy.types.Context, job: JobRecord) -> None:
    """Draw one job: its name, how far it is, why it stopped, and what can be done."""
    row = column.row()
    row.label(text=job.name, icon=STAGE_ICONS.get(job.stage, "RENDER_ANIMATION"))
    if job.is_live:
        row.operator("renderjuice.cancel", text="", icon="X").job = job.id
    elif job.stage is not Stage.DONE:
        row.operator("renderjuice.retry", text="", icon="FILE_REFRESH").job = job.id
    if job.is_live and job.fraction is not None:
        column.progress(factor=job.fraction, text=describe_job(job))
    else:
        column.label(text=describe_job(job))
    if job.trouble:
        draw_text(column, context, job.trouble, icon="INFO")
    if job.failure and not job.is_live:
        for sentence in (job.failure.message, job.failure.next_step):
            draw_text(column, context, sentence)


def describe_job(job: JobRecord) -> str:
    """The job's stage in a few words, with the service's own status where that says more."""
    if job.stage is Stage.RENDERING:
        return f"{job.status.title()}: {job.frames_rendered or 0} of {len(job.frames)}"
    if job.stage in (Stage.DOWNLOADING, Stage.DONE):
        return f"{job.stage.title()}: {job.frames_downloaded} of {len(job.frames)}"
    return str(job.stage).title()


classes = (RENDERJUICE_PT_main, RENDERJUICE_PT_jobs, RENDERJUICE_PT_overrides)
