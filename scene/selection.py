# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings the datablock that a finding is about in front of the artist."""

from __future__ import annotations

import bpy

MOST_USERS = 8
"""Steps that are followed from a datablock to the objects that use it: image, group, group, material, mesh, object."""


class NothingToSelect(Exception):
    """The datablock is gone, or nothing on screen can show it; the text says so."""


def select_datablock(context: bpy.types.Context, collection: str, name: str) -> str:
    """Select a datablock, or the objects of the open scene that use it. Gives what was done, as a sentence.

    Raises `NothingToSelect`.
    """
    datablock = getattr(bpy.data, collection).get(name) if hasattr(bpy.data, collection) else None
    if datablock is None:
        raise NothingToSelect(f"“{name}” is not in this file any more.")
    if isinstance(datablock, bpy.types.Scene):
        context.window.scene = datablock
        return f"The window shows the scene “{name}”."
    in_view = {thing.name for thing in context.view_layer.objects}
    objects = [thing for thing in objects_using(datablock) if thing.name in in_view]
    is_shown = isinstance(datablock, bpy.types.Image) and _show_image(context, datablock)
    if objects:
        _select_objects(context, objects)
        many = f"{len(objects)} objects that use" if len(objects) > 1 else "The object that uses"
        return f"{many} “{name}” selected." if objects != [datablock] else f"“{name}” selected."
    if is_shown:
        return f"“{name}” is shown in the Image Editor."
    raise NothingToSelect(
        f"“{name}” is used by no object of this view layer: look for it in the Outliner's Blender File."
    )


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


def _select_objects(context: bpy.types.Context, objects: list[bpy.types.Object]) -> None:
    if context.mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    for thing in context.view_layer.objects:
        thing.select_set(thing in objects)
    context.view_layer.objects.active = objects[0]


def _show_image(context: bpy.types.Context, image: bpy.types.Image) -> bool:
    for area in context.window.screen.areas if context.window else ():
        if area.type == "IMAGE_EDITOR":
            area.spaces.active.image = image
            return True
    return False
