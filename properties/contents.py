# SPDX-License-Identifier: GPL-3.0-or-later
"""The lists of the files that would be sent, one for each scene on screen: `window_manager.renderjuice_contents`.

They belong to the window manager, so that no .blend holds them and no undo touches them (4.2 to 5.2).
"""

from __future__ import annotations

import bpy


class RENDERJUICE_PG_file_row(bpy.types.PropertyGroup):
    """One row: the item's name is the path, `kind` what it is used as, and `size` is in words."""

    kind: bpy.props.StringProperty(name="Kind")
    size: bpy.props.StringProperty(name="Size")


class RENDERJUICE_PG_contents(bpy.types.PropertyGroup):
    """The files of one scene, whose session UID is the item's name."""

    rows: bpy.props.CollectionProperty(type=RENDERJUICE_PG_file_row)
    active: bpy.props.IntProperty(name="File", description="A file that will be sent")


def find(scene: bpy.types.Scene) -> RENDERJUICE_PG_contents | None:
    """The list of a scene; None before it was checked."""
    return bpy.context.window_manager.renderjuice_contents.get(str(scene.session_uid))


def make(scene_uid: int) -> RENDERJUICE_PG_contents:
    """The list of a scene, made when there is none. Not while drawing."""
    lists = bpy.context.window_manager.renderjuice_contents
    found = lists.get(str(scene_uid))
    if found is None:
        found = lists.add()
        found.name = str(scene_uid)
    return found


def clear() -> None:
    """Remove all lists. Not while drawing."""
    bpy.context.window_manager.renderjuice_contents.clear()


classes = (RENDERJUICE_PG_file_row, RENDERJUICE_PG_contents)
_register_classes, _unregister_classes = bpy.utils.register_classes_factory(classes)


def register() -> None:
    """Make the lists known to Blender."""
    _register_classes()
    bpy.types.WindowManager.renderjuice_contents = bpy.props.CollectionProperty(type=RENDERJUICE_PG_contents)


def unregister() -> None:
    """Undo `register`."""
    del bpy.types.WindowManager.renderjuice_contents
    _unregister_classes()
