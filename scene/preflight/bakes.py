# SPDX-License-Identifier: GPL-3.0-or-later
"""How far simulations are baked, as far as Blender reports it."""

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
"""The first number in Blender's text about a cache. In every language it is the number of cached frames."""
SECONDARY_PARTICLES = ("use_spray_particles", "use_foam_particles", "use_bubble_particles", "use_tracer_particles")


class Extent(Enum):
    """How much of a simulation is baked."""

    NOTHING = auto()
    UP_TO = auto()
    ALL = auto()
    LOST = auto()
    """It is baked, and the files of the bake are missing."""
    UNKNOWN = auto()
    """Blender does not report it."""


class Bake(NamedTuple):
    """What is baked. `frame` is the last baked frame when the extent is `UP_TO`."""

    extent: Extent
    frame: int = 0


NOT_BAKED = Bake(Extent.NOTHING)
BAKED = Bake(Extent.ALL)
"""All frames are baked. After the last one a simulation stands still, on every machine."""


def point_cache_bake(cache: Any, owner: bpy.types.ID, disk: Disk) -> Bake:
    """How far cloth, particles and the like are baked.

    A bake may have few frames: those that were played before "Current Cache to Bake", or those whose files are left.
    Blender's text about the cache has their number (4.2, 5.2). The number gives no frame when only every n-th frame is
    cached, and it is 0 for dynamic paint in memory.
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

    A bake that was stopped counts, too: Blender reports the frame where it was stopped, or the last frame of a complete
    bake (seen in 5.2; `PHYSICS_PT_settings` in Blender's own scripts relies on it). What was only played into the cache
    does not count. After the last frame Blender leaves a fluid as it is, so that a machine that starts there has none
    (`BKE_fluid_modifier_processDomain` in Blender's sources).
    """
    if not settings.has_cache_baked_data or (settings.cache_type == "MODULAR" and not _has_all_parts(settings)):
        return NOT_BAKED
    stopped = settings.cache_frame_pause_data or settings.cache_frame_end
    return Bake(Extent.UP_TO, min(stopped, settings.cache_frame_end))


def _has_all_parts(settings: Any) -> bool:
    if settings.domain_type == "GAS":
        return not settings.use_noise or settings.has_cache_baked_noise
    has_particles = any(getattr(settings, name) for name in SECONDARY_PARTICLES)
    if has_particles and not settings.has_cache_baked_particles:
        return False
    return not settings.use_mesh or settings.has_cache_baked_mesh


def nodes_bakes(scene: bpy.types.Scene, modifier: bpy.types.NodesModifier) -> Iterator[tuple[int, Bake]]:
    """The first frame of each simulation of a modifier, and how far it is baked.

    Bakes of other nodes are optional, so that none of them is missing. From 4.3 on a bake can be in the .blend itself,
    where no property reports it (4.3 to 5.2).
    """
    for bake in modifier.bakes:
        if bake.node is None or bake.node.bl_idname != "GeometryNodeSimulationOutput":
            continue
        has_range = bake.use_custom_simulation_frame_range
        begin = bake.frame_start if has_range else scene.frame_start
        if _is_kept_in_file(modifier, bake):
            yield begin, Bake(Extent.UNKNOWN)
            continue
        last = max(_frames_on_disk(modifier, bake), default=None)
        if last is None:
            yield begin, NOT_BAKED
        else:
            yield begin, BAKED if has_range and last >= bake.frame_end else Bake(Extent.UP_TO, last)


def _is_kept_in_file(modifier: Any, bake: Any) -> bool:
    """True when the bake would be kept in the .blend."""
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
