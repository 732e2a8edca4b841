# SPDX-License-Identifier: GPL-3.0-or-later
"""The frames that a render reads: those it renders, and those around them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import bpy

from ..blender_versions import all_strips, compositor_tree
from .animation import animated_paths
from .views import view_suffixes

NEIGHBORS = 1
"""Frames before and after a rendered one that are read in any case, as for the vector pass and by interpolation."""


SHUTTER = ("render.use_motion_blur", "render.motion_blur")
"""How the data paths of what opens the shutter begin."""


@dataclass(frozen=True)
class FramesRead:
    """The rendered `frames`, and how many more are read before and after each of them.

    `frames` is None when the scene's frames do not tell which ones are read: then all are. `views` are the ends of the
    names of files that are one for each view, and `has_views` tells whether such views are rendered.
    """

    frames: frozenset[int] | None
    margin: int = NEIGHBORS
    views: tuple[str, ...] = ()
    has_views: bool = False

    def around(self) -> frozenset[int] | None:
        """The rendered frames with those around them, or None for all."""
        if self.frames is None:
            return None
        offsets = range(-self.margin, self.margin + 1)
        return frozenset(frame + offset for frame in self.frames for offset in offsets)


def frames_read_by(scene: bpy.types.Scene, frames: Sequence[int]) -> FramesRead:
    """What is read when these frames of a scene are rendered.

    Motion blur reads as far as its shutter is open, in this scene or in those that compositing renders with it. All
    frames are read with remapped time, with other scenes in the sequencer, and with a shutter that is animated.
    """
    views, has_views = view_suffixes(scene), scene.render.use_multiview
    scenes = {scene, *_composited_scenes()}
    if _shows_scenes(scene) or any(_is_remapped(each) or _has_animated_shutter(each) for each in scenes):
        return FramesRead(None, views=views, has_views=has_views)
    shutter = max(each.render.motion_blur_shutter if each.render.use_motion_blur else 0.0 for each in scenes)
    return FramesRead(frozenset(frames), NEIGHBORS + math.ceil(shutter), views, has_views)


def _composited_scenes() -> Iterator[bpy.types.Scene]:
    """The scenes that Render Layers nodes show, also inside node groups."""
    trees = [*map(compositor_tree, bpy.data.scenes), *bpy.data.node_groups]
    for tree in trees:
        if tree is not None and tree.bl_idname == "CompositorNodeTree":
            yield from (node.scene for node in tree.nodes if node.type == "R_LAYERS" and node.scene)


def _is_remapped(scene: bpy.types.Scene) -> bool:
    return scene.render.frame_map_old != scene.render.frame_map_new


def _has_animated_shutter(scene: bpy.types.Scene) -> bool:
    return any(path.startswith(SHUTTER) for path in animated_paths(scene))


def _shows_scenes(scene: bpy.types.Scene) -> bool:
    return scene.render.use_sequencer and any(strip.type == "SCENE" for strip in all_strips(scene))
