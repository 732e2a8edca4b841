# SPDX-License-Identifier: GPL-3.0-or-later
"""What a scene brings into the images by itself: its objects, its world, its compositor and its strips."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import bpy

from ...blender_versions import all_strips, has_compositor_switch
from ...chunks import datablocks_in_chunks
from ..collections import are_layers_switched, rendered_collections, rendered_layers
from ..compositor import compositor_in_use
from ..frames_read import FramesRead, is_certain
from ..scenes import reached_scenes, rendered_scenes
from ..sequencer import renders_sequencer, scenes_in_sequencer
from ..timeline import Timeline, timeline_of
from .constraints import constraints_of
from .links import Aspect, Link, through_nodes
from .pointers import pointers
from .users_index import UsersIndex

NEVER_RENDERED = (bpy.types.Brush, bpy.types.Palette, bpy.types.PaintCurve, bpy.types.Sound, bpy.types.Scene)


@dataclass(frozen=True)
class Reach:
    """The `scenes` that may be in the images, and the `collections` whose objects are in them.

    Those of the `sure_scenes` are in them for sure. `timelines` are the sequencers that are shown. `frames` None means
    all times. `own_objects` are those in a scene's own collection. `active_clips` are those of scenes that something
    follows.
    """

    scenes: frozenset[bpy.types.Scene]
    sure_scenes: frozenset[bpy.types.Scene]
    collections: frozenset[bpy.types.Collection]
    sure_collections: frozenset[bpy.types.Collection]
    timelines: tuple[Timeline, ...]
    frames: FramesRead | None
    own_objects: Mapping[bpy.types.Scene, frozenset[bpy.types.Object]]
    active_clips: frozenset[bpy.types.MovieClip]


def reach_of(scene: bpy.types.Scene, frames: FramesRead | None) -> Generator[None, None, Reach]:
    """How far a render of a scene reaches; in steps."""
    around, certain = (None, None) if frames is None else frames.own_times()
    scenes, sure_scenes = reached_scenes(scene, around), rendered_scenes(scene, certain)
    if not renders_sequencer(scene):
        # its compositor works also where that shows other scenes only
        sure_scenes.append(scene)
    yield
    collections = yield from rendered_collections(scenes)
    sure_collections = yield from rendered_collections(sure_scenes)
    own_objects = {}
    for each in scenes:
        own_objects[each] = frozenset(each.collection.objects)
        yield
    return Reach(
        frozenset(scenes),
        frozenset(sure_scenes),
        frozenset(collections),
        frozenset(sure_collections),
        tuple(map(timeline_of, scenes_in_sequencer(scene))),
        frames,
        own_objects,
        (yield from _followed_clips(scenes)),
    )


def _followed_clips(
    scenes: Iterable[bpy.types.Scene],
) -> Generator[None, None, frozenset[bpy.types.MovieClip]]:
    """The scenes' own clips, if an object or a bone stands where they have it: no constraint names them then."""
    clips = frozenset(scene.active_clip for scene in scenes if scene.active_clip is not None)
    if clips:
        for chunk in datablocks_in_chunks("objects"):
            if any(getattr(each, "use_active_clip", False) for thing in chunk for each in constraints_of(thing)):
                return clips
            yield
    return frozenset()


def link_to_scene(link: Link, scene: bpy.types.Scene, reach: Reach, index: UsersIndex) -> Link | None:
    """The scene as the end of a way, unless it has the datablock for the artist only. None means that the way ends."""
    used: Any = link.datablock
    if scene not in reach.scenes:
        return None
    end = link._replace(datablock=scene, is_sure=link.is_sure and scene in reach.sure_scenes)
    nodes = scene.node_tree if has_compositor_switch(scene) else None
    if index.is_driven_by(scene, used) or (nodes is not None and index.is_driven_by(nodes, used)):
        return end._replace(is_sure=False)
    if isinstance(used, NEVER_RENDERED):
        return None
    match used:
        case bpy.types.Object():
            # as its view layers show all others, too, it is their user
            is_own = link.is_visible and used in reach.own_objects[scene]
            return end if is_own or _is_camera(scene, used) else None
        case bpy.types.Collection():
            return end._replace(is_sure=False) if _simulates(scene, used) and link.aspect is not Aspect.LOOK else None
        case bpy.types.Image():
            return _in_compositor(link, scene, end, index)
        case bpy.types.MovieClip():
            shown = _in_strips(link, scene, reach, "MOVIECLIP", "clip") or _in_compositor(link, scene, end, index)
            return shown or (end._replace(is_sure=False) if used in reach.active_clips else None)
        case bpy.types.VectorFont():
            return _in_strips(link, scene, reach, "TEXT", "font")
        case bpy.types.NodeTree():
            if has_compositor_switch(scene):
                return _in_compositor(link, scene, end, index)
            # strips may have one, too
            is_used = compositor_in_use(scene) or scene in _played(reach)
            return end if is_used else None
        case bpy.types.World() | bpy.types.Material() | bpy.types.FreestyleLineStyle():
            return None if _is_of_idle_layers(scene, used) else end
        case bpy.types.Mask():
            if nodes is not None and not _masks_strips(scene, used):
                return _in_compositor(link, scene, end, index)
    return end


def _is_of_idle_layers(scene: bpy.types.Scene, used: bpy.types.ID) -> bool:
    """True for what view layers alone have, and only such as are not rendered, or without Freestyle."""
    naming = {index: layer for index, layer in enumerate(scene.view_layers) if used in pointers(layer)}
    drawing = {
        index: layer
        for index, layer in enumerate(scene.view_layers)
        if any(lineset.linestyle == used for lineset in layer.freestyle_settings.linesets)
    }
    if (not naming and not drawing) or scene.world == used:
        return False
    rendered = rendered_layers(scene)
    are_switched = are_layers_switched(scene)
    draws = scene.render.use_freestyle and any(
        drawing[index].use_freestyle or are_switched for index in rendered if index in drawing
    )
    return not draws and not any(index in naming for index in rendered)


def _masks_strips(scene: bpy.types.Scene, mask: bpy.types.Mask) -> bool:
    """True when a strip shows a mask, or a modifier of a strip takes it."""
    for strip in all_strips(scene):
        named = (getattr(strip, "mask", None), *(each.input_mask_id for each in getattr(strip, "modifiers", ())))
        if mask in named:
            return True
    return False


def _is_camera(scene: bpy.types.Scene, thing: bpy.types.Object) -> bool:
    if scene.camera == thing or any(marker.camera == thing for marker in scene.timeline_markers):
        return True
    if scene.render.use_multiview and thing.type == "CAMERA":
        # the cameras of other views are found by their names
        return True
    return any(strip.type == "SCENE" and strip.scene_camera == thing for strip in all_strips(scene))


def _simulates(scene: bpy.types.Scene, collection: bpy.types.Collection) -> bool:
    """True for the objects of rigid bodies, which push others also where they are hidden."""
    world = scene.rigidbody_world
    return world is not None and collection in (world.collection, world.constraints)


def _in_compositor(link: Link, scene: bpy.types.Scene, end: Link, index: UsersIndex) -> Link | None:
    """A use in the nodes that lie in the scene itself, as they do before 5.0."""
    tree = scene.node_tree if has_compositor_switch(scene) else None
    # a scene has images and clips for the artist, too
    if tree is None or not compositor_in_use(scene) or index.use_by_nodes(tree, link.datablock) is None:
        return None
    return through_nodes(end, link.datablock, tree, index)


def _in_strips(link: Link, scene: bpy.types.Scene, reach: Reach, kind: str, name: str) -> Link | None:
    """A use by strips; before 5.0 those of clips do not tell which one they show."""
    for timeline in reach.timelines:
        if timeline.scene == scene:
            for strip in all_strips(scene):
                if strip.type == kind and getattr(strip, name, link.datablock) == link.datablock:
                    if reach.frames is None:
                        return Link(scene, is_sure=False)
                    if timeline.is_shown(strip, reach.frames.around):
                        is_told = hasattr(strip, name) and is_certain(timeline, strip, reach.frames)
                        return Link(scene, is_sure=link.is_sure and is_told)
    return None


def _played(reach: Reach) -> list[bpy.types.Scene]:
    return [timeline.scene for timeline in reach.timelines]
