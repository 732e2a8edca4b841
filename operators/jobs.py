# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be done with a job: cancel, retry, download, remove, and asking for news at once."""

from __future__ import annotations

import os
from pathlib import Path

import bpy

from ..jobs.client import destination
from ..jobs.client.session import WorkerError
from ..jobs.journal.journal import JournalError
from ..jobs.records import NOTHING_LEFT, JobRecord, Stage, Wish
from ..live import jobs as live_jobs
from ..live import notices, readiness
from ..properties import job_list, preferences
from ..translations import translate
from .submit import tell_progress


def _job_properties() -> dict[str, object]:
    return {
        "job": bpy.props.StringProperty(
            name="Job", description="Id of the job; the newest one that this applies to if empty", options={"SKIP_SAVE"}
        ),
        "wait": bpy.props.BoolProperty(
            name="Wait", description="Return when it is done; for scripts", default=False, options={"SKIP_SAVE"}
        ),
    }


def chosen_id(context: bpy.types.Context) -> str:
    """The id of the job that is chosen on the screen. A script sees no list: it means the newest job that fits."""
    return "" if bpy.app.background else job_list.chosen_id(context)


class JobOperator:
    """What the operators on a job share: which job is meant, and how it is told to the worker."""

    wish: Wish

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Available with online access and a key."""
        return readiness.poll(cls, context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Tell the worker. Every reason why not is an ERROR report."""
        try:
            session = live_jobs.session()
            job = self.choose(session.journal.jobs(), chosen_id(context))
            argument = self.argument(job)
            session.wish(self.wish, job.api_url, job.id, argument)
            live_jobs.follow()
            if self.wait:
                return self.outcome(session.wait(job.id, job.api_url, tell_progress))
        except (ValueError, JournalError, WorkerError, OSError) as error:
            self.report({"ERROR"}, translate(str(error)))
            return {"CANCELLED"}
        return {"FINISHED"}

    def choose(self, jobs: tuple[JobRecord, ...], chosen: str) -> JobRecord:
        """The job that is meant: the one that was given or is `chosen` in the list; without, the newest that fits.

        Raises `ValueError` when there is none that it applies to.
        """
        if self.job:
            jobs = tuple(job for job in jobs if job.id == self.job)
            if not jobs:
                raise ValueError(f"There is no job {self.job} in the list. It may have been removed.")
        else:
            # of a job that is chosen in the list, no other one is meant
            jobs = tuple(job for job in jobs if job.id == chosen) or jobs
        reason = "There is no job yet. Submit a scene first."
        for job in jobs:
            reason = self.objection(job)
            if not reason:
                return job
        raise ValueError(reason)

    def objection(self, job: JobRecord) -> str:
        """Why this cannot be done with a job, or ""."""
        raise NotImplementedError

    def argument(self, _job: JobRecord) -> str:
        """What the worker has to know beside the job."""
        return ""

    def outcome(self, job: JobRecord) -> set[str]:
        """The result for a script that waited."""
        if job.stage is Stage.DONE:
            return {"FINISHED"}
        reason = job.failure.sentence if job.failure else "It ended without a reason."
        self.report({"ERROR"}, translate(f"“{job.name}”: {reason}"))
        return {"CANCELLED"}


class RENDERJUICE_OT_cancel(JobOperator, bpy.types.Operator):
    """Stop a job here and on Renderjuice; frames that are here already stay"""

    bl_idname = "renderjuice.cancel"
    bl_label = "Cancel Render on Renderjuice"
    __annotations__ = _job_properties()
    wish = Wish.CANCEL

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Ask first: a render that is stopped has been paid for."""
        if bpy.app.background:
            return self.execute(context)
        try:
            job = self.choose(live_jobs.jobs(), chosen_id(context))
        except ValueError as error:
            self.report({"ERROR"}, translate(str(error)))
            return {"CANCELLED"}
        self.job = job.id
        title = translate(f"Cancel the render of “{job.name}”?")
        confirm = translate("Cancel Render")
        ask = context.window_manager.invoke_confirm
        return set(ask(self, event, title=title, confirm_text=confirm, icon="WARNING"))

    def objection(self, job: JobRecord) -> str:
        """Only a job that is not over can be canceled."""
        return "" if job.is_live else f"The job “{job.name}” is over: {job.stage}. There is nothing to cancel."

    def outcome(self, job: JobRecord) -> set[str]:
        """A job that is over is what was asked for; when it was finished first, its frames are here."""
        if job.stage is Stage.FAILED:
            return super().outcome(job)
        return {"FINISHED"}


class RENDERJUICE_OT_retry(JobOperator, bpy.types.Operator):
    """Go on with a job that failed or was canceled, from where it stopped"""

    bl_idname = "renderjuice.retry"
    bl_label = "Retry Render on Renderjuice"
    __annotations__ = _job_properties()
    wish = Wish.RETRY

    def objection(self, job: JobRecord) -> str:
        """Only a job that stopped early can be retried, and only with something left to send or to fetch."""
        if job.stage not in (Stage.FAILED, Stage.CANCELED):
            return f"The job “{job.name}” did not fail: {job.stage}. There is nothing to retry."
        return "" if job.can_go_on else NOTHING_LEFT.sentence


class RENDERJUICE_OT_download(JobOperator, bpy.types.Operator):
    """Fetch the frames of a job that are not on this computer, into another folder if one is given"""

    bl_idname = "renderjuice.download"
    bl_label = "Download Frames from Renderjuice"
    __annotations__ = {
        **_job_properties(),
        "output_dir": bpy.props.StringProperty(
            name="Output Folder",
            description="Folder that the frames are put into; the job's own if empty",
            subtype="DIR_PATH",
            options={"SKIP_SAVE", *preferences.BLEND_RELATIVE},
        ),
    }
    wish = Wish.DOWNLOAD

    def objection(self, job: JobRecord) -> str:
        """Only a job that reached the farm has frames."""
        return (
            "" if job.remote_id else f"The job “{job.name}” has not reached Renderjuice. There is nothing to download."
        )

    def argument(self, _job: JobRecord) -> str:
        """The folder, made and tried."""
        written = self.output_dir.strip()
        if not written:
            return ""
        if written.startswith("//") and not bpy.data.filepath:
            raise ValueError("The file was never saved, so // leads nowhere. Give a whole path.")
        folder = Path(os.path.abspath(bpy.path.abspath(written)))  # noqa: PTH100
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

    def execute(self, _context: bpy.types.Context) -> set[str]:
        """Have the worker poll at once."""
        try:
            session = live_jobs.session()
            live = session.journal.live_jobs()
            if live:
                session.wish(Wish.REFRESH, live[0].api_url)
            live_jobs.look_again()
        except (JournalError, WorkerError, OSError) as error:
            self.report({"ERROR"}, translate(str(error)))
            return {"CANCELLED"}
        live_jobs.follow()
        return {"FINISHED"}


class RENDERJUICE_OT_remove(bpy.types.Operator):
    """Take a job that is over out of the list; its frames stay where they are"""

    bl_idname = "renderjuice.remove"
    bl_label = "Remove Job from List"

    job: bpy.props.StringProperty(
        name="Job", description="Id of the job; the one that is chosen in the list if empty", options={"SKIP_SAVE"}
    )

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Available while there are jobs."""
        if not live_jobs.jobs():
            cls.poll_message_set(translate("There is no job in the list"))
        return bool(live_jobs.jobs())

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Remove it. Every reason why not is an ERROR report."""
        try:
            live_jobs.session().remove(self.job or job_list.chosen_id(context))
            live_jobs.look_again()
        except (ValueError, JournalError, OSError) as error:
            self.report({"ERROR"}, translate(str(error)))
            return {"CANCELLED"}
        live_jobs.redraw()
        return {"FINISHED"}


class RENDERJUICE_OT_dismiss_notice(bpy.types.Operator):
    """Stop showing that this job has ended"""

    bl_idname = "renderjuice.dismiss_notice"
    bl_label = "Dismiss"
    bl_options = {"INTERNAL"}

    job: bpy.props.StringProperty(name="Job", description="Id of the job; all if empty", options={"SKIP_SAVE"})

    def execute(self, _context: bpy.types.Context) -> set[str]:
        """Forget it."""
        notices.dismiss(self.job)
        live_jobs.redraw()
        return {"FINISHED"}


classes = (
    RENDERJUICE_OT_cancel,
    RENDERJUICE_OT_retry,
    RENDERJUICE_OT_download,
    RENDERJUICE_OT_refresh,
    RENDERJUICE_OT_remove,
    RENDERJUICE_OT_dismiss_notice,
)
