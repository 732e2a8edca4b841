# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that objects read by themselves: modifiers and simulations with a cache on disk."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import bpy

from .needs import Need, absolute, called, first_in_folder
from .render_reach import Reach
from .switched_off import is_modifier_on

FLUID_FOLDERS = {"guide": "guiding"}
CACHE_FOLDER = "blendcache_"


def modifier_files(reach: Reach, frames: Sequence[int]) -> Iterator[Need]:
    """Give the needs of all objects' modifiers and of all simulations."""
    for holder in bpy.data.objects:
        for modifier in holder.modifiers:
            user = f"{called(holder)}, modifier {modifier.name!r}"
            is_read = holder in reach and is_modifier_on(modifier)
            yield from _modifier(modifier, user, is_read, frames)
            for cache in _point_caches(modifier):
                yield from _point_cache(cache, holder, is_read)
    for scene in bpy.data.scenes:
        world = scene.rigidbody_world
        if world and world.point_cache:
            yield from _point_cache(world.point_cache, scene, scene in reach and world.enabled)


def _modifier(modifier: bpy.types.Modifier, user: str, is_read: bool, frames: Sequence[int]) -> Iterator[Need]:
    library = modifier.id_data.library
    if modifier.type == "MESH_CACHE" and modifier.filepath:
        path = absolute(modifier.filepath, library)
        yield Need(user, path, is_read, (path,))
    elif modifier.type == "OCEAN":
        folder = absolute(modifier.filepath, library)
        clamped = {frame: min(max(frame, modifier.frame_start), modifier.frame_end) for frame in frames}
        files = {frame: f"{folder}/disp_{number:04}.exr" for frame, number in clamped.items()}
        # Also a modifier that is not baked names a folder, and nothing reads that.
        yield Need(user, folder, is_read and modifier.is_cached, (folder + "/",), files, folder + "/")
    elif modifier.type == "FLUID" and modifier.fluid_type == "DOMAIN":
        yield from _fluid(modifier.domain_settings, user, is_read, library)
    elif modifier.type == "NODES":
        yield from _node_bakes(modifier, user, is_read, library)


def _fluid(
    domain: bpy.types.FluidDomainSettings, user: str, is_read: bool, library: bpy.types.Library | None
) -> Iterator[Need]:
    folder = absolute(domain.cache_directory, library)
    # Bake All calls everything baked, also what is switched off and has an empty folder.
    used = {"data": True, "noise": domain.use_noise, "mesh": domain.use_mesh, "guide": domain.use_guide}
    baked = [name for name, is_used in used.items() if is_used and getattr(domain, f"has_cache_baked_{name}")]
    files = tuple(f"{folder}/{FLUID_FOLDERS.get(name, name)}/" for name in baked)
    # What was only played back lies there as well, but can be simulated again.
    yield Need(user, folder, is_read, files or (folder + "/",), is_certain=bool(baked))


def _node_bakes(modifier: Any, user: str, is_read: bool, library: bpy.types.Library | None) -> Iterator[Need]:
    """A deleted bake leaves its folder's name behind, and nothing tells that it is deleted: only the artist knows."""
    if modifier.bake_directory:
        yield Need(user, absolute(modifier.bake_directory, library), is_read=False)
    target = getattr(modifier, "bake_target", "DISK")  # from 4.3 on, a bake can be packed
    for bake in modifier.bakes:
        own = getattr(bake, "bake_target", "INHERIT")
        is_on_disk = (target if own == "INHERIT" else own) == "DISK"
        if bake.directory:
            folder = absolute(bake.directory, library)
            is_used = is_read and is_on_disk and bake.use_custom_path
            yield Need(user, folder, is_used, (folder + "/",), is_certain=False)
        if modifier.bake_directory and not bake.use_custom_path:
            folder = f"{absolute(modifier.bake_directory, library)}/{bake.bake_id}"
            yield Need(user, folder, is_read and is_on_disk, (folder + "/",), is_certain=False)


def _point_caches(modifier: Any) -> Iterator[bpy.types.PointCache]:
    if modifier.type in {"CLOTH", "SOFT_BODY"}:
        yield modifier.point_cache
    elif modifier.type == "DYNAMIC_PAINT" and modifier.canvas_settings:
        for surface in modifier.canvas_settings.canvas_surfaces:
            yield surface.point_cache
    elif modifier.type == "PARTICLE_SYSTEM":
        particles = modifier.particle_system
        yield particles.point_cache
        if particles.use_hair_dynamics and particles.cloth:
            yield particles.cloth.point_cache


def _point_cache(cache: bpy.types.PointCache, owner: bpy.types.ID, is_read: bool) -> Iterator[Need]:
    """As ptcache_path and ptcache_filename: beside the .blend, unless it is called external."""
    if not (cache.use_disk_cache or cache.use_external):
        return
    user = f"{called(owner)}, simulation cache {cache.name!r}"
    if cache.use_external:
        folder = Path(absolute(cache.filepath, owner.library))
    else:
        blend = Path(absolute(owner.library.filepath) if owner.library else bpy.data.filepath)
        folder = blend.with_name(CACHE_FOLDER + blend.stem)
    prefix = cache.name or owner.name.encode().hex().upper()
    some = first_in_folder(folder, re.escape(prefix) + r"_.*\.bphys")
    # A cache that was not baked is simulated again.
    is_certain = cache.use_external or cache.is_baked
    expected = folder / f"{prefix}_{cache.frame_start:06}_{cache.index:02}.bphys"
    yield Need(user, str(folder), is_read, (some or str(expected),), is_certain=is_certain)
