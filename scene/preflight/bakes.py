# SPDX-License-Identifier: GPL-3.0-or-later
"""How far simulations are baked, as far as Blender tells."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator
from typing import Any

import bpy

NEVER = -math.inf
"""Baked up to no frame at all."""
ALWAYS = math.inf
"""Nothing has to be baked."""
UNTOLD = -1.5e308
"""Perhaps baked: before any frame, and not `NEVER`."""

FRAME_FILE = re.compile(r"(-?\d+)_\d+\.json")
"""A file of a geometry nodes bake: the frame and its fraction (`frame_to_string` in Blender's sources)."""
SECOND_PARTICLES = ("use_spray_particles", "use_foam_particles", "use_bubble_particles", "use_tracer_particles")


def point_cache_bake(cache: bpy.types.PointCache) -> float:
    """The last frame of a bake of cloth, particles and the like. One from elsewhere is a matter of files."""
    if cache.use_external:
        return ALWAYS
    return float(cache.frame_end) if cache.is_baked else NEVER


def fluid_bake(settings: bpy.types.FluidDomainSettings) -> float:
    """The last frame of a fluid's bake.

    One that was stopped counts as baked, too: the frame at which it was stopped is told, and the last one of a bake
    that is whole (seen in 5.2; `PHYSICS_PT_settings` in Blender's own scripts goes by it). What was only played into
    the cache does not count.
    """
    if not settings.has_cache_baked_data or (settings.cache_type == "MODULAR" and not _has_all_parts(settings)):
        return NEVER
    stopped = settings.cache_frame_pause_data or settings.cache_frame_end
    return float(min(stopped, settings.cache_frame_end))


def _has_all_parts(settings: Any) -> bool:
    if settings.domain_type == "GAS":
        return not settings.use_noise or settings.has_cache_baked_noise
    has_particles = any(getattr(settings, name) for name in SECOND_PARTICLES)
    if has_particles and not settings.has_cache_baked_particles:
        return False
    return not settings.use_mesh or settings.has_cache_baked_mesh


def nodes_bake(scene: bpy.types.Scene, modifier: bpy.types.NodesModifier) -> tuple[float, float]:
    """The first frame of the simulations of a modifier, and the last that all of them have baked.

    Bakes of other nodes are taken when they are there; where there are none, nothing is missing.
    From 4.3 on a bake can be in the file itself, where no property tells of it (4.3 to 5.2).
    """
    begins, ends = [], []
    for bake in modifier.bakes:
        if bake.node is None or bake.node.bl_idname != "GeometryNodeSimulationOutput":
            continue
        begins.append(bake.frame_start if bake.use_custom_simulation_frame_range else scene.frame_start)
        frames = [*_frames_on_disk(modifier, bake)]
        ends.append(max(frames) if frames else UNTOLD if _is_inside(modifier, bake) else NEVER)
    return (min(begins), min(ends)) if begins else (ALWAYS, ALWAYS)


def _is_inside(modifier: Any, bake: Any) -> bool:
    """True for a bake that goes into the .blend, if there is one."""
    target = getattr(bake, "bake_target", "DISK")
    return (modifier.bake_target if target == "INHERIT" else target) == "PACKED"


def _frames_on_disk(modifier: Any, bake: Any) -> Iterator[int]:
    if _is_inside(modifier, bake):
        return
    written = bake.directory if bake.use_custom_path else modifier.bake_directory
    folder = bpy.path.abspath(written, library=modifier.id_data.library)
    if not bake.use_custom_path:
        folder = os.path.join(folder, str(bake.bake_id))  # noqa: PTH118
    try:
        names = os.listdir(os.path.join(folder, "meta")) if written else []  # noqa: PTH118, PTH208
    except OSError:
        return
    yield from (int(match[1]) for name in names if (match := FRAME_FILE.fullmatch(name)))
