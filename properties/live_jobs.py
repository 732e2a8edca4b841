# SPDX-License-Identifier: GPL-3.0-or-later
"""The jobs as Blender sees them: one session at the journal, and one timer that looks whether something changed."""

from __future__ import annotations

import atexit
import logging
import sys
from collections.abc import Iterable

import bpy

from ..jobs.control import Session, WorkerError
from ..jobs.journal import JournalError
from ..jobs.records import JobRecord, Stage
from . import connection_test, preferences

logger = logging.getLogger(__name__)

TICK = 0.5
"""Seconds between two looks at the journal while a job is alive."""
CATCH_UP = 0.05
"""Seconds to the next look while more has changed than one look takes in."""
REDRAWN_AREAS = frozenset({"PROPERTIES", "PREFERENCES", "STATUSBAR"})

_session: Session | None = None
_trouble = ""
_on_quit = "KEEP"


def session() -> Session:
    """The session at the journal, opened when it is first needed. Raises `JournalError` and `OSError`."""
    global _session
    if _session is None:
        # 4.2 has no `python_args`; isolated mode is what later versions give
        python_args = getattr(bpy.app, "python_args", ("-I",))
        _session = Session(preferences.home(), python=sys.executable, python_args=python_args)
        _session.tell_online_access(bpy.app.online_access)
        _session.watch.look_again()
        remember_on_quit()
    return _session


def jobs() -> tuple[JobRecord, ...]:
    """All jobs that are known in memory, newest first. Reads no file, so that it may be used while drawing."""
    if _session is None:
        return ()
    return tuple(sorted(_session.watch.jobs.values(), key=lambda job: job.created, reverse=True))


def trouble() -> str:
    """What keeps the list of jobs from being up to date, as a sentence, or ""."""
    return _trouble


def follow() -> None:
    """See to it that the timer runs; called after each wish. Does nothing in background mode, where no timer fires."""
    if not bpy.app.background and not bpy.app.timers.is_registered(tick):
        bpy.app.timers.register(tick, first_interval=TICK, persistent=True)


def tick() -> float | None:
    """Look once. Gives the seconds until the next look, or None when no job is alive: the timer then ends."""
    global _trouble
    try:
        is_needed = look()
        if _trouble:
            _trouble = ""
            redraw()
    except (JournalError, WorkerError, OSError) as error:
        if _trouble != str(error):
            logger.warning("%s", error)
            _trouble = str(error)
            redraw()
        is_needed = True
    except Exception:
        # Blender would drop the timer without a word
        logger.exception("the job timer failed")
        is_needed = True
    if _session is not None and _session.watch.is_behind:
        return CATCH_UP
    return TICK if is_needed else None


def look() -> bool:
    """Take in what changed. True while a job is alive or an answer is awaited.

    Raises `JournalError` and `WorkerError`.
    """
    is_first = _session is None
    now = session()
    changed = now.watch.look()
    if changed or is_first:
        _log_ended(changed)
        redraw()
    if connection_test.is_running() and connection_test.take_in(now.connection_test()):
        redraw()
    is_needed = now.watch.has_live_jobs or connection_test.is_running()
    if is_needed:
        remember_on_quit()
        now.tell_online_access(bpy.app.online_access)
        if bpy.app.online_access:
            now.keep_worker(preferences.api_url(bpy.context))
    return is_needed


def remember_on_quit() -> None:
    """Keep what quitting means where it can be read when Blender's own data is gone already."""
    global _on_quit
    _on_quit = preferences.get(bpy.context).on_quit


def redraw() -> None:
    """Have the editors that show jobs drawn again."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type in REDRAWN_AREAS:
                area.tag_redraw()


def _log_ended(changed: Iterable[JobRecord]) -> None:
    for job in changed:
        if job.stage is Stage.FAILED and job.failure:
            logger.warning("job %s failed: %s", job.name, job.failure.sentence)


def _resume() -> None:
    """Follow the jobs of earlier sessions. Runs once, after the start: there is no context while registering."""
    if preferences.home().journal.exists():
        follow()


def close_session() -> None:
    """Leave the journal, and tell the worker what that means."""
    global _session
    if _session is None:
        return
    try:
        _session.close(_on_quit)
    except JournalError as error:
        logger.warning("%s", error)
    _session = None


def register() -> None:
    """Begin to follow what is left of earlier sessions."""
    atexit.register(close_session)
    if not bpy.app.background:
        bpy.app.timers.register(_resume, first_interval=1.0, persistent=True)


def unregister() -> None:
    """Undo `register`."""
    for timer in (_resume, tick):
        if bpy.app.timers.is_registered(timer):
            bpy.app.timers.unregister(timer)
    atexit.unregister(close_session)
    close_session()
