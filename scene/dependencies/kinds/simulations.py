# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulations that were baked to disk: fluids, oceans, geometry nodes, and those with a point cache."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import bpy

from ...rendered.frames_read import FramesRead
from ..dependency import DependencyKind, Origins
from ..disk import Disk
from ..path_setting import DATABLOCKS_A_STEP, PathSetting, Places
from ..resolve import Found, Resolve, nothing
from .nodes_bakes import nodes_places
from .point_caches import cache_places, point_caches

NUMBER = re.compile(r"_([0-9]{4,})\.")
"""The frame in the name of a file that a simulation has written."""
FLUID_FOLDERS = ("config", "data", "guiding", "mesh", "noise", "particles", "script")
"""Where Mantaflow keeps its files (`DNA_fluid_types.h` in Blender's sources)."""
OCEAN_FILE = re.compile(r"(disp|foam|normal|spray|spray_inverse)_([0-9]{4,})\.\w+")
DISPLACEMENT = "disp"
"""The picture of a baked ocean that every frame has; the file of each is an OpenEXR one (`cache_filepath`)."""
FLUID_FILE = re.compile(r"(.+)_([0-9]{4,})\.(vdb|uni|raw|bobj\.gz|obj)")
FLUID_NAMES = {
    "data": ("fluid_data", "vdb"),
    "noise": ("fluid_noise", "vdb"),
    "mesh": ("fluid_mesh", "bobj.gz"),
    "particles": ("fluid_particles", "vdb"),
}
"""What the files are called as a rule. Their format is not asked for: Blender logs a warning when it is read (5.2)."""
SECONDARY_PARTICLES = ("use_spray_particles", "use_foam_particles", "use_bubble_particles", "use_tracer_particles")
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
            for cache, is_needed in point_caches(holder):
                yield from cache_places(holder, cache, is_needed, origins)
    for scene in bpy.data.scenes:
        world = scene.rigidbody_world
        if world is not None:
            is_needed = world.enabled and world.collection is not None
            yield from cache_places(scene, world.point_cache, is_needed, origins)


def _modifier_places(holder: bpy.types.Object, modifier: Any, kind: str) -> Iterator[PathSetting]:
    resolve: Resolve
    if kind == "MESH_CACHE" and modifier.filepath:
        yield PathSetting(DependencyKind.MESH_CACHE, holder, modifier, "filepath")
    elif kind == "MULTIRES" and modifier.is_external and modifier.filepath:
        # it stands in the mesh, and counts from its file
        yield PathSetting(DependencyKind.FILE, holder.data, modifier, "filepath")
    elif kind == "FLUID" and modifier.fluid_type == "DOMAIN" and modifier.domain_settings:
        settings = modifier.domain_settings
        parts = fluid_parts(settings)
        resolve = functools.partial(_fluid, settings.cache_type, settings.cache_frame_offset, parts)
        yield PathSetting(DependencyKind.FLUID, holder, settings, "cache_directory", resolve)
    elif kind == "OCEAN" and modifier.filepath:
        # one that is not baked names a folder all the same
        resolve = functools.partial(_ocean, modifier.frame_start, modifier.frame_end)
        resolve = resolve if modifier.is_cached else nothing
        yield PathSetting(DependencyKind.OCEAN_CACHE, holder, modifier, "filepath", resolve)
    elif kind == "NODES":
        yield from nodes_places(holder, modifier)


class FluidPart(NamedTuple):
    """A part of a fluid that is baked and rendered: its folder, and the numbers of its files."""

    folder: str
    start: int
    end: int


def fluid_parts(settings: Any) -> tuple[FluidPart, ...]:
    """The parts of which each rendered frame needs files. A liquid that has a mesh is rendered from that alone."""
    if settings.cache_type not in IN_PARTS:
        return ()
    is_liquid = settings.domain_type == "LIQUID"
    needed = {
        "data": not (is_liquid and settings.use_mesh),
        "noise": not is_liquid and settings.use_noise,
        "mesh": is_liquid and settings.use_mesh,
        "particles": is_liquid and any(getattr(settings, name) for name in SECONDARY_PARTICLES),
    }
    start, end = settings.cache_frame_start, settings.cache_frame_end
    return tuple(
        FluidPart(part, start, min(getattr(settings, f"cache_frame_pause_{part}") or end, end))
        for part, is_needed in needed.items()
        if is_needed and getattr(settings, f"has_cache_baked_{part}")
    )


def _fluid(
    kind: str, offset: int, parts: Sequence[FluidPart], folder: str, frames_read: FramesRead, disk: Disk
) -> Found:
    around = frames_read.around if kind in IN_PARTS else None
    found = _of_frames(folder, None if around is None else {frame - offset for frame in around}, disk)
    missing = (path for part in parts for path in _lost_of_fluid(part, offset, folder, frames_read, disk))
    return Found(found.files, tuple(missing))


def _lost_of_fluid(part: FluidPart, offset: int, folder: str, frames_read: FramesRead, disk: Disk) -> Iterator[str]:
    """The files that rendered frames lack. A frame has one file, or one for each grid, whose names are another's."""
    place = os.path.join(folder, part.folder)  # noqa: PTH118
    matches = [match for name in disk.names(place) if (match := FLUID_FILE.fullmatch(name))]
    there = {int(match[2]) for match in matches}
    wanted = set() if there else {part.start}
    if frames_read.frames is not None:
        wanted = {number for frame in frames_read.frames if part.start <= (number := frame - offset) <= part.end}
    head, suffix = min(((match[1], match[3]) for match in matches), default=FLUID_NAMES[part.folder])
    for number in sorted(wanted - there):
        yield os.path.join(place, f"{head}_{number:04}.{suffix}")  # noqa: PTH118


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


def _ocean(start: int, end: int, folder: str, frames_read: FramesRead, disk: Disk) -> Found:
    """The pictures of an ocean; before and after the bake, its first and its last frame stay.

    Each rendered frame needs its displacement. Of the others, such as foam, a bake has some or none.
    """

    def numbers_at(frames: Iterable[int]) -> set[int]:
        return {min(max(frame, start), end) for frame in frames}

    around, rendered = frames_read.around, frames_read.frames
    wanted = None if around is None else numbers_at(around)
    matches = [match for name in sorted(disk.names(folder)) if (match := OCEAN_FILE.fullmatch(name))]
    chosen = [match[0] for match in matches if wanted is None or int(match[2]) in wanted]
    kinds = dict.fromkeys((DISPLACEMENT, *(match[1] for match in matches)))
    there = {(match[1], int(match[2])) for match in matches}
    needed = numbers_at(rendered) if rendered is not None else {start} if not matches else set()
    missing = [f"{kind}_{n:04}.exr" for kind in kinds for n in sorted(needed) if (kind, n) not in there]
    return Found(*(tuple(os.path.join(folder, name) for name in names) for names in (chosen, missing)))  # noqa: PTH118
