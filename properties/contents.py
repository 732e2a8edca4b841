# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of the files that would be sent, as of the last look: `window_manager.renderjuice_contents`.

They belong to the window manager, so that no .blend holds them and no undo touches them (4.2 to 5.2).
"""

from __future__ import annotations

import bpy


class RENDERJUICE_PG_file_row(bpy.types.PropertyGroup):
    """One row: the item's name is the path. `users` and `size` are in words."""

    users: bpy.props.StringProperty(name="Used by")
    size: bpy.props.StringProperty(name="Size")


class RENDERJUICE_PG_contents(bpy.types.PropertyGroup):
    """The list: its rows, the number of files, and their size together."""

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
