# SPDX-License-Identifier: GPL-3.0-or-later
"""The frames that a render reads: those it renders, and those around them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import bpy

NEIGHBORS = 1
"""Frames before and after a rendered one that are read in any case, as for the vector pass and by interpolation."""


@dataclass(frozen=True)
class Span:
    """The rendered `frames`, and how many more are read before and after each of them.

    `frames` is None when the scene's frames do not tell which ones are read: then all are.
    """

    frames: frozenset[int] | None
    margin: int = NEIGHBORS

    def around(self) -> frozenset[int] | None:
        """The rendered frames with those around them, or None for all."""
        if self.frames is None:
            return None
        offsets = range(-self.margin, self.margin + 1)
        return frozenset(frame + offset for frame in self.frames for offset in offsets)


ALL = Span(None)


def span_of(scene: bpy.types.Scene, frames: Sequence[int]) -> Span:
    """What is read when these frames of a scene are rendered.

    Motion blur reads as far as its shutter is open. With remapped time, and with other scenes in the sequencer, the
    frames that are read are others than those that are rendered.
    """
    if scene.render.frame_map_old != scene.render.frame_map_new or _shows_scenes(scene):
        return ALL
    shutter = scene.render.motion_blur_shutter if scene.render.use_motion_blur else 0.0
    return Span(frozenset(frames), NEIGHBORS + math.ceil(shutter))


def _shows_scenes(scene: bpy.types.Scene) -> bool:
    from .strips import strips

    return scene.render.use_sequencer and any(strip.type == "SCENE" for strip in strips(scene))
