# SPDX-License-Identifier: GPL-3.0-or-later
"""Acts on jobs: cancel, retry, download, remove, refresh, and dismiss the notice of an end."""

from __future__ import annotations

import bpy

from ..jobs.client import destination
from ..jobs.client.errors import WorkerError
from ..jobs.journal.errors import JournalError
from ..jobs.records import NOTHING_LEFT, JobRecord, Stage, Wish
from ..live import jobs as live_jobs
from ..live import notices, readiness, timer, waiting
from ..live.redrawing import redraw
from ..messages.message import Message, message_of
from ..properties import job_list, preferences
from ..scene.written_paths import whole_path
from ..translations import translate


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
    """The id of the chosen job; "" in background mode, where there is no list to choose from."""
    return "" if bpy.app.background else job_list.chosen_id(context)


class JobOperator:
    """What the operators on a job share: they find the job, ask the worker for something, and wait for a script."""

    wish: Wish

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Available with online access and a key."""
        return readiness.poll(cls, context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Ask the worker. Every reason why not is an ERROR report."""
        try:
            session = live_jobs.session()
            job = self.choose(session.journal.jobs(), chosen_id(context))
            session.wish(self.wish, job.api_url, job.id, self.argument(job))
            timer.start()
            failure: str | None = self.failure(waiting.wait(job)) if self.wait else None
        except (ValueError, JournalError, WorkerError, OSError) as error:
            failure = message_of(error)
        if failure:
            self.report({"ERROR"}, translate(failure))
        return {"CANCELLED"} if failure else {"FINISHED"}

    def choose(self, jobs: tuple[JobRecord, ...], chosen: str) -> JobRecord:
        """The job that was given, else the one that is `chosen` in the list, else the newest that this applies to.

        Raises `ValueError` when there is none.
        """
        if self.job:
            jobs = tuple(job for job in jobs if job.id == self.job)
            if not jobs:
                raise ValueError(Message("There is no job {} in the list. It may have been removed.", self.job))
        else:
            # when a job is chosen in the list, no other one is tried
            jobs = tuple(job for job in jobs if job.id == chosen) or jobs
        reason = Message("There is no job yet. Submit a scene first.")
        for job in jobs:
            objection = self.objection(job)
            if not objection:
                return job
            reason = objection
        raise ValueError(reason)

    def objection(self, job: JobRecord) -> Message | None:
        """Why this cannot be done with a job; None when it can be."""
        raise NotImplementedError

    def argument(self, _job: JobRecord) -> str:
        """What the worker has to know beside the job."""
        return ""

    def failure(self, job: JobRecord) -> Message | None:
        """Why a job that a script waited for did not end as asked; None when it did."""
        return waiting.failure_of(job)


class RENDERJUICE_OT_cancel(JobOperator, bpy.types.Operator):
    """Stop a job here and on Renderjuice; frames that are here already stay"""

    bl_idname = "renderjuice.cancel"
    bl_label = "Cancel Render on Renderjuice"
    __annotations__ = _job_properties()
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
        title = translate(Message("Cancel the render of “{}”?", job.name))
        confirm = translate(Message("Cancel Render"))
        ask = context.window_manager.invoke_confirm
        return set(ask(self, event, title=title, confirm_text=confirm, icon="WARNING"))

    def objection(self, job: JobRecord) -> Message | None:
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
    __annotations__ = _job_properties()
    wish = Wish.RETRY

    def objection(self, job: JobRecord) -> Message | None:
        """Only a job that stopped early can be retried, and only with something left to send or to fetch."""
        if job.stage not in (Stage.FAILED, Stage.CANCELED):
            return Message("The job “{}” did not fail: {}. There is nothing to retry.", job.name, job.stage.words)
        return None if job.can_go_on else NOTHING_LEFT.sentence


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

    def objection(self, job: JobRecord) -> Message | None:
        """Only a job that reached the farm has frames."""
        if job.remote_id:
            return None
        return Message("The job “{}” has not reached Renderjuice. There is nothing to download.", job.name)

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

    def execute(self, _context: bpy.types.Context) -> set[str]:
        """Have the worker ask at once. Every reason why not is an ERROR report."""
        try:
            session = live_jobs.session()
            live = session.journal.live_jobs()
            if live:
                session.wish(Wish.REFRESH, live[0].api_url)
            live_jobs.look_again()
        except (JournalError, WorkerError, OSError) as error:
            self.report({"ERROR"}, translate(message_of(error)))
            return {"CANCELLED"}
        timer.start()
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
            cls.poll_message_set(translate(Message("There is no job in the list")))
        return bool(live_jobs.jobs())

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Remove it. Every reason why not is an ERROR report."""
        try:
            live_jobs.session().remove(self.job or job_list.chosen_id(context))
            live_jobs.look_again()
        except (ValueError, JournalError, OSError) as error:
            self.report({"ERROR"}, translate(message_of(error)))
            return {"CANCELLED"}
        redraw()
        return {"FINISHED"}


class RENDERJUICE_OT_dismiss_notice(bpy.types.Operator):
    """Stop showing that this job has ended"""

    bl_idname = "renderjuice.dismiss_notice"
    bl_label = "Dismiss"
    bl_options = {"INTERNAL"}

    job: bpy.props.StringProperty(name="Job", description="Id of the job; all if empty", options={"SKIP_SAVE"})

    def execute(self, _context: bpy.types.Context) -> set[str]:
        """Dismiss the notice."""
        notices.dismiss(self.job)
        redraw()
        return {"FINISHED"}


classes = (
    RENDERJUICE_OT_cancel,
    RENDERJUICE_OT_retry,
    RENDERJUICE_OT_download,
    RENDERJUICE_OT_refresh,
    RENDERJUICE_OT_remove,
    RENDERJUICE_OT_dismiss_notice,
)
