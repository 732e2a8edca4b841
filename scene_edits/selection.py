# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows the artist the datablock that a finding is about."""

from __future__ import annotations

import bpy

from ..messages.message import Message, message_of
from .local_data import NotHere, own_datablock
from .modes import StuckInMode, leave_mode

MAX_STEPS_TO_OBJECTS = 8
"""How far users of users are followed, such as image, node group, node group, material, mesh, object."""


class NothingToSelect(Exception):
    """The datablock is gone, or nothing on screen can show it; the message says so."""


def select_datablock(context: bpy.types.Context, collection: str, name: str) -> Message:
    """Select a datablock of this file, or the objects of the view layer that use it. Gives what was done.

    Raises `NothingToSelect`; the selection then stays as it is.
    """
    try:
        datablock = own_datablock(collection, name)
    except NotHere as error:
        raise NothingToSelect(message_of(error)) from error
    if isinstance(datablock, bpy.types.Scene):
        return _show_scene(context, datablock)
    in_view = set(context.view_layer.objects)
    objects = [thing for thing in objects_using(datablock) if thing in in_view]
    is_shown = isinstance(datablock, bpy.types.Image) and _show_image(context, datablock)
    selected = _select_objects(context, objects)
    if selected:
        return _selected_in_words(name, is_itself=objects == [datablock], selected=len(selected), users=len(objects))
    if is_shown:
        return Message("“{}” is shown in the Image Editor.", name)
    if objects:
        raise NothingToSelect(
            Message("The object “{}” is hidden or not selectable: look for it in the Outliner.", objects[0].name)
        )
    raise NothingToSelect(
        Message("“{}” is used by no object of this view layer: look for it in the Outliner's Blender File.", name)
    )


def _selected_in_words(name: str, *, is_itself: bool, selected: int, users: int) -> Message:
    if is_itself:
        return Message("“{}” selected.", name)
    if selected < users:
        return Message(
            "{} of {} objects that use “{}” selected: the others are hidden or not selectable.", selected, users, name
        )
    if users > 1:
        return Message("{} objects that use “{}” selected.", users, name)
    return Message("The object that uses “{}” selected.", name)


def objects_using(datablock: bpy.types.ID) -> list[bpy.types.Object]:
    """The objects that need a datablock, directly or through others, such as an image through a material."""
    if isinstance(datablock, bpy.types.Object):
        return [datablock]
    users = bpy.data.user_map()
    objects: dict[bpy.types.Object, None] = {}
    seen, found = {datablock}, {datablock}
    if isinstance(datablock, bpy.types.Library):
        found = set(datablock.users_id)
    for _ in range(MAX_STEPS_TO_OBJECTS):
        objects.update((thing, None) for thing in found if isinstance(thing, bpy.types.Object))
        # a scene or a collection that uses the datablock holds many objects that do not
        passed_on = {bpy.types.Scene, bpy.types.Collection, bpy.types.Object}
        found = {user for thing in found if type(thing) not in passed_on for user in users.get(thing, ())} - seen
        seen |= found
    return list(objects)


def _select_objects(context: bpy.types.Context, objects: list[bpy.types.Object]) -> list[bpy.types.Object]:
    """Select these objects and no others. Gives those that could be selected; without any the selection stays."""
    if not objects:
        return []
    try:
        leave_mode()
    except StuckInMode as error:
        raise NothingToSelect(message_of(error)) from error
    for thing in objects:
        thing.select_set(True)
    # Blender silently ignores objects that are hidden, in a hidden collection or not selectable (4.2 to 5.2)
    selected = [thing for thing in objects if thing.select_get()]
    if selected:
        for thing in context.view_layer.objects:
            thing.select_set(thing in selected)
        context.view_layer.objects.active = selected[0]
    return selected


def _show_scene(context: bpy.types.Context, scene: bpy.types.Scene) -> Message:
    if context.window is None:
        raise NothingToSelect(Message("There is no window to show the scene “{}” in.", scene.name))
    context.window.scene = scene
    return Message("The window shows the scene “{}”.", scene.name)


def _show_image(context: bpy.types.Context, image: bpy.types.Image) -> bool:
    for area in context.window.screen.areas if context.window else ():
        if area.type == "IMAGE_EDITOR":
            area.spaces.active.image = image
            return True
    return False
