# SPDX-License-Identifier: GPL-3.0-or-later
"""Which objects the scenes themselves do not show: hidden in renders, or in collections that are.

Whether something else makes use of such an object is not said here.
"""

from collections.abc import Iterable, Iterator

import bpy

from .keyed_paths import keyed_paths

ACTING = ("COLLISION", "FLUID", "DYNAMIC_PAINT")
"""Modifiers by which an object has an effect on simulations of others, hidden or not."""


def unseen_objects(scenes: Iterable[bpy.types.Scene]) -> set[bpy.types.Object]:
    """Give the objects of these scenes that none of them renders, and that act on none by themselves."""
    scenes = tuple(scenes)
    seen = {thing for scene in scenes for thing in _seen(scene)}
    every = {thing for scene in scenes for thing in scene.collection.all_objects}
    return {thing for thing in every - seen if not (_acts(thing) or _is_instanced(thing))}


def _seen(scene: bpy.types.Scene) -> Iterator[bpy.types.Object]:
    yield from (camera for camera in (scene.camera, *(marker.camera for marker in scene.timeline_markers)) if camera)
    for layer in scene.view_layers:
        if layer.use:
            yield from _seen_in(layer.layer_collection, is_hidden=False)


def _seen_in(layer: bpy.types.LayerCollection, is_hidden: bool) -> Iterator[bpy.types.Object]:
    """A collection hides all below it; one that is excluded may have others inside that are not."""
    collection = layer.collection
    is_hidden = is_hidden or (collection.hide_render and "hide_render" not in keyed_paths(collection))
    if not (is_hidden or layer.exclude):
        yield from (thing for thing in collection.objects if not _is_hidden(thing))
    for child in layer.children:
        yield from _seen_in(child, is_hidden)


def _is_hidden(thing: bpy.types.Object) -> bool:
    return thing.hide_render and "hide_render" not in keyed_paths(thing)


def _is_instanced(thing: bpy.types.Object) -> bool:
    """Tell whether its parent shows it on its vertices or faces, where it may be hidden itself."""
    return thing.parent is not None and thing.parent.instance_type in {"VERTS", "FACES"}


def _acts(thing: bpy.types.Object) -> bool:
    is_force = thing.field is not None and thing.field.type != "NONE"
    return is_force or any(modifier.type in ACTING for modifier in thing.modifiers)
