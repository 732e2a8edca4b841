# SPDX-License-Identifier: GPL-3.0-or-later
"""Listens to Blender while the artist works: the scene has changed, another file is open. The timer then looks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bpy

from ..scene_edits.packed_paint import packed_paint
from . import jobs, scene_check, timer

_owner = object()
"""The owner of the subscriptions to changes of windows."""


@bpy.app.handlers.persistent
def _scene_changed(*_: Any) -> None:
    """Something in the scene is not as it was. May be called from a render's thread, where no timer may be touched."""
    scene_check.note_change()
    if not bpy.app.is_job_running("RENDER"):
        timer.start()


@bpy.app.handlers.persistent
def _data_goes(*_: Any) -> None:
    """The data of the file is about to be freed: nothing of it may be held."""
    scene_check.note_change()


@bpy.app.handlers.persistent
def _undo_begins(*_: Any) -> None:
    """Something is about to be undone or redone."""
    packed_paint.before_undo()


@bpy.app.handlers.persistent
def _undo_ended(*_: Any) -> None:
    """Something was undone or redone."""
    packed_paint.after_undo()


@bpy.app.handlers.persistent
def _file_loaded(*_: Any) -> None:
    """Another file is open, whose scenes are not checked yet."""
    scene_check.forget()
    packed_paint.forget()
    jobs.show_rows_of_file()
    _listen_to_windows()
    _scene_changed()


def _listen_to_windows() -> None:
    """Subscribe to changes of a window's scene, for which there is no handler. Loading a file ends subscriptions."""
    bpy.msgbus.clear_by_owner(_owner)
    bpy.msgbus.subscribe_rna(
        key=(bpy.types.Window, "scene"),  # type: ignore[arg-type]
        owner=_owner,
        args=(),
        notify=_scene_changed,
    )


HANDLERS: tuple[tuple[str, Callable[..., None]], ...] = (
    ("depsgraph_update_post", _scene_changed),
    ("undo_pre", _data_goes),
    ("redo_pre", _data_goes),
    ("load_pre", _data_goes),
    ("undo_pre", _undo_begins),
    ("redo_pre", _undo_begins),
    ("undo_post", _undo_ended),
    ("redo_post", _undo_ended),
    ("undo_post", _scene_changed),
    ("redo_post", _scene_changed),
    ("load_post", _file_loaded),
)


def register() -> None:
    """Listen, but not in background mode, where no timer fires."""
    if not bpy.app.background:
        for name, handler in HANDLERS:
            getattr(bpy.app.handlers, name).append(handler)
        _listen_to_windows()


def unregister() -> None:
    """Undo `register`."""
    bpy.msgbus.clear_by_owner(_owner)
    for name, handler in HANDLERS:
        handlers = getattr(bpy.app.handlers, name)
        if handler in handlers:
            handlers.remove(handler)
