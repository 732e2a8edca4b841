# SPDX-License-Identifier: GPL-3.0-or-later
"""How far simulations are baked, as far as Blender tells."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import Any, NamedTuple

import bpy

from ..dependencies.dependency import absolute
from ..dependencies.disk import Disk
from ..dependencies.kinds.simulations import cache_files, cache_prefix

FRAME_FILE = re.compile(r"(-?\d+)_\d+\.json")
"""A file of a geometry nodes bake: the frame and its fraction (`frame_to_string` in Blender's sources)."""
COUNT = re.compile(r"\d+")
"""The first number in what Blender says of a cache, in every language: how many frames it has."""
SECOND_PARTICLES = ("use_spray_particles", "use_foam_particles", "use_bubble_particles", "use_tracer_particles")


class Extent(Enum):
    """How much of a simulation is baked."""

    NOTHING = auto()
    UP_TO = auto()
    ALL = auto()
    LOST = auto()
    """It is baked, and the files of the bake are not there."""
    UNTOLD = auto()
    """Blender does not tell."""


class Bake(NamedTuple):
    """What is baked; `frame` is the last one where the bake is `UP_TO` a frame."""

    extent: Extent
    frame: int = 0


NOT_BAKED = Bake(Extent.NOTHING)
BAKED = Bake(Extent.ALL)
"""All there is to bake: after its last frame a simulation stands still, on every machine."""


def point_cache_bake(cache: Any, owner: bpy.types.ID, disk: Disk) -> Bake:
    """How far cloth, particles and the like are baked.

    A bake counts as one however few frames it has: those that were played and then baked ("Current Cache to Bake"), or
    those whose files are left. What is said of the cache has their number (4.2, 5.2), which is no frame when only
    some frames are cached, and 0 for dynamic paint in memory.
    """
    if cache.use_external:
        return BAKED if _has_external_files(cache, owner, disk) else Bake(Extent.LOST)
    if not cache.is_baked:
        return NOT_BAKED
    match = COUNT.search(cache.info)
    count = int(match[0]) if match else 0
    if count == 0:
        return Bake(Extent.LOST) if cache.use_disk_cache else BAKED
    last = cache.frame_start + count - 1
    return BAKED if cache.frame_step > 1 or last >= cache.frame_end else Bake(Extent.UP_TO, last)


def _has_external_files(cache: Any, owner: bpy.types.ID, disk: Disk) -> bool:
    if not cache.filepath:
        return False
    library = owner.library if cache.use_library_path else None
    folder = absolute(bpy.path.abspath(cache.filepath, library=library), "")
    return bool(cache_files(cache_prefix(cache, owner), folder, disk))


def fluid_bake(settings: bpy.types.FluidDomainSettings) -> Bake:
    """How far a fluid is baked.

    One that was stopped counts as baked, too: the frame at which it was stopped is told, and the last one of a bake
    that is whole (seen in 5.2; `PHYSICS_PT_settings` in Blender's own scripts goes by it). What was only played into
    the cache does not count. After its last frame Blender leaves a fluid as it is, and a machine that starts there has
    none (`BKE_fluid_modifier_processDomain` in Blender's sources).
    """
    if not settings.has_cache_baked_data or (settings.cache_type == "MODULAR" and not _has_all_parts(settings)):
        return NOT_BAKED
    stopped = settings.cache_frame_pause_data or settings.cache_frame_end
    return Bake(Extent.UP_TO, min(stopped, settings.cache_frame_end))


def _has_all_parts(settings: Any) -> bool:
    if settings.domain_type == "GAS":
        return not settings.use_noise or settings.has_cache_baked_noise
    has_particles = any(getattr(settings, name) for name in SECOND_PARTICLES)
    if has_particles and not settings.has_cache_baked_particles:
        return False
    return not settings.use_mesh or settings.has_cache_baked_mesh


def nodes_bakes(scene: bpy.types.Scene, modifier: bpy.types.NodesModifier) -> Iterator[tuple[int, Bake]]:
    """The first frame of each simulation of a modifier, and how far it is baked.

    Bakes of other nodes are taken when they are there; where there are none, nothing is missing.
    From 4.3 on a bake can be in the file itself, where no property tells of it (4.3 to 5.2).
    """
    for bake in modifier.bakes:
        if bake.node is None or bake.node.bl_idname != "GeometryNodeSimulationOutput":
            continue
        has_range = bake.use_custom_simulation_frame_range
        begin = bake.frame_start if has_range else scene.frame_start
        if _is_inside(modifier, bake):
            yield begin, Bake(Extent.UNTOLD)
            continue
        last = max(_frames_on_disk(modifier, bake), default=None)
        if last is None:
            yield begin, NOT_BAKED
        else:
            yield begin, BAKED if has_range and last >= bake.frame_end else Bake(Extent.UP_TO, last)


def _is_inside(modifier: Any, bake: Any) -> bool:
    """True for a bake that goes into the .blend, if there is one."""
    target = getattr(bake, "bake_target", "DISK")
    return (modifier.bake_target if target == "INHERIT" else target) == "PACKED"


def _frames_on_disk(modifier: Any, bake: Any) -> Iterator[int]:
    written = bake.directory if bake.use_custom_path else modifier.bake_directory
    folder = bpy.path.abspath(written, library=modifier.id_data.library)
    if not bake.use_custom_path:
        folder = os.path.join(folder, str(bake.bake_id))  # noqa: PTH118
    try:
        names = os.listdir(os.path.join(folder, "meta")) if written else []  # noqa: PTH118, PTH208
    except OSError:
        return
    yield from (int(match[1]) for name in names if (match := FRAME_FILE.fullmatch(name)))
