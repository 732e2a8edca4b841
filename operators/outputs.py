# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens the frames of a job in the project, or their folder."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress

import bpy

from ..jobs.journal.errors import JournalError
from ..jobs.records import JobRecord
from ..live import arrivals
from ..live import jobs as live_jobs
from ..messages.message import Message, message_of
from ..properties.scene_settings import OPENING
from ..translations import translate
from .job_operator import JobOperator, chosen_id, poll_of_jobs

SECONDS_TO_FAIL = 0.5
"""Seconds in which a program that cannot show a folder ends. Blender stands still meanwhile."""
WAYS = [item for item in OPENING["open_with"].keywords["items"] if item[0] != "NOTHING"]


class RENDERJUICE_OT_open_frames(JobOperator, bpy.types.Operator):
    """Show the frames of a job that are here in this project; more are shown as they come"""

    bl_idname = "renderjuice.open_frames"
    bl_label = "Open Frames from Renderjuice"
    bl_options = {"REGISTER", "UNDO"}

    # hidden: no panel offers to do it again in another way
    __annotations__ = {
        "job": bpy.props.StringProperty(
            name="Job",
            description="Id of the job; the newest one that has frames if empty",
            options={"SKIP_SAVE", "HIDDEN"},
        ),
        "how": bpy.props.EnumProperty(
            name="How",
            description="Where to open the frames; where the scene says if not given",
            items=WAYS,
            default=WAYS[0][0],
            options={"SKIP_SAVE", "HIDDEN"},
        ),
    }

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Available when there is a job with files."""
        return poll_of_jobs(cls, context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Open them. Every reason why not is an ERROR report."""
        how = self.how
        if not self.properties.is_property_set("how") and context.scene.renderjuice.open_with != "NOTHING":
            how = context.scene.renderjuice.open_with
        try:
            job = self.choose(live_jobs.session().journal.jobs(), chosen_id(context))
            opened = arrivals.open_job(job, context.scene, how, context.window, may_open_window=True)
        except (ValueError, JournalError, OSError) as error:
            self.report({"ERROR"}, translate(message_of(error)))
            return {"CANCELLED"}
        # the status bar shows the last one
        self.report({"INFO"}, translate(opened.sentence))
        for warning in opened.warnings:
            self.report({"WARNING"}, translate(warning))
        return {"FINISHED"}

    @classmethod
    def objection(cls, job: JobRecord) -> Message | None:
        """Only frames that are here can be opened."""
        if live_jobs.frames_here(job):
            return None
        if job.is_live:
            return Message("No frame of “{}” is here yet. Wait until the first one has come, and try again.", job.name)
        return Message(
            "The job “{}” is over: {}, and none of its frames is here. Use Download to fetch them.",
            job.name,
            job.stage.words,
        )


class RENDERJUICE_OT_open_folder(JobOperator, bpy.types.Operator):
    """Show the folder that a job's frames are put into in the system's file browser"""

    bl_idname = "renderjuice.open_folder"
    bl_label = "Open Folder of Frames from Renderjuice"

    __annotations__ = {
        "job": bpy.props.StringProperty(
            name="Job", description="Id of the job; the newest one that has a folder if empty", options={"SKIP_SAVE"}
        ),
    }

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Available when there is a job with files."""
        return poll_of_jobs(cls, context)

    @classmethod
    def shown_objection(cls, _job: JobRecord) -> Message | None:
        """A folder that is gone is told by the press: drawing looks at no disk."""
        return None

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Have the system open it. Every reason why not is an ERROR report."""
        try:
            job = self.choose(live_jobs.session().journal.jobs(), chosen_id(context))
            _show_folder(job)
        except (ValueError, JournalError, OSError) as error:
            self.report({"ERROR"}, translate(message_of(error)))
            return {"CANCELLED"}
        return {"FINISHED"}

    @classmethod
    def objection(cls, job: JobRecord) -> Message | None:
        """Only a folder that is there can be opened."""
        if job.output_dir.is_dir():
            return None
        return Message(
            "The folder of “{}” is gone: {}. Put it back, or use Download to fetch the frames again.",
            job.name,
            str(job.output_dir),
        )


def _show_folder(job: JobRecord) -> None:
    """Have the system show the folder of a job's frames. Raises `ValueError` where it cannot."""
    folder = str(job.output_dir)
    try:
        if sys.platform.startswith("linux"):
            # Blender's own operator says nothing when that fails (4.2 to 5.2)
            _start(["xdg-open", folder])
        else:
            bpy.ops.wm.path_open(filepath=folder)
    except (OSError, RuntimeError) as error:
        raise ValueError(
            Message("This computer opens no folder for Blender. The frames of “{}” are in {}.", job.name, folder)
        ) from error


def _start(command: list[str]) -> None:
    """Start a program that may go on. Raises `OSError` when it is not there or fails at once."""
    program = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    with suppress(subprocess.TimeoutExpired):
        code = program.wait(SECONDS_TO_FAIL)
        if code:
            raise OSError(code, f"{command[0]} ended with {code}")


classes = (RENDERJUICE_OT_open_frames, RENDERJUICE_OT_open_folder)
