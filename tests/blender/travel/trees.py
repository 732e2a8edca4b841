# SPDX-License-Identifier: GPL-3.0-or-later
"""Awkward places for a file: the same image each time, shown by a plane."""

from __future__ import annotations

from pathlib import Path

from .images import BLUE, GREEN, RED, YELLOW
from .simulations import bake_ocean
from .spot import Color, Spot, image_material, load_image, picture

LONG = 240
"""Characters of a path below the project's folder."""


def beside_the_blend(spot: Spot) -> list[Path]:
    return [_show(spot, spot.folder / "beside.png", RED)]


def spaces(spot: Spot) -> list[Path]:
    return [_show(spot, spot.folder / " my textures " / "old  wood (2).png", GREEN)]


def unicode_names(spot: Spot) -> list[Path]:
    """A composed and a decomposed letter, other scripts, and a sign beyond the first plane."""
    return [_show(spot, spot.folder / "Gr\u00fcn" / "Gru\u0308n \u6728\u76ee \u05e2\u05e5 \U0001f333.png", BLUE)]


def long_path(spot: Spot) -> list[Path]:
    inside = "/".join(["a folder that has a rather long name"] * 6)
    name = "wood.png".rjust(LONG - len(inside) - 1, "w")
    return [_show(spot, spot.folder / inside / name, YELLOW)]


def linked_file(spot: Spot) -> list[Path]:
    """A symbolic link to a file outside the project."""
    target = picture(spot.elsewhere / "originals" / "brick.png", RED)
    link = spot.folder / "links" / "brick.png"
    link.parent.mkdir()
    link.symlink_to(target)
    spot.plane(image_material(load_image(link)))
    return [link]


def linked_folder(spot: Spot) -> list[Path]:
    """A symbolic link to a folder outside the project."""
    picture(spot.elsewhere / "shared maps" / "moss.png", GREEN)
    link = spot.folder / "maps"
    link.symlink_to(spot.elsewhere / "shared maps")
    spot.plane(image_material(load_image(link / "moss.png")))
    return [link]


def above_the_project(spot: Spot) -> list[Path]:
    """A relative path that begins with `..`."""
    return [_show(spot, spot.elsewhere / "above" / "wood.png", BLUE)]


def absolute_path(spot: Spot) -> list[Path]:
    """Into another folder, with the name of a file of the project."""
    return [_show(spot, spot.elsewhere / "library" / "wood.png", YELLOW, absolute=True)]


def same_name_elsewhere(spot: Spot) -> list[Path]:
    """Another file of the same name, in a folder of the same name."""
    return [_show(spot, spot.elsewhere / "more" / "library" / "wood.png", GREEN, absolute=True)]


def absolute_path_inside(spot: Spot) -> list[Path]:
    """An absolute path to a file of the project."""
    return [_show(spot, spot.folder / "inside" / "wood.png", RED, absolute=True)]


def second_mount(spot: Spot) -> list[Path]:
    """A file on another file system, where this machine has one."""
    return [_show(spot, spot.mount / "textures" / "wood.png", BLUE, absolute=True)]


def caches_at_the_root(spot: Spot) -> list[Path]:
    """The path `//` alone: a cache that lies between the project's own files."""
    return bake_ocean(spot, spot.folder)


def _show(spot: Spot, path: Path, color: Color, absolute: bool = False) -> Path:
    spot.plane(image_material(load_image(picture(path, color), absolute)))
    return path
