# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that would be sent, as they were when they were last listed: `window_manager.renderjuice_contents`.

They belong to the window manager, so that no .blend holds them and no undo touches them (4.2 to 5.2).
"""

from __future__ import annotations

from collections.abc import Sequence

import bpy

from ..jobs.byte_size import size
from ..scene.contents import Item, total_size
from ..scene.dependencies import Dependencies
from . import scene_check

MOST_ROWS = 2_000
"""Files that are shown; the largest come first."""


class RENDERJUICE_PG_file_row(bpy.types.PropertyGroup):
    """One row: the item's name is the path. `users` and `size` are in words."""

    users: bpy.props.StringProperty(name="Used by")
    size: bpy.props.StringProperty(name="Size")


class RENDERJUICE_PG_contents(bpy.types.PropertyGroup):
    """What was listed: its rows, how many files there are, and what they take together."""

    rows: bpy.props.CollectionProperty(type=RENDERJUICE_PG_file_row)
    active: bpy.props.IntProperty(name="File", description="A file that will be sent")
    scene: bpy.props.IntProperty(name="Scene", description="Session UID of the scene that was looked at")
    count: bpy.props.IntProperty(name="Files", description="How many files will be sent")
    total: bpy.props.StringProperty(
        name="Total", description="How many files there are, and what they take together before they are packed"
    )
    files: bpy.props.IntProperty(name="File Names", description="A number that tells these files from others")


def get(context: bpy.types.Context) -> RENDERJUICE_PG_contents:
    """The list of this Blender."""
    return context.window_manager.renderjuice_contents


def show(context: bpy.types.Context, dependencies: Dependencies, items: Sequence[Item]) -> None:
    """Make these the rows. Not while drawing."""
    listed = get(context)
    listed.rows.clear()
    for item in items[:MOST_ROWS]:
        row = listed.rows.add()
        # a name on the disk may be no Unicode text
        row.name = item.path.encode(errors="replace").decode()
        row.users = ", ".join(item.users)
        row.size = "" if item.size is None else size(item.size)
    listed.active = 0
    listed.scene, listed.count = context.scene.session_uid, len(items)
    listed.total = total_in_words(items)
    listed.files = scene_check.number_of(dependencies)


def is_outdated(context: bpy.types.Context) -> bool:
    """True when the scene is known to need other files than those that were listed."""
    known = scene_check.files_number(context.scene)
    return known is not None and known != get(context).files


def total_in_words(items: Sequence[Item]) -> str:
    """How many files there are, the .blend being the first, and what they take."""
    total = size(total_size(items))
    blend, *others = items
    if blend.size is None:
        return f"The scene, not saved yet, and files of {total}" if others else "The scene, not saved yet"
    return f"{len(items)} files, {total}" if others else f"One file, {total}"


classes = (RENDERJUICE_PG_file_row, RENDERJUICE_PG_contents)
_register_classes, _unregister_classes = bpy.utils.register_classes_factory(classes)


def register() -> None:
    """Make the list known to Blender."""
    _register_classes()
    bpy.types.WindowManager.renderjuice_contents = bpy.props.PointerProperty(type=RENDERJUICE_PG_contents)


def unregister() -> None:
    """Undo `register`."""
    del bpy.types.WindowManager.renderjuice_contents
    _unregister_classes()
