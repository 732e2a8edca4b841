# SPDX-License-Identifier: GPL-3.0-or-later
"""Images: single files, pictures of several views, tiles, numbered sequences and movies."""

from __future__ import annotations

import functools
from dataclasses import replace

import bpy

from ..disk import Disk
from ..frames_read import Span
from ..path_place import MANY, PathPlace, Places
from ..resolve import Found, Reach, look_for, merged, numbers, single
from ..views import view_paths
from .image_frames import frames_read

FROM_FILES = frozenset({"FILE", "TILED", "SEQUENCE", "MOVIE"})
TILE, UV_TILE = "<UDIM>", "<UVTILE>"


def image_places() -> Places:
    """The paths of all images that have files."""
    for index, image in enumerate(bpy.data.images):
        source = image.source
        if index % MANY == 0 or source == "SEQUENCE":
            yield None
        if source in FROM_FILES and image.users and image.packed_file is None and image.filepath_raw:
            yield PathPlace("Image", image, image, "filepath_raw", _reach_of(image, source))


def _reach_of(image: bpy.types.Image, source: str) -> Reach:
    reach: Reach = single
    if source == "TILED":
        reach = functools.partial(_tiles, tuple(tile.number for tile in image.tiles))
    elif source == "SEQUENCE":
        reach = functools.partial(_frames, image)
    if image.use_multiview and image.views_format == "INDIVIDUAL":
        is_sequence = source == "SEQUENCE"
        return functools.partial(_frames_of_views, image) if is_sequence else functools.partial(_all_views, reach)
    return reach


def _tiles(tiles: tuple[int, ...], path: str, _span: Span, disk: Disk) -> Found:
    return look_for(dict.fromkeys(tile_path(path, number) for number in tiles), disk)


def tile_path(path: str, number: int) -> str:
    """The file of a tile. `<UDIM>` is 1001 and so on; `<UVTILE>` is u1_v1 and so on, as other programs have it."""
    row, column = divmod(number - 1001, 10)
    return path.replace(TILE, str(number)).replace(UV_TILE, f"u{column + 1}_v{row + 1}")


def _frames(image: bpy.types.Image, path: str, span: Span, disk: Disk) -> Found:
    wanted, around = frames_read(image, span)
    return numbers(path, wanted, disk, around)


def _all_views(reach: Reach, path: str, span: Span, disk: Disk) -> Found:
    """The files of all views. The others are missed when a render has views: only then, the compositor reads them.

    Cycles shows the named one to all views, and so does the compositor with a sequence (4.2, 5.2).
    """
    named = reach(path, span, disk)
    others = merged(reach(each, span, disk) for each in view_paths(path, span.views) if each != path)
    return merged((named, others if span.has_views else Found(others.files)))


def _frames_of_views(image: bpy.types.Image, path: str, span: Span, disk: Disk) -> Found:
    reach = functools.partial(_frames, image)
    return _all_views(reach, path, replace(span, has_views=False), disk)
