# SPDX-License-Identifier: GPL-3.0-or-later
"""Canceling a job: here at once, on the farm as soon as it can be told."""

from __future__ import annotations

from contextlib import suppress

from ...api.client import Client
from ...api.errors import NotFound, Refused, RenderjuiceError, WrongKey
from ...api.models import JobStatus
from ...messages.message import Message
from ..journal.errors import Overtaken
from ..records import Failure, FailureKind, JobRecord, Stage
from .context import Context
from .failures import give_up, kind_of
from .pipeline import find_lost_job

NOTHING_RUNS = frozenset({JobStatus.CREATED, JobStatus.VALIDATED, JobStatus.FAILED, JobStatus.CANCELED})
"""Statuses in which a job costs nothing, whether or not the service lets it be canceled."""


def cancel_here(context: Context, job: JobRecord) -> bool:
    """Cancel a job that the farm need not hear of: it is not there yet, or it is rendered and only fetched still.

    False when the farm has to be told.
    """
    is_rendered = job.stage is Stage.DOWNLOADING and job.status in JobStatus.FINISHED
    if job.done is not None:
        with suppress(Overtaken):
            context.journal.move(job, stage=Stage.DONE, failure=None, trouble="")
        return True
    if is_rendered and job.status == JobStatus.COMPLETED:
        failure = Failure(
            FailureKind.DOWNLOAD_CANCELED,
            Message("The download was canceled; the job is rendered."),
            Message("Retry to fetch the other frames."),
            "",
            job.stage,
        )
    elif is_rendered or (job.remote_id is None and job.create_intent is None):
        failure = _canceled(job)
    else:
        return False
    with suppress(Overtaken):
        context.journal.move(job, stage=Stage.CANCELED, failure=failure, trouble="")
    return True


def cancel_on_the_farm(context: Context, job: JobRecord) -> bool:
    """Cancel a job on the farm, and then here. False when it has to be tried again; the job says why."""
    try:
        with context.client(job.api_url) as client:
            remote_id = job.remote_id
            if remote_id is None:
                lost = find_lost_job(context, client, job)
                remote_id = lost.id if lost else None
            status = _cancel(client, remote_id) if remote_id else job.status
    except WrongKey as error:
        with context.journal.together():
            now = context.journal.find(job.id)
            if now is not None and now.is_live:
                give_up(context, now, error)
        return True
    except RenderjuiceError as error:
        trouble = Message("The cancel has not reached Renderjuice yet: {}", error.message)
        _settle(context, job, trouble=trouble, trouble_kind=kind_of(error))
        return False
    if status == JobStatus.COMPLETED:
        note = Message("The job was finished before it could be canceled.")
        fetching = context.journal.fetching(job.id)
        return _settle(
            context, job, stage=Stage.DOWNLOADING, status=status, notes=[*job.notes, note], trouble="", **fetching
        )
    if remote_id is None or status in NOTHING_RUNS:
        return _settle(
            context,
            job,
            stage=Stage.CANCELED,
            remote_id=remote_id,
            status=status,
            failure=_canceled(job),
            trouble="",
        )
    _settle(context, job, trouble=Message("Renderjuice does not cancel a job that is {}. It is asked again.", status))
    return False


def _cancel(client: Client, remote_id: str) -> str:
    """Cancel, and give the status that the job has then."""
    try:
        client.cancel_job(remote_id)
    except NotFound:
        return JobStatus.CANCELED
    except Refused:
        return client.get_job(remote_id).status
    return JobStatus.CANCELED


def _settle(context: Context, job: JobRecord, **changes: object) -> bool:
    """Write down the outcome, wherever the poller has brought the job meanwhile; a job that is over stays as it is."""
    journal = context.journal
    with journal.together():
        now = journal.find(job.id)
        if now is not None and now.is_live and any(getattr(now, name) != value for name, value in changes.items()):
            journal.update(job.id, **changes)
    return True


def _canceled(job: JobRecord) -> Failure:
    return Failure(
        FailureKind.CANCELED, Message("The job was canceled."), Message("Retry to render it after all."), "", job.stage
    )
