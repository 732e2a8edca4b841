# SPDX-License-Identifier: GPL-3.0-or-later
"""Acts on what the list shows of jobs: remove, copy details, open the dashboard, and dismiss the notice of an end."""

from __future__ import annotations

import bpy

from ..jobs import credentials
from ..jobs.journal.errors import JournalError
from ..jobs.records import FailureKind, JobRecord
from ..live import jobs as live_jobs
from ..live import notices
from ..live.redrawing import redraw
from ..messages.message import Message, message_of
from ..properties import job_list, preferences
from ..scene.config.frames import frames_words
from ..translations import translate
from .job_operator import confirm, poll_of_jobs


class RENDERJUICE_OT_remove(bpy.types.Operator):
    """Take a job that is over out of the list; its frames stay where they are"""

    bl_idname = "renderjuice.remove"
    bl_label = "Remove Job from List"

    job: bpy.props.StringProperty(
        name="Job", description="Id of the job; the one that is chosen in the list if empty", options={"SKIP_SAVE"}
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Available while a job is over: the one that is shown, in the panel."""
        return poll_of_jobs(cls, context)

    @classmethod
    def shown_objection(cls, job: JobRecord) -> Message | None:
        """What goes on stays in the list."""
        return Message("Cancel the job first.") if job.is_live else None

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Ask first: there is no way back."""
        job = live_jobs.find(self.job or job_list.chosen_id(context))
        if bpy.app.background or job is None or job.is_live:
            return self.execute(context)
        self.job = job.id
        title = Message("Remove {} {} from the list?", job.name, frames_words(job.frames))
        stays = Message("Its frames stay where they are.")
        return confirm(self, context, event, title, stays, Message("Remove"))

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


class ShownJobOperator:
    """What the small buttons of the job share whose details the panel shows: its id, and being grey with a reason."""

    bl_options = {"INTERNAL"}

    job: bpy.props.StringProperty(name="Job", description="Id of the job", options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Available in the panel for a job that it applies to."""
        return poll_of_jobs(cls, context)


class RENDERJUICE_OT_copy_details(ShownJobOperator, bpy.types.Operator):
    """Copy everything that is known about why a job stopped, for a message to the people at Renderjuice"""

    bl_idname = "renderjuice.copy_details"
    bl_label = "Copy Details of Job"

    @classmethod
    def shown_objection(cls, job: JobRecord) -> Message | None:
        """A job that goes well has no details."""
        is_wrong = job.trouble or (job.failure is not None and job.failure.kind is not FailureKind.CANCELED)
        return None if is_wrong else Message("Nothing went wrong with this job.")

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Copy them. They are in English, as whoever helps has to read them."""
        job = live_jobs.find(self.job)
        if job is None:
            return {"CANCELLED"}
        failure = job.failure
        ids = f"job {job.id}, on the farm {job.remote_id or '-'}, {job.stage} {job.status}"
        parts = [job.trouble, *((failure.sentence, failure.detail) if failure else ()), ids]
        context.window_manager.clipboard = "\n".join(str(part) for part in parts if part)
        self.report({"INFO"}, translate(Message("The details are on the clipboard.")))
        return {"FINISHED"}


class RENDERJUICE_OT_open_job_dashboard(ShownJobOperator, bpy.types.Operator):
    """Open the Renderjuice dashboard in the web browser, where this job is listed"""

    bl_idname = "renderjuice.open_job_dashboard"
    bl_label = "Open Dashboard of Job"

    @classmethod
    def shown_objection(cls, job: JobRecord) -> Message | None:
        """Another server has no dashboard that is known here."""
        is_public = job.api_url == credentials.DEFAULT_API_URL
        return None if is_public else Message("This job is not on Renderjuice's own servers.")

    def execute(self, _context: bpy.types.Context) -> set[str]:
        """Open the one address that is known; that of a single job's page is documented nowhere."""
        return set(bpy.ops.wm.url_open(url=preferences.WEBSITE))


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
    RENDERJUICE_OT_remove,
    RENDERJUICE_OT_copy_details,
    RENDERJUICE_OT_open_job_dashboard,
    RENDERJUICE_OT_dismiss_notice,
)
