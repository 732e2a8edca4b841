# SPDX-License-Identifier: GPL-3.0-or-later
"""What the operators on a job share: finding the job, asking the worker, being grey with a reason, and asking first."""

from __future__ import annotations

from typing import Any

import bpy

from ..jobs.client.errors import WorkerError
from ..jobs.journal.errors import JournalError
from ..jobs.records import JobRecord, Wish
from ..live import jobs as live_jobs
from ..live import readiness, timer, waiting
from ..messages.message import Message, message_of
from ..properties import job_list, preferences
from ..translations import translate


def job_properties() -> dict[str, object]:
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


def poll_of_jobs(cls: Any, context: bpy.types.Context) -> bool:
    """The part of a `poll` that is about jobs: the one whose details the panel shows, or any one in a menu.

    Always True for scripts in background mode: they may name a job that is not looked at yet, and hear from `execute`.
    """
    shown = getattr(context, "renderjuice_job", None)
    if shown is None and bpy.app.background:
        return True
    reason = Message("There is no job yet. Submit a scene first.") if shown is None else Message("No job is going on.")
    jobs = live_jobs.jobs() if shown is None else (live_jobs.find(shown),)
    objections = [cls.shown_objection(job) for job in jobs if job is not None]
    if not all(objections):
        return True
    # as Blender's own reasons, without a full stop
    cls.poll_message_set(translate(next(iter(objections), reason)).rstrip(".。"))
    return False


class JobOperator:
    """What the operators on a job share: they find the job, ask the worker for something, and wait for a script."""

    wish: Wish

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Available with online access and a key, and a job that it applies to."""
        return readiness.poll(cls, context) and poll_of_jobs(cls, context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Ask the worker. Every reason why not is an ERROR report."""
        try:
            session = live_jobs.session()
            job = self.choose(session.journal.jobs(), chosen_id(context))
            session.wish(self.wish, preferences.api_url(context), job.id, self.argument(job))
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

    @classmethod
    def objection(cls, job: JobRecord) -> Message | None:
        """Why this cannot be done with a job; None when it can be."""
        raise NotImplementedError

    @classmethod
    def shown_objection(cls, job: JobRecord) -> Message | None:
        """Why the button for a job is grey; None when it is not. Asked in drawing, so that no disk is looked at."""
        return cls.objection(job)

    def argument(self, _job: JobRecord) -> str:
        """What the worker has to know beside the job."""
        return ""

    def failure(self, job: JobRecord) -> Message | None:
        """Why a job that a script waited for did not end as asked; None when it did."""
        return waiting.failure_of(job)


def confirm(
    operator: bpy.types.Operator,
    context: bpy.types.Context,
    event: bpy.types.Event,
    title: str,
    message: str,
    button: str,
) -> set[str]:
    """Ask before an operator is run; the button says what it does."""
    ask = context.window_manager.invoke_confirm
    message, button = translate(message), translate(button)
    return set(ask(operator, event, title=translate(title), message=message, confirm_text=button, icon="WARNING"))
