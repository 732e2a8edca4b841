# SPDX-License-Identifier: GPL-3.0-or-later
"""The frames that a render reads: those it renders, and those around them."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import bpy

from ..animation import animated_paths
from ..blender_versions import all_strips
from .scenes import reached_scenes
from .timeline import TIMING, Timeline, has_animated_mute, on_screen
from .views import view_suffixes

NEIGHBORS = 1
"""Frames before and after a rendered one that are read in any case, as for the vector pass and by interpolation."""


SHUTTER = ("render.use_motion_blur", "render.motion_blur")
"""How the data paths of what opens the shutter begin."""


@dataclass(frozen=True)
class FramesRead:
    """The frames of a `scene` that are `rendered`, and how many more are read before and after each of them.

    `frames` are the rendered ones, or None when the scene's frames do not tell which ones are read: then all are. Time
    may be `is_remapped`. Where a render `shows_movement`, the shapes of the frames around are in it, too. `views` are
    the ends of the names of files that are one for each view, and `has_views` tells whether such views are rendered.
    """

    scene: bpy.types.Scene
    rendered: frozenset[int]
    frames: frozenset[int] | None
    margin: int = NEIGHBORS
    is_remapped: bool = False
    shows_movement: bool = False
    views: tuple[str, ...] = ()
    has_views: bool = False

    @functools.cached_property
    def around(self) -> frozenset[int] | None:
        """The rendered frames with those around them, or None for all."""
        return None if self.frames is None else self._with_margin(self.frames)

    @functools.cached_property
    def switching(self) -> frozenset[int] | None:
        """The frames that tell which objects and modifiers keyframes have switched on, or None for all."""
        return self.around if self.shows_movement else self.frames

    def own_times(self) -> tuple[frozenset[int] | None, frozenset[int] | None]:
        """When the strips of the scene itself are shown: the rendered frames with those around them, and without.

        None means that any time may be shown.
        """
        return (None, None) if self.is_remapped else (self._with_margin(self.rendered), self.rendered)

    def _with_margin(self, frames: frozenset[int]) -> frozenset[int]:
        offsets = range(-self.margin, self.margin + 1)
        return frozenset(frame + offset for frame in frames for offset in offsets)


def frames_read_by(scene: bpy.types.Scene, frames: Sequence[int]) -> FramesRead:
    """What is read when these frames of a scene are rendered.

    Motion blur reads as far as its shutter is open, in this scene or in those that compositing renders with it. All
    frames are read with remapped time, with other scenes in the sequencer, and with a shutter that is animated.
    """
    scenes = reached_scenes(scene)
    is_remapped = any(map(_is_remapped, scenes))
    are_told = not (is_remapped or _shows_scenes(scene) or any(map(_has_animated_shutter, scenes)))
    shutter = max(each.render.motion_blur_shutter if each.render.use_motion_blur else 0.0 for each in scenes)
    return FramesRead(
        scene,
        frozenset(frames),
        frozenset(frames) if are_told else None,
        NEIGHBORS + math.ceil(shutter),
        is_remapped,
        any(map(_shows_movement, scenes)),
        view_suffixes(scene),
        scene.render.use_multiview,
    )


def _is_remapped(scene: bpy.types.Scene) -> bool:
    return scene.render.frame_map_old != scene.render.frame_map_new


def _shows_movement(scene: bpy.types.Scene) -> bool:
    return scene.render.use_motion_blur or any(layer.use_pass_vector for layer in scene.view_layers)


def _has_animated_shutter(scene: bpy.types.Scene) -> bool:
    return any(path.startswith(SHUTTER) for path in animated_paths(scene))


def _shows_scenes(scene: bpy.types.Scene) -> bool:
    return scene.render.use_sequencer and any(strip.type == "SCENE" for strip in all_strips(scene))


def is_certain(timeline: Timeline, strip: Any, frames: FramesRead) -> bool:
    """True for a strip that is surely in one of the rendered frames, by its own time."""
    is_own_time = timeline.scene == frames.scene and not frames.is_remapped and not has_animated_mute(timeline.scene)
    return is_own_time and bool(on_screen(strip, frames.rendered)) and not timeline.is_animated(strip, TIMING)
