# SPDX-License-Identifier: GPL-3.0-or-later
"""Geometry in files: Alembic and USD, and OpenVDB volumes."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

import bpy

from ...rendered.frames_read import FramesRead
from ..dependency import DependencyKind
from ..disk import Disk
from ..numbered_files import sequence_of
from ..path_setting import PathSetting
from ..resolve import Found, Resolve, numbers, single
from .usd_layers import is_usd, layers_behind


def cache_file_places() -> Iterator[PathSetting]:
    """The paths of Alembic and USD files, and of the layers over them."""
    for cache in bpy.data.cache_files:
        if not cache.users:
            continue
        resolve: Resolve = functools.partial(_cache_frames, cache) if cache.is_sequence else single
        if is_usd(cache.filepath):
            resolve = functools.partial(_with_layers, resolve)
        if cache.filepath:
            yield PathSetting(DependencyKind.CACHE_FILE, cache, cache, "filepath", resolve)
        for layer in cache.layers:
            if layer.filepath:
                yield PathSetting(DependencyKind.CACHE_FILE, cache, layer, "filepath", resolve)


def _with_layers(resolve: Resolve, path: str, frames_read: FramesRead, disk: Disk) -> Found:
    """USD files with those that they refer to, which come after them."""
    found = resolve(path, frames_read, disk)
    behind = [layer for file in found.files for layer in layers_behind(file, disk)]
    return Found(tuple(dict.fromkeys((*found.files, *behind))), found.missing)


def _cache_frames(cache: bpy.types.CacheFile, path: str, frames_read: FramesRead, disk: Disk) -> Found:
    """One file a frame; the frame offset is for single files (`BKE_cachefile_time_offset` in Blender's sources)."""

    def number_at(frame: int) -> int:
        # Blender leaves out the fraction of a frame that is set
        return int(cache.frame) if cache.override_frame else frame

    return _frames_of(cache, number_at, path, frames_read, disk)


def volume_places() -> Iterator[PathSetting]:
    """The paths of OpenVDB files."""
    for volume in bpy.data.volumes:
        if volume.users and volume.filepath and (volume.is_sequence or not volume.packed_file):
            resolve = functools.partial(_volume_frames, volume) if volume.is_sequence else single
            yield PathSetting(DependencyKind.VOLUME, volume, volume, "filepath", resolve)


def _volume_frames(volume: bpy.types.Volume, path: str, frames_read: FramesRead, disk: Disk) -> Found:
    return _frames_of(volume, functools.partial(volume_number_at, volume), path, frames_read, disk)


def _frames_of(
    datablock: bpy.types.ID, number_at: Callable[[int], int | None], path: str, frames_read: FramesRead, disk: Disk
) -> Found:
    """The files of a sequence for the rendered frames: the number of each, or None where none is read."""
    sequence, around = sequence_of(path), frames_read.around
    if sequence is None or not sequence.is_numbered_at_its_end:
        return single(path, frames_read, disk)
    if frames_read.frames is None or around is None or datablock.animation_data:
        return numbers(path, None, disk)
    wanted, near = ({number_at(frame) for frame in frames} - {None} for frames in (frames_read.frames, around))
    return numbers(path, wanted, disk, near)


def volume_number_at(volume: Any, frame: int) -> int | None:
    """The number of the file that is read at a frame, or None (`volume_sequence_frame` in Blender's sources)."""
    count = volume.frame_duration
    if count == 0:
        return None
    index = frame - volume.frame_start  # counted from 0 here, from 1 there
    match volume.sequence_mode:
        case "CLIP":
            if not 0 <= index < count:
                return None
        case "EXTEND":
            index = min(max(index, 0), count - 1)
        case "REPEAT":
            index %= count
        case "PING_PONG":
            index %= max(1, 2 * count - 2)
            index = min(index, 2 * count - 2 - index)
    return int(index + 1 + volume.frame_offset)
