# SPDX-License-Identifier: GPL-3.0-or-later
"""The jobs as this Blender sees them: one session at the journal, and what has changed there since the last look."""

from __future__ import annotations

import atexit
import logging
import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import bpy

from ..jobs.client.errors import WorkerError
from ..jobs.client.estimate import Estimates
from ..jobs.journal.errors import JournalError
from ..jobs.records import JobRecord, Stage
from ..messages.message import message_of
from ..properties import connection_check, job_list, preferences
from . import notices, thumbnails
from .redrawing import redraw

if TYPE_CHECKING:
    from ..jobs.client.session import Session

logger = logging.getLogger(__name__)

INTERVAL = 0.5
"""Seconds between two looks at the journal while a job is alive."""
TROUBLED_INTERVAL = 2.0
"""The same while the journal or the worker makes trouble: a file that is held may cost a moment at each look."""
CATCH_UP_INTERVAL = 0.02
"""Seconds to the next look while more has changed than one look takes in."""
pace = 1.0
"""The pauses of a worker that is started from here, as a share of those on the internet: a test's service is nearer."""

Observer = Callable[[JobRecord | None, JobRecord], None]
observers: list[Observer] = []
"""Called with each job that changed: as it was when it was last seen, None if it never was, and as it is."""
estimates = Estimates()
"""How fast the jobs go, and how long they will take."""


@dataclass
class State:
    """What this Blender knows of the jobs.

    `is_wanted`: there is a reason to open the journal. `seen` holds each job by its id, as it was when the observers
    were last told. `trouble` is what keeps the list from being up to date. `on_quit` is what the preferences say of
    quitting: it is kept here because Blender's own data is gone when that is asked for. `has_other_rows`: jobs have
    come or gone since the list was given its rows.
    """

    session: Session | None = None
    is_wanted: bool = False
    seen: dict[str, JobRecord] = field(default_factory=dict)
    trouble: str = ""
    on_quit: str = "KEEP"
    has_other_rows: bool = False


_state = State()


def session() -> Session:
    """The session at the journal, opened when it is first needed. Raises `JournalError` and `OSError`."""
    is_new = _state.session is None
    now = _session()
    if is_new:
        look_again()
    return now


def _session() -> Session:
    """The same, whose jobs are not known yet if it is new."""
    _state.is_wanted = True
    if _state.session is None:
        # loaded when it is first needed, because every start of Blender waits for what is loaded before
        from ..jobs.client.session import Session

        # 4.2 has no `python_args`; isolated mode is what later versions give
        python_args = getattr(bpy.app, "python_args", ("-I",))
        _state.session = Session(preferences.home(), python=sys.executable, python_args=python_args, pace=pace)
        remember_on_quit()
    # a script may have allowed it since; nothing is written while it stays the same
    _state.session.tell_online_access(bpy.app.online_access)
    return _state.session


def jobs() -> tuple[JobRecord, ...]:
    """All jobs that are known in memory, newest first. Reads no file, so that it may be used while drawing."""
    if _state.session is None:
        return ()
    return tuple(sorted(_state.session.watch.jobs.values(), key=lambda job: job.created, reverse=True))


def find(job_id: str) -> JobRecord | None:
    """A job that is known in memory, or None."""
    return _state.session.watch.jobs.get(job_id) if _state.session is not None else None


def is_of_open_file(job: JobRecord) -> bool:
    """True when a job was submitted from the file that is open."""
    try:
        return bool(bpy.data.filepath) and os.path.samefile(bpy.data.filepath, job.blend)  # noqa: PTH121
    except OSError:
        return False


def is_of_file(job: JobRecord | None, filepath: str) -> bool:
    """True for a job that was submitted from the file at this path. Asks no disk, so that it may be used in drawing."""
    return job is not None and bool(filepath) and str(job.blend) == filepath


def preferred() -> str:
    """The id of the job that is chosen where the artist chose none: this file's running or newest one, else any."""
    known = jobs()
    here = [job for job in known if is_of_file(job, bpy.data.filepath)]
    running = [job for job in known if job.is_live]
    candidates = [*(job for job in here if job.is_live), *here, *running, *known]
    return candidates[0].id if candidates else ""


def running_job(chosen: str) -> JobRecord | None:
    """The job that runs: the chosen one if it does, else this file's newest, else the newest of all."""
    running = [job for job in jobs() if job.is_live]
    here = [job for job in running if is_of_file(job, bpy.data.filepath)]
    first = [job for job in running if job.id == chosen]
    return next(iter((*first, *here, *running)), None)


def look_on_disk(job_id: str) -> None:
    """Have the worker find out what is left on this computer of a job that is over. Not for drawing."""
    job = find(job_id)
    if job is None or job.is_live or _state.session is None:
        return
    # what cannot be asked now is asked when the job is chosen again
    with suppress(JournalError, WorkerError, OSError):
        _state.session.ask_for_look(job_id, preferences.api_url(bpy.context))


def frames_here(job: JobRecord) -> int:
    """How many frames of a job are on this computer, as far as is known without a look."""
    return job.on_disk.frames if job.on_disk is not None else job.frames_downloaded


def can_go_on(job: JobRecord) -> bool:
    """True while something is left of what was sent, as far as is known without a look."""
    return job.on_disk.can_go_on if job.on_disk is not None else True


def _chosen_on_disk() -> None:
    look_on_disk(job_list.chosen_id(bpy.context))


def trouble() -> str:
    """What keeps the list of jobs from being up to date, as a sentence, or ""."""
    return _state.trouble


def want_earlier_jobs() -> None:
    """Have the jobs of earlier sessions followed, if there are any."""
    _state.is_wanted = preferences.home().journal.exists()


def tick() -> float | None:
    """Look once, for the timer. Gives the seconds until the next look; None means that no job needs one."""
    try:
        is_needed = _state.is_wanted and look()
        _note_trouble("")
    except (JournalError, WorkerError, OSError) as error:
        _note_trouble(message_of(error))
        return TROUBLED_INTERVAL
    except Exception:
        # Blender would drop the timer without a word
        logger.exception("the job timer failed")
        is_needed = True
    if _state.session is not None and _state.session.watch.is_behind:
        return CATCH_UP_INTERVAL
    return INTERVAL if is_needed else None


def _note_trouble(trouble: str) -> None:
    if trouble == _state.trouble:
        return
    if trouble:
        logger.warning("%s", trouble)
    _state.trouble = trouble
    redraw()


def look() -> bool:
    """Take in what changed, of many jobs only some. True while a job is alive or an answer is awaited.

    Raises `JournalError` and `WorkerError`.
    """
    is_first = _state.session is None
    now = _session()
    # a job that is over changes only once a worker has started and has seen a wish, which it strikes off after that
    is_wished = not now.watch.has_live_jobs and bool(now.journal.wishes())
    if _take_in(now.watch.look()) or is_first:
        redraw()
    if connection_check.is_running() and connection_check.take_in(now.connection_test()):
        redraw()
    # what was taken in may have been a reason for another wish
    is_wished = is_wished or (not now.watch.has_live_jobs and bool(now.journal.wishes()))
    is_needed = now.watch.has_live_jobs or connection_check.is_running() or is_wished
    if is_needed:
        remember_on_quit()
        if bpy.app.online_access:
            now.keep_worker(preferences.api_url(bpy.context))
    return is_needed


def look_again() -> None:
    """Take in everything that changed, also by this Blender itself. Raises `JournalError`."""
    _take_in(session().watch.look_again())


def _take_in(changed: Sequence[JobRecord]) -> bool:
    """Tell the observers of changed jobs, and keep the list to the jobs there are. True when anything changed."""
    watch = session().watch
    known = watch.jobs
    if not changed and len(known) == len(_state.seen) and not _state.has_other_rows:
        return False
    now = time.monotonic()
    for job in changed:
        before, _state.seen[job.id] = _state.seen.get(job.id), job
        _state.has_other_rows |= before is None
        estimates.take_in(job, now)
        for observer in tuple(observers):
            try:
                observer(before, job)
            except Exception:
                logger.exception("an observer of job %s failed", job.id)
    chosen = job_list.chosen_id(bpy.context)
    if any(job.id == chosen and job.on_disk is None for job in changed):
        look_on_disk(chosen)
    removed = _state.seen.keys() - known.keys()
    for job_id in removed:
        del _state.seen[job_id]
        estimates.forget(job_id)
        thumbnails.forget(job_id)
        notices.dismiss(job_id)
    _state.has_other_rows |= bool(removed)
    if _state.has_other_rows and not watch.is_behind:
        show_rows()
    return True


def show_rows() -> None:
    """Give the list its rows again, which may have gone with the file that was open."""
    _state.has_other_rows = False
    job_list.sync(bpy.context, [job.id for job in jobs()], preferred())


def show_rows_of_file() -> None:
    """The same after a file was opened: its running or newest job is chosen."""
    show_rows()
    job_list.choose(bpy.context, preferred())


def remember_on_quit() -> None:
    """Keep what quitting means where it can be read when Blender's own data is gone already."""
    _state.on_quit = preferences.get(bpy.context).on_quit


def log_failure(_before: JobRecord | None, after: JobRecord) -> None:
    """Have a job's failure in the log of whoever starts Blender in a terminal."""
    if after.stage is Stage.FAILED and after.failure:
        logger.warning("job %s failed: %s", after.name, after.failure.sentence)


OBSERVERS: tuple[Observer, ...] = (log_failure, notices.take_in, thumbnails.take_in)


def close_session() -> None:
    """Leave the journal, and tell the worker what that means."""
    if _state.session is None:
        return
    try:
        _state.session.close(_state.on_quit)
    except JournalError as error:
        logger.warning("%s", error)
    _state.session = None
    _state.is_wanted = False
    _state.seen.clear()
    _state.has_other_rows = False


def register() -> None:
    """Begin to tell the observers, and see to it that the journal is left when Blender quits."""
    atexit.register(close_session)
    observers.extend(OBSERVERS)
    job_list.on_choice.append(_chosen_on_disk)


def unregister() -> None:
    """Undo `register`."""
    for observer in OBSERVERS:
        observers.remove(observer)
    job_list.on_choice.remove(_chosen_on_disk)
    notices.dismiss()
    atexit.unregister(close_session)
    close_session()
