# SPDX-License-Identifier: GPL-3.0-or-later
"""Frames that come by themselves: watches which are to be opened or refreshed in the project, and when that may be.

What opens them is loaded when it is first needed, because every start of Blender waits for what is loaded before.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import bpy

from ..jobs.records import JobRecord, Stage
from . import jobs

if TYPE_CHECKING:
    from ..scene_edits.footage import Opened

logger = logging.getLogger(__name__)

FIRST_INTERVAL = 0.2
"""Seconds until the first look at what a changed job means for the project."""
INTERVAL = 1.0
"""Seconds between two refreshes at least."""
STEP_INTERVAL = 0.01
"""Seconds between two steps of a refresh."""
MAX_SHARE = 0.05
"""The share of Blender's time that refreshes may take; one that takes long makes the next one wait."""
HANDLERS = ("load_post", "undo_post", "redo_post")


@dataclass
class State:
    """Which jobs wait to be opened or refreshed, by their ids, and what is going on.

    `due` are to be opened. `settled` have been done once: they are not opened on their own again. `stale` are shown and
    have more frames than are shown. `working` is the opening or the refresh that is going on, a step at a time, and
    `spent` the seconds that it took so far. `shown` are the jobs that the open file shows; None means that this has to
    be looked up again.
    """

    due: list[str] = field(default_factory=list)
    settled: set[str] = field(default_factory=set)
    stale: set[str] = field(default_factory=set)
    working: Iterator[None] | None = None
    spent: float = 0.0
    shown: frozenset[str] | None = None


_state = State()


def open_job(
    job: JobRecord, scene: bpy.types.Scene, how: str, window: bpy.types.Window | None, *, may_open_window: bool = False
) -> Opened:
    """Open a job's frames for a scene. Raises `FootageError` and `JournalError`."""
    from . import opening

    frames = opening.footage_of(job)
    _state.shown = None
    return opening.open_frames(frames, job, scene, how, window, may_open_window=may_open_window)


def take_in(before: JobRecord | None, after: JobRecord) -> None:
    """Note what a changed job means for the project. An observer of the jobs; a timer of its own does the rest."""
    if before is not None and (before.stage is Stage.DONE or before.done is not None):
        # its frames are only fetched again, which may have begun before this Blender was there
        _state.settled.add(after.id)
    if before is not None and after.stage is Stage.DONE and after.id not in _state.settled:
        _state.settled.add(after.id)
        _state.due.append(after.id)
    is_news = before is None or (before.frames_downloaded, before.stage) != (after.frames_downloaded, after.stage)
    if is_news and after.id in _shown_jobs():
        _state.stale.add(after.id)
    _serve_soon()


def _serve_soon() -> None:
    """See to it that what is due is done."""
    is_needed = (_state.due or _state.stale) and not bpy.app.background
    if is_needed and not bpy.app.timers.is_registered(serve):
        bpy.app.timers.register(serve, first_interval=FIRST_INTERVAL, persistent=True)


def serve() -> float | None:
    """Open and refresh what is due, one thing at a time.

    Gives the seconds until the next look; None means that nothing came since the last. Waits while the artist is in the
    middle of something, and while Blender renders.
    """
    due = [job_id for job_id in _state.due if _is_of_open_file(job_id)]
    if not due and not _state.stale and _state.working is None:
        return None
    begin = time.monotonic()
    try:
        if _is_busy(bpy.context):
            return INTERVAL
        if _state.working is None:
            if due:
                _state.due.remove(due[0])
            _state.working = _open(due[0]) if due else _refresh(_state.stale.pop())
            _state.spent = 0.0
        for _ in _state.working:
            _state.spent += time.monotonic() - begin
            return STEP_INTERVAL
    except Exception:
        # Blender would drop the timer without a word
        logger.exception("frames could not be shown")
    _state.working = None
    return max(INTERVAL, (_state.spent + time.monotonic() - begin) / MAX_SHARE)


def _is_of_open_file(job_id: str) -> bool:
    """True for a job of the open file. One of another file waits until that is open again."""
    job = jobs.find(job_id)
    return job is not None and jobs.is_of_open_file(job)


def _open(job_id: str) -> Iterator[None]:
    """Open the frames of a job that is done, in steps, unless its scene asks for nothing or they are shown already."""
    from . import opening

    job = jobs.find(job_id)
    scene = bpy.data.scenes.get(job.scene) if job is not None else None
    if job is None or scene is None or scene.library is not None or scene.renderjuice.open_with == "NOTHING":
        return
    del scene  # what the artist does between two steps may be its end
    if job_id in _shown_jobs():
        # the artist did it already
        _state.stale.add(job_id)
        return
    try:
        yield from opening.open_as_scene_says(job)
    finally:
        _state.shown = None


def _refresh(job_id: str) -> Iterator[None]:
    """Bring up to date what shows a job, in steps."""
    from . import opening

    job = jobs.find(job_id)
    if job is not None:
        yield from opening.refresh(job)


def _shown_jobs() -> frozenset[str]:
    if _state.shown is None:
        from . import opening

        _state.shown = opening.shown_jobs()
    return _state.shown


def _is_busy(context: bpy.types.Context) -> bool:
    """True while the scene must not be changed: a render goes on, or the artist drags something."""
    manager = context.window_manager
    if manager.is_interface_locked or bpy.app.is_job_running("RENDER"):
        return True
    # those that run in the background all the time neither block nor push an undo step
    running = (operator for window in manager.windows for operator in window.modal_operators)
    return any({"UNDO", "BLOCKING"} & operator.bl_options for operator in running)


@bpy.app.handlers.persistent
def _look_again(*_: Any) -> None:
    """Another file, or an undo step: what is shown may not be what it was, and may show fewer frames than are here."""
    _state.shown = None
    _state.stale.update(_shown_jobs())
    _serve_soon()


@bpy.app.handlers.persistent
def _let_go(*_: Any) -> None:
    """The file is about to be saved: frames that are only looked at are no part of it."""
    if _shown_jobs():
        from . import opening

        opening.let_go()


def register() -> None:
    """Begin to watch the jobs."""
    jobs.observers.append(take_in)
    bpy.app.handlers.save_pre.append(_let_go)
    for name in HANDLERS:
        getattr(bpy.app.handlers, name).append(_look_again)


def unregister() -> None:
    """Undo `register`."""
    jobs.observers.remove(take_in)
    if _let_go in bpy.app.handlers.save_pre:
        bpy.app.handlers.save_pre.remove(_let_go)
    for name in HANDLERS:
        handlers: list[Callable[..., None]] = getattr(bpy.app.handlers, name)
        if _look_again in handlers:
            handlers.remove(_look_again)
    if bpy.app.timers.is_registered(serve):
        bpy.app.timers.unregister(serve)
    _state.due.clear()
    _state.stale.clear()
    _state.settled.clear()
    _state.working, _state.shown = None, None
