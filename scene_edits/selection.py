# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings the datablock that a finding is about in front of the artist."""

from __future__ import annotations

import bpy

from .local_data import NotHere, own_datablock
from .modes import StuckInMode, leave_mode

MOST_USERS = 8
"""Steps that are followed from a datablock to the objects that use it: image, group, group, material, mesh, object."""


class NothingToSelect(Exception):
    """The datablock is gone, or nothing on screen can show it; the text says so."""


def select_datablock(context: bpy.types.Context, collection: str, name: str) -> str:
    """Select a datablock of this file, or the objects of the view layer that use it. Gives what was done.

    What cannot be selected leaves the selection as it is. Raises `NothingToSelect`.
    """
    try:
        datablock = own_datablock(collection, name)
    except NotHere as error:
        raise NothingToSelect(str(error)) from error
    if isinstance(datablock, bpy.types.Scene):
        return _show_scene(context, datablock)
    in_view = set(context.view_layer.objects)
    objects = [thing for thing in objects_using(datablock) if thing in in_view]
    is_shown = isinstance(datablock, bpy.types.Image) and _show_image(context, datablock)
    selected = _select_objects(context, objects)
    if selected:
        return _told(name, is_itself=objects == [datablock], selected=len(selected), objects=len(objects))
    if is_shown:
        return f"“{name}” is shown in the Image Editor."
    if objects:
        raise NothingToSelect(
            f"The object “{objects[0].name}” is hidden or not selectable: look for it in the Outliner."
        )
    raise NothingToSelect(
        f"“{name}” is used by no object of this view layer: look for it in the Outliner's Blender File."
    )


def _told(name: str, *, is_itself: bool, selected: int, objects: int) -> str:
    if is_itself:
        return f"“{name}” selected."
    if selected < objects:
        return f"{selected} of {objects} objects that use “{name}” selected: the others are hidden or not selectable."
    if objects > 1:
        return f"{objects} objects that use “{name}” selected."
    return f"The object that uses “{name}” selected."


def objects_using(datablock: bpy.types.ID) -> list[bpy.types.Object]:
    """The objects that need a datablock, directly or through others, such as an image through a material."""
    if isinstance(datablock, bpy.types.Object):
        return [datablock]
    users = bpy.data.user_map()
    objects: dict[bpy.types.Object, None] = {}
    seen, found = {datablock}, {datablock}
    if isinstance(datablock, bpy.types.Library):
        found = set(datablock.users_id)
    for _ in range(MOST_USERS):
        objects.update((thing, None) for thing in found if isinstance(thing, bpy.types.Object))
        # a collection or a scene has everything: what they hold does not use the datablock
        passed_on = {bpy.types.Scene, bpy.types.Collection, bpy.types.Object}
        found = {user for thing in found if type(thing) not in passed_on for user in users.get(thing, ())} - seen
        seen |= found
    return list(objects)


def _select_objects(context: bpy.types.Context, objects: list[bpy.types.Object]) -> list[bpy.types.Object]:
    """Select these objects and no others, if any of them can be. Gives those that are selected."""
    if not objects:
        return []
    try:
        leave_mode()
    except StuckInMode as error:
        raise NothingToSelect(str(error)) from error
    for thing in objects:
        thing.select_set(True)
    # what is hidden, in a hidden collection or not selectable, stays what it was without a word (4.2 to 5.2)
    selected = [thing for thing in objects if thing.select_get()]
    if selected:
        for thing in context.view_layer.objects:
            thing.select_set(thing in selected)
        context.view_layer.objects.active = selected[0]
    return selected


def _show_scene(context: bpy.types.Context, scene: bpy.types.Scene) -> str:
    if context.window is None:
        raise NothingToSelect(f"There is no window to show the scene “{scene.name}” in.")
    context.window.scene = scene
    return f"The window shows the scene “{scene.name}”."


def _show_image(context: bpy.types.Context, image: bpy.types.Image) -> bool:
    for area in context.window.screen.areas if context.window else ():
        if area.type == "IMAGE_EDITOR":
            area.spaces.active.image = image
            return True
    return False
