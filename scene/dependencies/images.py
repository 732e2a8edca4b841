# SPDX-License-Identifier: GPL-3.0-or-later
"""Images: single files, pictures for two eyes, tiles, numbered sequences and movies."""

from __future__ import annotations

import functools
import os

import bpy

from .disk import Disk
from .image_frames import frames_read
from .path_place import MANY, PathPlace, Places
from .reach import Found, Reach, look_for, merged, numbers, single
from .span import Span

FROM_FILES = frozenset({"FILE", "TILED", "SEQUENCE", "MOVIE"})
TILE, UV_TILE = "<UDIM>", "<UVTILE>"
EYES = ("_L", "_R")
"""How Blender names the pictures of the left and the right eye."""


def image_places() -> Places:
    """The paths of all images that have files."""
    for index, image in enumerate(bpy.data.images):
        if index % MANY == 0:
            yield None
        source = image.source
        if source in FROM_FILES and image.users and image.packed_file is None and image.filepath_raw:
            yield PathPlace("Image", image, image, "filepath_raw", _reach_of(image, source))


def _reach_of(image: bpy.types.Image, source: str) -> Reach:
    reach: Reach = single
    if source == "TILED":
        reach = functools.partial(_tiles, tuple(tile.number for tile in image.tiles))
    elif source == "SEQUENCE":
        reach = functools.partial(_frames, image)
    if image.use_multiview and image.views_format == "INDIVIDUAL":
        return functools.partial(_both_eyes, reach)
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


def _both_eyes(reach: Reach, path: str, span: Span, disk: Disk) -> Found:
    """The same for both eyes, if the name says that it is the one of an eye."""
    stem, suffix = os.path.splitext(path)  # noqa: PTH122
    if not stem.endswith(EYES):
        return reach(path, span, disk)
    return merged(reach(f"{stem[:-2]}{eye}{suffix}", span, disk) for eye in EYES)
