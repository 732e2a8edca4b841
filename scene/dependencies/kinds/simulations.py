# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulations that were baked to disk: fluids, oceans, point caches, and geometry nodes."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Iterator
from typing import Any

import bpy

from ...rendered.frames_read import FramesRead
from ..dependency import DependencyKind, Origins, library_of
from ..disk import Disk
from ..path_setting import DATABLOCKS_A_STEP, PathSetting, Places
from ..resolve import Found, Resolve, below, merged, nothing

NUMBER = re.compile(r"_([0-9]{4,})\.")
"""The frame in the name of a file that a simulation has written."""
FLUID_FOLDERS = ("config", "data", "guiding", "mesh", "noise", "particles", "script")
"""Where Mantaflow keeps its files (`DNA_fluid_types.h` in Blender's sources)."""
BAKE_FOLDERS = ("blobs", "meta")
"""Where geometry nodes keep a bake (`bake_items_paths.cc` in Blender's sources)."""
OCEAN_FILE = re.compile(r"(disp|foam|normal|spray|spray_inverse)_([0-9]{4,})\.\w+")
WITH_PATHS = frozenset({"MESH_CACHE", "MULTIRES", "FLUID", "OCEAN", "NODES"})
SIMULATED = frozenset({"CLOTH", "SOFT_BODY", "DYNAMIC_PAINT", "PARTICLE_SYSTEM"})
"""Modifiers that have, or stand for, a point cache."""
IN_PARTS = frozenset({"MODULAR", "ALL"})
"""Kinds of fluid bakes of which each frame can be read on its own; the other one is resumed from its start."""


def simulation_places(origins: Origins) -> Places:
    """The paths of what modifiers and simulations read from disk."""
    for index, holder in enumerate(bpy.data.objects):
        if index % DATABLOCKS_A_STEP == 0:
            yield None
        # as modifiers, particle systems and simulations are there, too
        modifiers = holder.modifiers
        if not modifiers:
            continue
        is_simulated = False
        for modifier in modifiers:
            kind = modifier.type
            if kind in WITH_PATHS:
                yield from _modifier_places(holder, modifier, kind)
            is_simulated |= kind in SIMULATED
        if is_simulated:
            for cache in point_caches(holder):
                yield from _cache_places(holder, cache, origins)
    for scene in bpy.data.scenes:
        world = scene.rigidbody_world
        if world is not None:
            yield from _cache_places(scene, world.point_cache, origins)


def _modifier_places(holder: bpy.types.Object, modifier: Any, kind: str) -> Iterator[PathSetting]:
    resolve: Resolve
    if kind == "MESH_CACHE" and modifier.filepath:
        yield PathSetting(DependencyKind.MESH_CACHE, holder, modifier, "filepath")
    elif kind == "MULTIRES" and modifier.is_external and modifier.filepath:
        # it stands in the mesh, and counts from its file
        yield PathSetting(DependencyKind.FILE, holder.data, modifier, "filepath")
    elif kind == "FLUID" and modifier.fluid_type == "DOMAIN" and modifier.domain_settings:
        settings = modifier.domain_settings
        resolve = functools.partial(_fluid, settings.cache_type, settings.cache_frame_offset)
        yield PathSetting(DependencyKind.FLUID, holder, settings, "cache_directory", resolve)
    elif kind == "OCEAN" and modifier.filepath:
        # one that is not baked names a folder all the same
        resolve = functools.partial(_ocean, modifier.frame_start, modifier.frame_end)
        resolve = resolve if modifier.is_cached else nothing
        yield PathSetting(DependencyKind.OCEAN_CACHE, holder, modifier, "filepath", resolve)
    elif kind == "NODES":
        # files of one frame may hold what later ones refer to, so they all travel
        bakes = [*modifier.bakes]
        if modifier.bake_directory:
            names = tuple(str(bake.bake_id) for bake in bakes if not bake.use_custom_path)
            resolve = functools.partial(_bakes, names)
            yield PathSetting(DependencyKind.GEOMETRY_NODES_BAKE, holder, modifier, "bake_directory", resolve)
        for bake in bakes:
            if bake.use_custom_path and bake.directory:
                resolve = functools.partial(_bakes, ("",))
                yield PathSetting(DependencyKind.GEOMETRY_NODES_BAKE, holder, bake, "directory", resolve)


def _fluid(kind: str, offset: int, folder: str, frames_read: FramesRead, disk: Disk) -> Found:
    around = frames_read.around() if kind in IN_PARTS else None
    return _of_frames(folder, None if around is None else {frame - offset for frame in around}, disk)


def _of_frames(folder: str, wanted: set[int] | None, disk: Disk) -> Found:
    """The files of a fluid that are of these frames (None: of all), or of no frame.

    Whatever else lies in the folder may be anything: it may be the project's own one.
    """
    files = []
    for part in FLUID_FOLDERS:
        place = os.path.join(folder, part)  # noqa: PTH118
        for name in sorted(disk.names(place)):
            match = NUMBER.search(name)
            if match is None or wanted is None or int(match[1]) in wanted:
                files.append(os.path.join(place, name))  # noqa: PTH118
    return Found(tuple(files))


def _bakes(names: tuple[str, ...], folder: str, frames_read: FramesRead, disk: Disk) -> Found:
    """The files of bakes in folders of these names, and nothing of what lies beside them."""
    places = (os.path.join(folder, name, part) for name in names for part in BAKE_FOLDERS)  # noqa: PTH118
    return merged(below(place, frames_read, disk) for place in places)


def _ocean(start: int, end: int, folder: str, frames_read: FramesRead, disk: Disk) -> Found:
    """The pictures of an ocean; before and after the bake, its first and its last frame stay."""
    around = frames_read.around()
    wanted = None if around is None else {min(max(frame, start), end) for frame in around}
    matches = [match for name in sorted(disk.names(folder)) if (match := OCEAN_FILE.fullmatch(name))]
    chosen = [match[0] for match in matches if wanted is None or int(match[2]) in wanted]
    return Found(tuple(os.path.join(folder, name) for name in chosen))  # noqa: PTH118


def point_caches(holder: bpy.types.Object) -> Iterator[bpy.types.PointCache]:
    """The point caches of an object: cloth, soft body, dynamic paint, particles and their hair dynamics."""
    for modifier in holder.modifiers:
        if modifier.type in {"CLOTH", "SOFT_BODY"}:
            yield modifier.point_cache
        elif modifier.type == "DYNAMIC_PAINT" and modifier.canvas_settings:
            for surface in modifier.canvas_settings.canvas_surfaces:
                yield surface.point_cache
    for particles in holder.particle_systems:
        yield particles.point_cache
        if particles.use_hair_dynamics and particles.cloth:
            yield particles.cloth.point_cache


def _cache_places(owner: bpy.types.ID, cache: bpy.types.PointCache, origins: Origins) -> Iterator[PathSetting]:
    # a bake may begin before the rendered frames and be read from there, so that all of it travels
    resolve = functools.partial(_points, cache_prefix(cache, owner))
    if cache.use_external:
        if cache.filepath:
            is_of_open_file = not cache.use_library_path
            yield PathSetting(
                DependencyKind.POINT_CACHE, owner, cache, "filepath", resolve, is_of_open_file=is_of_open_file
            )
    elif cache.use_disk_cache:
        library = library_of(owner) if cache.use_library_path else None
        # beside the .blend, under its name
        implied = f"//blendcache_{origins.file(library).stem}"
        yield PathSetting(
            DependencyKind.POINT_CACHE, owner, cache, "", resolve, implied, is_of_open_file=library is None
        )


def cache_prefix(cache: bpy.types.PointCache, owner: bpy.types.ID) -> str:
    """How the names of a point cache's files begin: with its name, or the letters of its object as hexadecimal numbers.

    An external one without a name has none (`ptcache_filename` in Blender's sources; 4.2, 5.2).
    """
    return cache.name if cache.name or cache.use_external else owner.name.encode().hex().upper()


def cache_files(prefix: str, folder: str, disk: Disk) -> tuple[str, ...]:
    """The files of a point cache in a folder; their names go on with the frame."""
    names = [name for name in sorted(disk.names(folder)) if name.startswith(f"{prefix}_")]
    return tuple(os.path.join(folder, name) for name in names)  # noqa: PTH118


def _points(prefix: str, folder: str, _frames_read: FramesRead, disk: Disk) -> Found:
    return Found(cache_files(prefix, folder, disk))
