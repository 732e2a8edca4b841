# SPDX-License-Identifier: GPL-3.0-or-later
"""Frames in the project that come by themselves: opened when a job is done, brought up to date while it renders.

What opens them is loaded when it is first needed, because every start of Blender waits for what is loaded before.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import bpy

from ..jobs.journal.journal import JournalError
from ..jobs.records import JobRecord, Stage
from . import jobs as live_jobs

if TYPE_CHECKING:
    from ..scene_edits.footage import Footage, Opened

logger = logging.getLogger(__name__)

SOON = 0.2
"""Seconds until the first look at what a changed job means for the project."""
INTERVAL = 1.0
"""Seconds between two refreshes at least."""
STEP_INTERVAL = 0.01
"""Seconds between two steps of a refresh."""
MOST_OF_THE_TIME = 0.05
"""The share of Blender's time that refreshes may take; one that takes long makes the next one wait."""
HANDLERS = ("load_post", "undo_post", "redo_post")

_due: list[str] = []
"""The ids of the jobs whose frames are to be opened."""
_settled: set[str] = set()
"""The ids of the jobs that have been done once: their frames are not opened on their own again."""
_stale: set[str] = set()
"""The ids of the jobs that are shown, and have more frames than are shown."""
_working: Iterator[None] | None = None
"""The opening or the refresh that is going on, a step at a time."""
_spent = 0.0
"""Seconds that it took so far."""
_shown: frozenset[str] | None = None
"""The ids of the jobs that are shown in the open file; None when that has to be looked up again."""


def open_job(
    job: JobRecord, scene: bpy.types.Scene, how: str, window: bpy.types.Window | None, *, may_open_window: bool = False
) -> Opened:
    """Open a job's frames for a scene. Raises `FootageError` and `JournalError`."""
    return _open(_footage_of(job), job, scene, how, window, may_open_window=may_open_window)


def _open(
    footage: Footage,
    job: JobRecord,
    scene: bpy.types.Scene,
    how: str,
    window: bpy.types.Window | None,
    *,
    may_open_window: bool = False,
) -> Opened:
    global _shown
    from ..scene_edits.footage import open_footage

    rendered = bpy.data.scenes.get(job.scene) or scene
    if how == "SEQUENCER" and window is not None:
        # from 5.0 on, a workspace may show another scene's strips than the window's
        scene = getattr(window.workspace, "sequencer_scene", None) or scene
    _shown = None
    return open_footage(scene, footage, how, window=window, rendered=rendered, may_open_window=may_open_window)


def _footage_of(job: JobRecord) -> Footage:
    from ..jobs.frame_names import frame_paths
    from ..scene_edits.footage import Footage

    outputs = live_jobs.session().journal.outputs(job.id).values()
    return Footage(job.id, job.name, frame_paths(job.frames, outputs), job.frames, job.config.fps)


def take_in(before: JobRecord | None, after: JobRecord) -> None:
    """Note what a changed job means for the project. An observer of `live_jobs`; a timer of its own does the rest."""
    if before is not None and before.stage is Stage.DONE:
        _settled.add(after.id)
    if before is not None and after.stage is Stage.DONE and after.id not in _settled:
        _settled.add(after.id)
        _due.append(after.id)
    is_news = before is None or (before.frames_downloaded, before.stage) != (after.frames_downloaded, after.stage)
    if is_news and after.id in _shown_jobs():
        _stale.add(after.id)
    _serve_soon()


def _serve_soon() -> None:
    """See to it that what is due is done."""
    if (_due or _stale) and not bpy.app.background and not bpy.app.timers.is_registered(serve):
        bpy.app.timers.register(serve, first_interval=SOON, persistent=True)


def serve() -> float | None:
    """Open and refresh what is due, one thing at a time.

    Gives the seconds until the next look, or None when nothing came since the last. Waits while the artist is in the
    middle of something, and while Blender renders.
    """
    global _working, _spent
    due = [job_id for job_id in _due if _is_wanted_here(job_id)]
    if not due and not _stale and _working is None:
        return None
    begin = time.monotonic()
    try:
        if _is_busy(bpy.context):
            return INTERVAL
        if _working is None:
            if due:
                _due.remove(due[0])
            _working, _spent = _open_on_its_own(due[0]) if due else _refresh(_stale.pop()), 0.0
        for _ in _working:
            _spent += time.monotonic() - begin
            return STEP_INTERVAL
    except Exception:
        # Blender would drop the timer without a word
        logger.exception("frames could not be shown")
    _working = None
    return max(INTERVAL, (_spent + time.monotonic() - begin) / MOST_OF_THE_TIME)


def _is_wanted_here(job_id: str) -> bool:
    """True for a job of the open file. One of another file waits until that is open again."""
    job = live_jobs.find(job_id)
    return job is not None and _is_open_file(job)


def _open_on_its_own(job_id: str) -> Iterator[None]:
    """Open the frames of a job that is done, as its scene says, in steps as `_refresh` does."""
    job = live_jobs.find(job_id)
    if job is None:
        return
    scene: bpy.types.Scene | None = bpy.data.scenes.get(job.scene)
    if scene is None or scene.library is not None or scene.renderjuice.open_with == "NOTHING":
        return
    if job_id in _shown_jobs():
        # the artist did it already
        _stale.add(job_id)
        return
    how = scene.renderjuice.open_with
    del scene  # what the artist does between two steps may be its end
    try:
        footage = _footage_of(job)
        yield
        if job.scene not in bpy.data.scenes or not _is_open_file(job):
            return
        opened = _open(footage, job, bpy.data.scenes[job.scene], how, bpy.context.window)
    except (ValueError, JournalError, OSError) as error:
        _tell(job, str(error))
        return
    bpy.ops.ed.undo_push(message="Open Frames from Renderjuice")
    logger.info("%s", opened.sentence)
    for warning in opened.warnings:
        _tell(job, warning)


def _tell(job: JobRecord, sentence: str) -> None:
    """Write in the job's receipt what no operator is there to report."""
    logger.warning("%s", sentence)
    with suppress(JournalError, KeyError):
        journal = live_jobs.session().journal
        with journal.hasty():
            journal.add_note(job.id, sentence)


def _refresh(job_id: str) -> Iterator[None]:
    """Bring up to date what shows a job, in steps that take a few milliseconds each for a thousand frames."""
    from ..jobs.frame_names import frame_paths
    from ..scene_edits.footage import Footage, refresh

    job = live_jobs.find(job_id)
    if job is None:
        return
    try:
        outputs = live_jobs.session().journal.outputs(job.id).values()
        yield
        frames = frame_paths(job.frames, outputs)
        yield
        refresh(Footage(job.id, job.name, frames, job.frames))
    except (ValueError, JournalError, OSError) as error:
        logger.warning("%s", error)


def _shown_jobs() -> frozenset[str]:
    global _shown
    from ..scene_edits.footage import shown_jobs

    if _shown is None:
        _shown = shown_jobs()
    return _shown


def _is_open_file(job: JobRecord) -> bool:
    try:
        return bool(bpy.data.filepath) and os.path.samefile(bpy.data.filepath, job.blend)  # noqa: PTH121
    except OSError:
        return False


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
    global _shown
    _shown = None
    _stale.update(_shown_jobs())
    _serve_soon()


def register() -> None:
    """Begin to watch the jobs."""
    live_jobs.observers.append(take_in)
    for name in HANDLERS:
        getattr(bpy.app.handlers, name).append(_look_again)


def unregister() -> None:
    """Undo `register`."""
    global _shown, _working
    live_jobs.observers.remove(take_in)
    for name in HANDLERS:
        handlers: list[Callable[..., None]] = getattr(bpy.app.handlers, name)
        if _look_again in handlers:
            handlers.remove(_look_again)
    if bpy.app.timers.is_registered(serve):
        bpy.app.timers.unregister(serve)
    _due.clear()
    _stale.clear()
    _settled.clear()
    _working = None
    _shown = None
