# SPDX-License-Identifier: GPL-3.0-or-later
"""The jobs as Blender sees them: one session at the journal, and one timer that looks whether something changed."""

from __future__ import annotations

import atexit
import logging
import sys
import time
from collections.abc import Callable, Sequence

import bpy

from ..jobs.client.estimate import Estimates
from ..jobs.client.session import Session, WorkerError
from ..jobs.journal.journal import JournalError
from ..jobs.records import JobRecord, Stage
from ..properties import connection_check, job_list, preferences
from . import notices, readiness, scene_check, thumbnails

logger = logging.getLogger(__name__)

TICK = 0.5
"""Seconds between two looks at the journal while a job is alive."""
TROUBLED_TICK = 2.0
"""The same while the journal or the worker makes trouble: a file that is held may cost a moment at each look."""
CATCH_UP = 0.05
"""Seconds to the next look while more has changed than one look takes in, and to the next step of a check."""

Observer = Callable[[JobRecord | None, JobRecord], None]
observers: list[Observer] = []
"""Called by the timer with each job that changed: as it was when it was last seen, if ever, and as it is."""
estimates = Estimates()
"""How fast the jobs go, and how long they will take."""

_session: Session | None = None
_is_wanted = False
_seen: dict[str, JobRecord] = {}
_trouble = ""
_on_quit = "KEEP"


def session() -> Session:
    """The session at the journal, opened when it is first needed. Raises `JournalError` and `OSError`."""
    global _session, _is_wanted
    _is_wanted = True
    if _session is None:
        # 4.2 has no `python_args`; isolated mode is what later versions give
        python_args = getattr(bpy.app, "python_args", ("-I",))
        _session = Session(preferences.home(), python=sys.executable, python_args=python_args)
        remember_on_quit()
        look_again()
    # a script may have allowed it since; nothing is written while it stays the same
    _session.tell_online_access(bpy.app.online_access)
    return _session


def jobs() -> tuple[JobRecord, ...]:
    """All jobs that are known in memory, newest first. Reads no file, so that it may be used while drawing."""
    if _session is None:
        return ()
    return tuple(sorted(_session.watch.jobs.values(), key=lambda job: job.created, reverse=True))


def find(job_id: str) -> JobRecord | None:
    """A job that is known in memory, or None."""
    return _session.watch.jobs.get(job_id) if _session is not None else None


def trouble() -> str:
    """What keeps the list of jobs from being up to date, as a sentence, or ""."""
    return _trouble


def follow() -> None:
    """See to it that the timer runs; called after each wish. Does nothing in background mode, where no timer fires."""
    if not bpy.app.background and not bpy.app.timers.is_registered(tick):
        bpy.app.timers.register(tick, first_interval=TICK, persistent=True)


def tick() -> float | None:
    """Look once. Gives the seconds until the next look, or None when nothing is awaited: the timer then ends."""
    global _trouble
    try:
        is_needed = _is_wanted and look()
        if _trouble:
            _trouble = ""
            redraw()
    except (JournalError, WorkerError, OSError) as error:
        if _trouble != str(error):
            logger.warning("%s", error)
            _trouble = str(error)
            redraw()
        _check_scenes()
        return CATCH_UP if scene_check.is_under_way() else TROUBLED_TICK
    except Exception:
        # Blender would drop the timer without a word
        logger.exception("the job timer failed")
        is_needed = True
    is_needed |= _check_scenes()
    if scene_check.is_under_way() or (_session is not None and _session.watch.is_behind):
        return CATCH_UP
    return TICK if is_needed else None


def look() -> bool:
    """Take in what changed. True while a job is alive or an answer is awaited.

    Raises `JournalError` and `WorkerError`.
    """
    is_first = _session is None
    now = session()
    if _take_in(now.watch.look()) or is_first:
        redraw()
    if connection_check.is_running() and connection_check.take_in(now.connection_test()):
        redraw()
    is_needed = now.watch.has_live_jobs or connection_check.is_running()
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
    known = session().watch.jobs
    if not changed and len(known) == len(_seen):
        return False
    now = time.monotonic()
    has_new = False
    for job in changed:
        before, _seen[job.id] = _seen.get(job.id), job
        has_new |= before is None
        estimates.take_in(job, now)
        for observer in tuple(observers):
            try:
                observer(before, job)
            except Exception:
                logger.exception("an observer of job %s failed", job.id)
    removed = _seen.keys() - known.keys()
    for job_id in removed:
        del _seen[job_id]
        estimates.forget(job_id)
        thumbnails.forget(job_id)
        notices.dismiss(job_id)
    if has_new or removed:
        show_rows()
    return True


def show_rows() -> None:
    """Give the list its rows again, which may have gone with the file that was open."""
    job_list.sync(bpy.context, [job.id for job in jobs()])


def _check_scenes() -> bool:
    """Check the scenes on screen a step further if that is due. True while it is still to be done."""
    if not (scene_check.is_due() and readiness.is_ready(bpy.context)):
        return False
    try:
        if scene_check.look(bpy.context):
            redraw()
    except Exception:
        # a check that cannot read a scene must not be tried again at every tick
        logger.exception("the check of the scene failed")
        scene_check.forget()
    return scene_check.is_due()


def remember_on_quit() -> None:
    """Keep what quitting means where it can be read when Blender's own data is gone already."""
    global _on_quit
    _on_quit = preferences.get(bpy.context).on_quit


def redraw() -> None:
    """Have drawn again what shows jobs, and no more: the Render tab, the preferences, and the status bar."""
    manager = bpy.context.window_manager
    for window in manager.windows:
        for area in window.screen.areas:
            is_render_tab = area.type == "PROPERTIES" and area.spaces.active.context == "RENDER"
            if is_render_tab or area.type == "PREFERENCES":
                for region in area.regions:
                    if region.type == "WINDOW":
                        region.tag_redraw()
    # the status bar is no area of a screen, and setting this number is the one way to have it drawn (4.2 to 5.2)
    manager.extensions_updates = manager.extensions_updates


def log_failure(_before: JobRecord | None, after: JobRecord) -> None:
    """Have a job's failure in the log of whoever starts Blender in a terminal."""
    if after.stage is Stage.FAILED and after.failure:
        logger.warning("job %s failed: %s", after.name, after.failure.sentence)


def _resume() -> None:
    """Follow the jobs of earlier sessions, and look at the scene.

    Runs once, after the start: there is no context while registering.
    """
    global _is_wanted
    _is_wanted = preferences.home().journal.exists()
    scene_check.note_change()
    follow()


OBSERVERS: tuple[Observer, ...] = (log_failure, notices.take_in, thumbnails.take_in)


def close_session() -> None:
    """Leave the journal, and tell the worker what that means."""
    global _session, _is_wanted
    if _session is None:
        return
    try:
        _session.close(_on_quit)
    except JournalError as error:
        logger.warning("%s", error)
    _session = None
    _is_wanted = False
    _seen.clear()


def register() -> None:
    """Begin to follow what is left of earlier sessions."""
    atexit.register(close_session)
    observers.extend(OBSERVERS)
    if not bpy.app.background:
        bpy.app.timers.register(_resume, first_interval=1.0, persistent=True)


def unregister() -> None:
    """Undo `register`."""
    for timer in (_resume, tick):
        if bpy.app.timers.is_registered(timer):
            bpy.app.timers.unregister(timer)
    for observer in OBSERVERS:
        observers.remove(observer)
    scene_check.forget()
    notices.dismiss()
    atexit.unregister(close_session)
    close_session()
