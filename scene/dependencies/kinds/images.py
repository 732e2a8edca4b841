# SPDX-License-Identifier: GPL-3.0-or-later
"""Images: single files, pictures of several views, tiles, numbered sequences and movies."""

from __future__ import annotations

import functools
from collections.abc import Collection
from dataclasses import replace

import bpy

from ...rendered.frames_read import FramesRead
from ...rendered.views import view_paths
from ...users import users_of
from ..dependency import DependencyKind
from ..disk import Disk
from ..path_setting import DATABLOCKS_A_STEP, PathSetting, Places
from ..resolve import Found, Resolve, look_for, merged, numbers, single
from .image_frames import numbers_read

FROM_FILES = frozenset({"FILE", "TILED", "SEQUENCE", "MOVIE"})
TILE, UV_TILE = "<UDIM>", "<UVTILE>"


def image_places() -> Places:
    """The paths of all images that have files."""
    sequences: list[bpy.types.Image] = []
    for index, image in enumerate(bpy.data.images):
        if index % DATABLOCKS_A_STEP == 0:
            yield None
        source = image.source
        if source in FROM_FILES and image.users and image.packed_file is None and image.filepath_raw:
            if source == "SEQUENCE":
                sequences.append(image)
            else:
                yield _setting(image, _resolve_of(image, source))
    users = yield from users_of(sequences)
    for image in sequences:
        yield _setting(image, _resolve_of_sequence(image, users.get(image, frozenset())))


def _setting(image: bpy.types.Image, resolve: Resolve) -> PathSetting:
    return PathSetting(DependencyKind.IMAGE, image, image, "filepath_raw", resolve)


def _resolve_of(image: bpy.types.Image, source: str) -> Resolve:
    resolve: Resolve = single
    if source == "TILED":
        resolve = functools.partial(_tiles, tuple(tile.number for tile in image.tiles))
    return functools.partial(_all_views, resolve) if _has_files_of_views(image) else resolve


def _resolve_of_sequence(image: bpy.types.Image, users: Collection[bpy.types.ID]) -> Resolve:
    return functools.partial(_frames_of_views if _has_files_of_views(image) else _frames, image, users)


def _has_files_of_views(image: bpy.types.Image) -> bool:
    return image.use_multiview and image.views_format == "INDIVIDUAL"


def _tiles(tiles: tuple[int, ...], path: str, _frames_read: FramesRead, disk: Disk) -> Found:
    return look_for(dict.fromkeys(tile_path(path, number) for number in tiles), disk)


def tile_path(path: str, number: int) -> str:
    """The file of a tile. `<UDIM>` is 1001 and so on; `<UVTILE>` is u1_v1 and so on, as other programs have it."""
    row, column = divmod(number - 1001, 10)
    return path.replace(TILE, str(number)).replace(UV_TILE, f"u{column + 1}_v{row + 1}")


def _frames(
    image: bpy.types.Image, users: Collection[bpy.types.ID], path: str, frames_read: FramesRead, disk: Disk
) -> Found:
    wanted, around = numbers_read(image, users, frames_read)
    return numbers(path, wanted, disk, around)


def _all_views(resolve: Resolve, path: str, frames_read: FramesRead, disk: Disk) -> Found:
    """The files of all views. The others are missed when a render has views: only then, the compositor reads them.

    Cycles shows the named one to all views, and so does the compositor with a sequence (4.2, 5.2).
    """
    named = resolve(path, frames_read, disk)
    others = merged(resolve(each, frames_read, disk) for each in view_paths(path, frames_read.views) if each != path)
    return merged((named, others if frames_read.has_views else Found(others.files)))


def _frames_of_views(
    image: bpy.types.Image, users: Collection[bpy.types.ID], path: str, frames_read: FramesRead, disk: Disk
) -> Found:
    resolve = functools.partial(_frames, image, users)
    return _all_views(resolve, path, replace(frames_read, has_views=False), disk)
