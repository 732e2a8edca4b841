# SPDX-License-Identifier: GPL-3.0-or-later
"""How far simulations are baked, as far as Blender or the disk tells."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from enum import Enum, auto
from typing import Any, NamedTuple

import bpy

from ..dependencies.dependency import Origins
from ..dependencies.disk import Disk
from ..dependencies.kinds.nodes_bakes import frames_in, is_kept_in_file
from ..dependencies.kinds.point_caches import cache_folder, cache_on_disk
from ..dependencies.kinds.simulations import SECONDARY_PARTICLES

COUNT_IN_MEMORY = re.compile(r"(\d+)[^(\uFF08]*[(\uFF08]")
"""The number of frames in Blender's text about a cache in memory, and what shows that it is of one: a size in
parentheses, in every language. Other texts tell a number of points, or of files that were there once."""


class Extent(Enum):
    """How much of a simulation is baked."""

    NOTHING = auto()
    UP_TO = auto()
    ALL = auto()
    NO_PATH = auto()
    """It is read from a folder that was not chosen."""
    UNKNOWN = auto()
    """Blender does not report it."""


class Bake(NamedTuple):
    """What is baked. `frame` is the last baked frame when the extent is `UP_TO`."""

    extent: Extent
    frame: int = 0


NOT_BAKED = Bake(Extent.NOTHING)
BAKED = Bake(Extent.ALL)
"""All frames are baked. After the last one a simulation stands still, on every machine."""


def point_cache_bake(cache: Any, owner: bpy.types.ID, disk: Disk, origins: Origins) -> Bake:
    """How far cloth, particles and the like are baked.

    A bake may end early: those that were stopped, or made of the frames that were played ("Current Cache to Bake"). On
    disk its files tell where; that frames before are gone is for the check of files. In memory Blender's text about the
    cache has their number (4.2, 5.2). It gives no frame when only every n-th frame is cached, and is 0 for dynamic
    paint.
    """
    is_on_disk = cache.use_external or cache.use_disk_cache
    if cache.use_external and not cache.filepath:
        return Bake(Extent.NO_PATH)
    if not (cache.is_baked or cache.use_external):
        return NOT_BAKED
    if is_on_disk:
        there = cache_on_disk(cache, owner).frames_there(cache_folder(cache, owner, origins), disk)
        last = max(there, default=cache.frame_end)
        return BAKED if last >= cache.frame_end else Bake(Extent.UP_TO, last)
    match = COUNT_IN_MEMORY.match(cache.info)
    count = int(match[1]) if match else 0
    last = cache.frame_start + count - 1
    return BAKED if not count or cache.frame_step > 1 or last >= cache.frame_end else Bake(Extent.UP_TO, last)


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
        if is_kept_in_file(modifier, bake):
            yield begin, Bake(Extent.UNKNOWN)
            continue
        last = max(_frames_on_disk(modifier, bake), default=None)
        if last is None:
            yield begin, NOT_BAKED
        else:
            yield begin, BAKED if has_range and last >= bake.frame_end else Bake(Extent.UP_TO, last)


def _frames_on_disk(modifier: Any, bake: Any) -> Iterable[int]:
    written = bake.directory if bake.use_custom_path else modifier.bake_directory
    folder = bpy.path.abspath(written, library=modifier.id_data.library)
    if not bake.use_custom_path:
        folder = os.path.join(folder, str(bake.bake_id))  # noqa: PTH118
    return frames_in(folder, Disk()) if written else ()
