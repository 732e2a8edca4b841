# SPDX-License-Identifier: GPL-3.0-or-later
"""Which scenes are rendered for the images of a scene."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import bpy

from ..blender_versions import all_strips, compositor_tree
from .compositor import compositor_in_use, nodes_of
from .sequencer import renders_sequencer
from .timeline import timeline_of


class View(NamedTuple):
    """A scene that is rendered, and the camera that a strip names for it. None means that no strip names one."""

    scene: bpy.types.Scene
    camera: bpy.types.Object | None = None


def rendered_views(scene: bpy.types.Scene, times: frozenset[int] | None = None) -> list[View]:
    """What is rendered for the images of a scene: itself, or the scenes that its sequencer or compositor uses.

    `times` are the frames of the scene at which its strips are shown. None means all.
    """
    is_cut = renders_sequencer(scene)
    return list(_views_of_sequencer(scene, set(), times) if is_cut else _views_of_compositor(View(scene)))


def _views_of_sequencer(
    scene: bpy.types.Scene, seen: set[bpy.types.Scene], times: frozenset[int] | None = None
) -> Iterator[View]:
    seen.add(scene)
    for strip in _scene_strips(scene, times):
        if strip.scene_input == "CAMERA":
            yield from _views_of_compositor(View(strip.scene, strip.scene_camera))
        elif strip.scene not in seen:
            yield from _views_of_sequencer(strip.scene, seen)


def _views_of_compositor(view: View) -> Iterator[View]:
    """The scenes of the compositor's nodes. Unconnected nodes count, too: their scenes need a camera (4.2, 5.2)."""
    if not compositor_in_use(view.scene):
        yield view
        return
    layers = [node for node in nodes_of(view.scene) if node.type == "R_LAYERS" and not node.mute]
    for scene in dict.fromkeys(node.scene or view.scene for node in layers):
        yield view if scene == view.scene else View(scene)


def rendered_scenes(scene: bpy.types.Scene, times: frozenset[int] | None = None) -> list[bpy.types.Scene]:
    """The scenes whose objects are in the images, including the background sets of scenes. `times` as above."""
    found: dict[bpy.types.Scene, None] = {}
    for view in rendered_views(scene, times):
        each: bpy.types.Scene | None = view.scene
        while each is not None and each not in found:
            found[each] = None
            each = each.background_set
    return list(found)


def reached_scenes(scene: bpy.types.Scene, times: frozenset[int] | None = None) -> tuple[bpy.types.Scene, ...]:
    """The scene and all others that its strips, its compositor or its background may show, used or not.

    `times` are the frames of the scene at which its strips are shown. None means all.
    """
    found = {scene: None}
    ahead = [scene]
    while ahead:
        each = ahead.pop()
        new = [strip.scene for strip in _scene_strips(each, times if each == scene else None)]
        new += [each.background_set, *composited_scenes(each)]
        new = [other for other in new if other is not None and other not in found]
        found.update(dict.fromkeys(new))
        ahead += new
    return tuple(found)


def _scene_strips(scene: bpy.types.Scene, times: frozenset[int] | None = None) -> list[Any]:
    """The strips of other scenes that are not muted, or that an effect shows all the same, at these times."""
    strips = [strip for strip in all_strips(scene) if strip.type == "SCENE" and strip.scene is not None]
    if not strips:
        return []
    timeline = timeline_of(scene)
    return [strip for strip in strips if timeline.is_shown(strip, times)]


def composited_scenes(scene: bpy.types.Scene) -> Iterator[bpy.types.Scene]:
    """The scenes that Render Layers nodes of a scene's compositor show, or of any group that it may use."""
    for tree in (compositor_tree(scene), *bpy.data.node_groups):
        if tree is not None and tree.bl_idname == "CompositorNodeTree":
            yield from (node.scene for node in tree.nodes if node.type == "R_LAYERS" and node.scene)
