# SPDX-License-Identifier: GPL-3.0-or-later
"""What Blender tells while the artist works: the scene has changed, another file is open. The timer looks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bpy

from . import live_jobs, scene_check


@bpy.app.handlers.persistent
def _scene_changed(*_: Any) -> None:
    """Something in the scene is not as it was. May be called from a render's thread, where no timer may be touched."""
    if not bpy.app.is_job_running("RENDER"):
        scene_check.note_change()
        live_jobs.follow()


@bpy.app.handlers.persistent
def _data_goes(*_: Any) -> None:
    """What is in the file is about to be freed: nothing of it may be held."""
    scene_check.note_change()


@bpy.app.handlers.persistent
def _file_loaded(*_: Any) -> None:
    """Another file is open, whose scenes are not checked yet."""
    scene_check.forget()
    live_jobs.show_rows()
    scene_check.note_change()
    live_jobs.follow()


HANDLERS: tuple[tuple[str, Callable[..., None]], ...] = (
    ("depsgraph_update_post", _scene_changed),
    ("undo_pre", _data_goes),
    ("redo_pre", _data_goes),
    ("load_pre", _data_goes),
    ("undo_post", _scene_changed),
    ("redo_post", _scene_changed),
    ("load_post", _file_loaded),
)


def register() -> None:
    """Listen, where there is somebody to look: without a window no timer fires."""
    if not bpy.app.background:
        for name, handler in HANDLERS:
            getattr(bpy.app.handlers, name).append(handler)


def unregister() -> None:
    """Undo `register`."""
    for name, handler in HANDLERS:
        handlers = getattr(bpy.app.handlers, name)
        if handler in handlers:
            handlers.remove(handler)
