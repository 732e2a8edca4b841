# SPDX-License-Identifier: GPL-3.0-or-later
"""Acts on jobs: cancel, retry, download and refresh."""

from __future__ import annotations

import bpy

from ..jobs.client import destination
from ..jobs.client.errors import WorkerError
from ..jobs.journal.errors import JournalError
from ..jobs.records import NOTHING_LEFT, JobRecord, Stage, Wish
from ..live import jobs as live_jobs
from ..live import readiness, timer
from ..messages.message import Message, message_of
from ..properties import preferences
from ..scene.config.frames import frames_words
from ..scene.written_paths import whole_path
from ..translations import translate
from .job_operator import JobOperator, chosen_id, confirm, job_properties

FREE_STAGES = frozenset({Stage.PACKAGING, Stage.UPLOADING, Stage.CREATING, Stage.VALIDATING, Stage.DOWNLOADING})
"""The stages in which nothing is charged: a cancel asks no question there."""


def _what_stays(job: JobRecord) -> Message:
    if not job.frames_downloaded:
        return Message("No frame is here yet.")
    if job.frames_downloaded == 1:
        return Message("1 frame is here and stays.")
    return Message("{} frames are here and stay.", f"{job.frames_downloaded:,}")


class RENDERJUICE_OT_cancel(JobOperator, bpy.types.Operator):
    """Stop a job here and on Renderjuice; frames that are here already stay"""

    bl_idname = "renderjuice.cancel"
    bl_label = "Cancel Render on Renderjuice"
    __annotations__ = job_properties()
    wish = Wish.CANCEL

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Ask first: a render that is stopped is paid for all the same."""
        if bpy.app.background:
            return self.execute(context)
        try:
            job = self.choose(live_jobs.jobs(), chosen_id(context))
        except ValueError as error:
            self.report({"ERROR"}, translate(message_of(error)))
            return {"CANCELLED"}
        self.job = job.id
        if job.stage in FREE_STAGES:
            return self.execute(context)
        title = Message("Stop rendering {} {}?", job.name, frames_words(job.frames))
        return confirm(self, context, event, title, _what_stays(job), Message("Stop Rendering"))

    @classmethod
    def objection(cls, job: JobRecord) -> Message | None:
        """Only a job that is not over can be canceled."""
        if job.is_live:
            return None
        return Message("The job “{}” is over: {}. There is nothing to cancel.", job.name, job.stage.words)

    def failure(self, job: JobRecord) -> Message | None:
        """Only a failed job is a failure: one that was finished before the cancel came has its frames here."""
        return super().failure(job) if job.stage is Stage.FAILED else None


class RENDERJUICE_OT_retry(JobOperator, bpy.types.Operator):
    """Go on with a job that failed or was canceled, from where it stopped"""

    bl_idname = "renderjuice.retry"
    bl_label = "Retry Render on Renderjuice"
    __annotations__ = job_properties()
    wish = Wish.RETRY

    @classmethod
    def objection(cls, job: JobRecord) -> Message | None:
        """Only a job that stopped early can be retried, and only with something left to send or to fetch."""
        return cls._objection(job) or (None if job.can_go_on else NOTHING_LEFT.sentence)

    @classmethod
    def shown_objection(cls, job: JobRecord) -> Message | None:
        """The same, by what was found at the last look."""
        return cls._objection(job) or (None if live_jobs.can_go_on(job) else NOTHING_LEFT.sentence)

    @staticmethod
    def _objection(job: JobRecord) -> Message | None:
        if job.stage in (Stage.FAILED, Stage.CANCELED):
            return None
        return Message("The job “{}” did not fail: {}. There is nothing to retry.", job.name, job.stage.words)


class RENDERJUICE_OT_download(JobOperator, bpy.types.Operator):
    """Fetch the frames of a job that are not on this computer, into another folder if one is given"""

    bl_idname = "renderjuice.download"
    bl_label = "Download Frames from Renderjuice"
    __annotations__ = {
        **job_properties(),
        "output_dir": bpy.props.StringProperty(
            name="Output Folder",
            description="Folder that the frames are put into; the job's own if empty",
            subtype="DIR_PATH",
            options={"SKIP_SAVE", *preferences.BLEND_RELATIVE},
        ),
    }
    wish = Wish.DOWNLOAD

    @classmethod
    def objection(cls, job: JobRecord) -> Message | None:
        """Only a job that reached the farm has frames."""
        if job.remote_id:
            return None
        return Message("The job “{}” has not reached Renderjuice. There is nothing to download.", job.name)

    @classmethod
    def shown_objection(cls, job: JobRecord) -> Message | None:
        """Into its own folder, only frames that are not here are fetched; those of a running job come by themselves."""
        if job.is_live:
            return Message("The frames of a job that is going on come by themselves.")
        if live_jobs.frames_here(job) == len(job.frames):
            return Message("All frames are here.")
        return cls.objection(job)

    def argument(self, _job: JobRecord) -> str:
        """The folder, which is made, and tried by writing a file."""
        written = self.output_dir.strip()
        if not written:
            return ""
        folder = whole_path(written)
        destination.prepare(folder)
        return str(folder)


class RENDERJUICE_OT_refresh(bpy.types.Operator):
    """Ask Renderjuice for news of all running jobs now"""

    bl_idname = "renderjuice.refresh"
    bl_label = "Refresh Jobs on Renderjuice"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Available with online access and a key."""
        return readiness.poll(cls, context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Have the worker ask at once. Every reason why not is an ERROR report."""
        try:
            session = live_jobs.session()
            if session.journal.live_jobs():
                session.wish(Wish.REFRESH, preferences.api_url(context))
            live_jobs.look_again()
        except (JournalError, WorkerError, OSError) as error:
            self.report({"ERROR"}, translate(message_of(error)))
            return {"CANCELLED"}
        timer.start()
        return {"FINISHED"}


classes = (
    RENDERJUICE_OT_cancel,
    RENDERJUICE_OT_retry,
    RENDERJUICE_OT_download,
    RENDERJUICE_OT_refresh,
)
