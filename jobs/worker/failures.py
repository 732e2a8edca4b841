# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a job stopped, in words for the artist: from errors, and from what the farm says. And the way to stop one."""

from __future__ import annotations

import errno
import json
import logging
import re
import traceback
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

from ...api.error_text import hide_secrets
from ...api.errors import (
    Canceled,
    CertificateRejected,
    ContentChanged,
    DownloadURLExpired,
    InsecureAddress,
    NotFound,
    RateLimited,
    Refused,
    RenderjuiceError,
    ServiceDown,
    StorageRefused,
    TimedOut,
    UnexpectedAnswer,
    Unreachable,
    UploadURLExpired,
    WrongKey,
)
from ...api.models import Job, JobStatus
from ...messages.message import Message, message_of
from ..journal.errors import JournalError, Overtaken
from ..packaging.changed_files import FilesChanged
from ..packaging.package import NothingLeft, PackageError
from ..records import NOTHING_LEFT, Failure, FailureKind, JobRecord, Stage
from .context import Context, NoKey

logger = logging.getLogger(__name__)

ENDED_ON_THE_FARM = frozenset({JobStatus.FAILED, JobStatus.CANCELED})
MAX_DETAIL_CHARACTERS = 8000
MAX_REASON_LETTERS = 160
"""Letters of the service's reason that the artist is shown."""
CRASH = re.compile(r"crash|segmentation fault|SIGSEGV|exception_access_violation", re.IGNORECASE)
FRAME_IN_LOG = re.compile(r"\bFra(?:me)?[:#]?\s*(-?[0-9]{1,7})\b", re.IGNORECASE)
"""How Blender's log (4.2 to 5.2) and people name a frame."""
NOT_WRITABLE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EISDIR)


class DamagedFile(RenderjuiceError):
    """A file arrived whole by its length, and is not what its name says."""

    next_step = Message("Retry to fetch it again; if it stays so, the farm rendered it badly.")

    def __init__(self, name: str, damage: str) -> None:
        super().__init__(Message("The file {} arrived damaged: {}.", name, damage), detail=damage)


KINDS: tuple[tuple[type[BaseException], FailureKind], ...] = (
    (NoKey, FailureKind.NO_KEY),
    (WrongKey, FailureKind.WRONG_KEY),
    (NotFound, FailureKind.NOT_FOUND),
    (Refused, FailureKind.REFUSED),
    (RateLimited, FailureKind.RATE_LIMITED),
    (ServiceDown, FailureKind.SERVICE_DOWN),
    (CertificateRejected, FailureKind.CERTIFICATE_REJECTED),
    (Unreachable, FailureKind.UNREACHABLE),
    (TimedOut, FailureKind.TIMED_OUT),
    (UnexpectedAnswer, FailureKind.UNEXPECTED_ANSWER),
    (UploadURLExpired, FailureKind.UPLOAD_URL_EXPIRED),
    (DownloadURLExpired, FailureKind.DOWNLOAD_URL_EXPIRED),
    (StorageRefused, FailureKind.STORAGE_REFUSED),
    (InsecureAddress, FailureKind.INSECURE_ADDRESS),
    (ContentChanged, FailureKind.CONTENT_CHANGED),
    (Canceled, FailureKind.CANCELED),
    (DamagedFile, FailureKind.DAMAGED_FILE),
    (RenderjuiceError, FailureKind.SERVICE_TROUBLE),
    (NothingLeft, FailureKind.NOTHING_LEFT),
    (FilesChanged, FailureKind.FILES_CHANGED),
    (PackageError, FailureKind.PACKAGE_ERROR),
    (BaseException, FailureKind.UNEXPECTED),
)
"""What each error is called in the journal; the first line that fits counts."""


RENDER_AGAIN = Message("Submit the frames that are missing again.")
"""What is left to do where a job is done, and its frames are neither here nor on the farm."""


def kind_of(error: BaseException) -> FailureKind:
    """What an error is called in the journal."""
    return next(kind for known, kind in KINDS if isinstance(error, known))


def failure_of(error: BaseException, stage: Stage) -> Failure:
    """Why a job stopped at a stage, from the error that stopped it."""
    kind = kind_of(error)
    if isinstance(error, RenderjuiceError):
        return Failure(kind, error.message, error.next_step, error.detail, stage)
    if isinstance(error, PackageError):
        return Failure(kind, message_of(error), Message(""), error.detail, stage)
    if isinstance(error, OSError):
        return _disk_failure(error, stage)
    logger.error("unexpected error", exc_info=error)
    detail = "".join(traceback.format_exception(error))
    next_step = Message("Retry, and report it if it comes again.")
    return Failure(FailureKind.UNEXPECTED, _unforeseen(error), next_step, detail, stage)


def give_up(context: Context, job: JobRecord, error: BaseException) -> None:
    """Stop a job because of an error. What another process did with the job meanwhile stays as it is.

    A job that was done stays done: its download failed.
    """
    logger.warning("job %s stopped at %s: %s", job.id, job.stage, error)
    failure = (
        _job_is_gone(job, error) if isinstance(error, NotFound) and job.remote_id else failure_of(error, job.stage)
    )
    stage = Stage.FAILED if job.done is None else Stage.DONE
    with suppress(Overtaken):
        context.journal.move(job, stage=stage, failure=failure, trouble="")


def _job_is_gone(job: JobRecord, error: NotFound) -> Failure:
    """Why a job stopped that the farm had, and has no more."""
    if job.done is not None:
        message, next_step = Message("The frames are no longer on Renderjuice."), RENDER_AGAIN
    else:
        message = Message("This job is no longer on Renderjuice.")
        is_kept = replace(job, remote_id=None).can_go_on
        next_step = Message("Retry sends it again.") if is_kept else NOTHING_LEFT.next_step
    return Failure(FailureKind.NOT_FOUND, message, next_step, error.detail, job.stage)


def note_trouble(context: Context, jobs: Iterable[JobRecord], error: BaseException) -> None:
    """Show in jobs what they wait for."""
    for job in jobs:
        message, kind = _trouble(error), kind_of(error)
        if (job.trouble, job.trouble_kind) != (message, kind):
            with suppress(Overtaken):
                context.journal.move(job, trouble=message, trouble_kind=kind)


def _trouble(error: BaseException) -> str:
    if isinstance(error, RenderjuiceError):
        return error.message
    return message_of(error) if isinstance(error, JournalError) else _unforeseen(error)


def _unforeseen(error: BaseException) -> Message:
    return Message("Something unforeseen happened: {}.", repr(error))


def failure_on_the_farm(remote: Job, stage: Stage) -> Failure:
    """Why the farm ended a job."""
    reason = remote.failed_reason
    words = hide_secrets(": ".join(part for part in (reason.type, reason.name) if part)) if reason else ""
    in_brackets = f" ({_in_one_line(words)})" if words else ""
    # the service's own words are easier to read than its whole answer
    raw = json.dumps(dict(remote.raw), default=str)
    detail = hide_secrets("\n".join(part for part in (words, raw) if part))[:MAX_DETAIL_CHARACTERS]
    if remote.status == JobStatus.CANCELED:
        message = Message("The job was canceled on Renderjuice, not from here.")
        return Failure(FailureKind.CANCELED_ELSEWHERE, message, Message("Retry to render it again."), detail, stage)
    if stage is Stage.VALIDATING:
        message = Message("Renderjuice could not validate the scene{}.", in_brackets)
        next_step = Message("Mend what it names in the scene, and submit again.")
        return Failure(FailureKind.VALIDATION_FAILED, message, next_step, detail, stage)
    message = _crash(words) or Message("The render failed on Renderjuice{}.", in_brackets)
    next_step = Message("Check that the scene renders here, then retry or submit again.")
    return Failure(FailureKind.RENDER_FAILED, message, next_step, detail, stage)


def _crash(words: str) -> Message | None:
    """That Blender crashed, and at which frame if its log tells; None where the service says something else."""
    if not CRASH.search(words.partition("\n")[0]):
        return None
    frames = FRAME_IN_LOG.findall(words)
    if frames:
        return Message("Blender crashed on the farm at frame {}.", frames[-1])
    return Message("Blender crashed on the farm.")


def _in_one_line(words: str) -> str:
    """What a service says, which may be a whole log, as a part of a sentence; the rest is in the detail."""
    line = next((line.strip() for line in words.splitlines() if line.strip()), "")
    return line if len(line) <= MAX_REASON_LETTERS else line[: MAX_REASON_LETTERS - 1] + "…"


def _disk_failure(error: OSError, stage: Stage) -> Failure:
    where = f" ({error.filename})" if error.filename else ""
    reason = error.strerror or str(error)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        message, next_step = Message("The disk is full{}.", where), Message("Make room on it, and retry.")
        return Failure(FailureKind.DISK_FULL, message, next_step, repr(error), stage)
    if error.errno == errno.EEXIST:
        message = Message("There is a file already that this job did not write{}.", where)
        return Failure(FailureKind.NAME_TAKEN, message, Message("Move it away, and retry."), repr(error), stage)
    if error.errno in NOT_WRITABLE:
        message = Message("A file or folder cannot be written{}: {}.", where, reason)
        next_step = Message("Choose another folder or change its permissions, and retry.")
        return Failure(FailureKind.NOT_WRITABLE, message, next_step, repr(error), stage)
    message = Message("A file cannot be read or written{}: {}.", where, reason)
    return Failure(FailureKind.DISK_ERROR, message, Message("Check the disk, and retry."), repr(error), stage)
