# SPDX-License-Identifier: GPL-3.0-or-later
"""Point caches on disk: particles, hair, cloth, soft bodies, dynamic paint and rigid bodies. One file a frame.

Whether a frame is there only its file tells: Blender's text about a cache is saved with the .blend, and stays as it is
when the files go (4.2, 5.2).
"""

from __future__ import annotations

import functools
import os
import re
from bisect import bisect
from collections.abc import Iterable, Iterator, Set
from typing import Any, NamedTuple

import bpy

from ...rendered.frames_read import FramesRead
from ...rendered.ways.modifiers import is_on
from ..dependency import DependencyKind, Origins, absolute, library_of
from ..disk import Disk
from ..path_setting import PathSetting
from ..resolve import Found

PHYSICS_WITHOUT_CACHE = frozenset({"NO", "KEYED"})
"""Physics of particles whose places depend on the frame alone."""
FOLDER_PREFIX = "blendcache_"
"""How the folder is called that lies beside a .blend and has its caches; the .blend's name follows."""
FIRST_FRAME = 1
"""No bake has files of earlier frames; number 0 is a file about the whole cache (4.2, 5.2)."""
FRAME_FILE = re.compile(r"(.*)_(-?\d+)_(\d+)\.bphys")
"""The name of a frame's file: the cache's own part, the frame, and the cache's number among those of its object."""
FOLDERS_KNOWN = 8
"""Folders whose files are kept sorted by their caches: a folder may have many thousands of hundreds of caches."""


class CacheOnDisk(NamedTuple):
    """What the names of a cache's files are made of, and the frames that a complete bake has.

    `number` tells the caches of an object apart; it is -1 when Blender has not given one yet. `step` is more than 1
    when only every n-th frame is kept. `is_awaited` is False for a cache that no render needs.
    """

    prefix: str
    number: int
    start: int
    end: int
    step: int
    is_awaited: bool

    @property
    def _first(self) -> int:
        return max(self.start, FIRST_FRAME)

    def frame_file(self, frame: int) -> str:
        """The name of the file of a frame."""
        return f"{self.prefix}_{frame:06d}_{max(self.number, 0):02d}.bphys"

    def frames_there(self, folder: str, disk: Disk) -> set[int]:
        """The frames of the cache's range that have a file."""
        files = files_by_cache(disk.names(folder)).get(self.prefix, ())
        found = {file.frame for file in files if self.number in (-1, file.number)}
        return {frame for frame in found if self._first <= frame <= self.end}

    def frames_lost(self, frames: Iterable[int], there: Set[int]) -> Iterator[int]:
        """Those of the frames that no file gives, though the bake goes on after them or has none at all.

        Before its first frame a simulation has not begun, and after the last one it stands still. Where only every n-th
        frame is kept, those between are made of the two around them, which are up to n frames apart (4.2, 5.2).
        """
        wanted = {min(frame, self.end) for frame in frames if frame >= self._first}
        kept = sorted(there)
        for frame in sorted(wanted - there):
            place = bisect(kept, frame)
            if not kept or (place < len(kept) and (not place or kept[place] - kept[place - 1] > self.step)):
                yield frame

    def resolve(self, folder: str, frames_read: FramesRead, disk: Disk) -> Found:
        """All files of the cache, and those that are gone though rendered frames need them.

        A bake that ends early has no files to miss after its end. All of it travels: it may begin before the rendered
        frames, and be read from there.
        """
        names = (file.name for file in files_by_cache(disk.names(folder)).get(self.prefix, ()))
        files = tuple(os.path.join(folder, name) for name in names)  # noqa: PTH118
        if not self.is_awaited:
            return Found(files)
        rendered = (self._first,) if frames_read.frames is None else frames_read.frames
        lost = self.frames_lost(rendered, self.frames_there(folder, disk))
        missing = (os.path.join(folder, self.frame_file(frame)) for frame in lost)  # noqa: PTH118
        return Found(files, tuple(missing))


def point_caches(holder: bpy.types.Object) -> Iterator[tuple[bpy.types.PointCache, bool]]:
    """The point caches of an object, and whether its render needs them: none of what is off in renders, or moves alone.

    Hair with dynamics has two; the one of the particles is read (`do_hair_dynamics` in Blender's sources).
    """
    for modifier in holder.modifiers:
        kind, is_rendered = modifier.type, is_on(holder, modifier)
        if kind in {"CLOTH", "SOFT_BODY"}:
            yield modifier.point_cache, is_rendered
        elif kind == "DYNAMIC_PAINT" and modifier.canvas_settings:
            for surface in modifier.canvas_settings.canvas_surfaces:
                # one that paints pictures writes its files elsewhere, and an image reads them
                paints = surface.is_active and surface.surface_format != "IMAGE"
                yield surface.point_cache, is_rendered and paints
        elif kind == "PARTICLE_SYSTEM":
            particles = modifier.particle_system
            yield particles.point_cache, is_rendered and is_simulated(particles)
            if particles.use_hair_dynamics and particles.cloth:
                yield particles.cloth.point_cache, False


def is_simulated(particles: bpy.types.ParticleSystem) -> bool:
    """True for particles whose places depend on the frames before."""
    settings = particles.settings
    if settings.type == "HAIR":
        return particles.use_hair_dynamics
    return settings.type == "EMITTER" and settings.physics_type not in PHYSICS_WITHOUT_CACHE


def cache_places(
    owner: bpy.types.ID, cache: bpy.types.PointCache, is_needed: bool, origins: Origins
) -> Iterator[PathSetting]:
    """The folder of a point cache, if it is on disk."""
    if cache.use_external:
        if cache.filepath:
            is_of_open_file = not cache.use_library_path
            resolve = cache_on_disk(cache, owner, is_needed).resolve
            yield PathSetting(
                DependencyKind.POINT_CACHE, owner, cache, "filepath", resolve, is_of_open_file=is_of_open_file
            )
    elif cache.use_disk_cache:
        library, resolve = _library(cache, owner), cache_on_disk(cache, owner, is_needed).resolve
        implied = _implied(library, origins)
        yield PathSetting(
            DependencyKind.POINT_CACHE, owner, cache, "", resolve, implied, is_of_open_file=library is None
        )


def cache_on_disk(cache: Any, owner: bpy.types.ID, is_needed: bool = True) -> CacheOnDisk:
    """What is known of a cache's files. One that was not baked is simulated anew."""
    is_awaited = is_needed and (cache.is_baked or cache.use_external)
    return CacheOnDisk(
        cache_prefix(cache, owner), cache.index, cache.frame_start, cache.frame_end, cache.frame_step, is_awaited
    )


def cache_folder(cache: Any, owner: bpy.types.ID, origins: Origins) -> str:
    """Where the files of a cache lie that is on disk; "" for an external one without a path."""
    if cache.use_external and not cache.filepath:
        return ""
    library = _library(cache, owner)
    written = cache.filepath if cache.use_external else _implied(library, origins)
    return absolute(written, origins.file(library).folder)


def cache_prefix(cache: bpy.types.PointCache, owner: bpy.types.ID) -> str:
    """How the names of a point cache's files begin: with its name, or the letters of its object as hexadecimal numbers.

    An external one without a name has none (`ptcache_filename` in Blender's sources; 4.2, 5.2).
    """
    return cache.name if cache.name or cache.use_external else owner.name.encode().hex().upper()


class FrameFile(NamedTuple):
    """The file of a frame of a cache, which has a number among those of its object."""

    name: str
    frame: int
    number: int


@functools.lru_cache(maxsize=FOLDERS_KNOWN)
def files_by_cache(names: frozenset[str]) -> dict[str, list[FrameFile]]:
    """Those of the names that are files of caches, sorted, by the cache's part of the name."""
    found: dict[str, list[FrameFile]] = {}
    for name in sorted(names):
        match = FRAME_FILE.fullmatch(name)
        if match:
            found.setdefault(match[1], []).append(FrameFile(name, int(match[2]), int(match[3])))
    return found


def _library(cache: Any, owner: bpy.types.ID) -> bpy.types.Library | None:
    """The library beside whose file a cache lies, or None for the open file."""
    return library_of(owner) if cache.use_library_path else None


def _implied(library: bpy.types.Library | None, origins: Origins) -> str:
    return f"//{FOLDER_PREFIX}{origins.file(library).stem}"
