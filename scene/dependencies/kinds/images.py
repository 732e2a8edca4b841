# SPDX-License-Identifier: GPL-3.0-or-later
"""Images: single files, pictures of several views, tiles, numbered sequences and movies."""

from __future__ import annotations

import functools
from dataclasses import replace

import bpy

from ...rendered.frames_read import FramesRead
from ...rendered.views import view_paths
from ..dependency import DependencyKind
from ..disk import Disk
from ..path_setting import DATABLOCKS_A_STEP, PathSetting, Places
from ..resolve import Found, Resolve, look_for, merged, numbers, single
from .image_frames import numbers_read

FROM_FILES = frozenset({"FILE", "TILED", "SEQUENCE", "MOVIE"})
TILE, UV_TILE = "<UDIM>", "<UVTILE>"


def image_places() -> Places:
    """The paths of all images that have files."""
    for index, image in enumerate(bpy.data.images):
        source = image.source
        if index % DATABLOCKS_A_STEP == 0 or source == "SEQUENCE":
            yield None
        if source in FROM_FILES and image.users and image.packed_file is None and image.filepath_raw:
            yield PathSetting(DependencyKind.IMAGE, image, image, "filepath_raw", _resolve_of(image, source))


def _resolve_of(image: bpy.types.Image, source: str) -> Resolve:
    resolve: Resolve = single
    if source == "TILED":
        resolve = functools.partial(_tiles, tuple(tile.number for tile in image.tiles))
    elif source == "SEQUENCE":
        resolve = functools.partial(_frames, image)
    if image.use_multiview and image.views_format == "INDIVIDUAL":
        is_sequence = source == "SEQUENCE"
        return functools.partial(_frames_of_views, image) if is_sequence else functools.partial(_all_views, resolve)
    return resolve


def _tiles(tiles: tuple[int, ...], path: str, _frames_read: FramesRead, disk: Disk) -> Found:
    return look_for(dict.fromkeys(tile_path(path, number) for number in tiles), disk)


def tile_path(path: str, number: int) -> str:
    """The file of a tile. `<UDIM>` is 1001 and so on; `<UVTILE>` is u1_v1 and so on, as other programs have it."""
    row, column = divmod(number - 1001, 10)
    return path.replace(TILE, str(number)).replace(UV_TILE, f"u{column + 1}_v{row + 1}")


def _frames(image: bpy.types.Image, path: str, frames_read: FramesRead, disk: Disk) -> Found:
    wanted, around = numbers_read(image, frames_read)
    return numbers(path, wanted, disk, around)


def _all_views(resolve: Resolve, path: str, frames_read: FramesRead, disk: Disk) -> Found:
    """The files of all views. The others are missed when a render has views: only then, the compositor reads them.

    Cycles shows the named one to all views, and so does the compositor with a sequence (4.2, 5.2).
    """
    named = resolve(path, frames_read, disk)
    others = merged(resolve(each, frames_read, disk) for each in view_paths(path, frames_read.views) if each != path)
    return merged((named, others if frames_read.has_views else Found(others.files)))


def _frames_of_views(image: bpy.types.Image, path: str, frames_read: FramesRead, disk: Disk) -> Found:
    resolve = functools.partial(_frames, image)
    return _all_views(resolve, path, replace(frames_read, has_views=False), disk)
