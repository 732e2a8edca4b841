# SPDX-License-Identifier: GPL-3.0-or-later
"""Textures as they were before nodes: modifiers still have them, and they still have images."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from .images import RED, YELLOW
from .movies import write_movie
from .spot import Spot, load_image, picture, pictures

FRAMES = 4


def texture_in_modifier(spot: Spot) -> list[Path]:
    """Bumps of a Displace modifier."""
    path = picture(spot.folder / "textures" / "bumps.png", RED)
    _bumps(spot, path)
    return [path]


def texture_of_sequence(spot: Spot) -> list[Path]:
    """Bumps that are others in each frame."""
    frames = pictures(spot.folder / "textures" / "waves", (RED, (120, 120, 120), YELLOW, (20, 20, 20)))
    _play(_bumps(spot, frames[0]), "SEQUENCE")
    return frames[1:3]


def texture_of_movie(spot: Spot) -> list[Path]:
    """Bumps of a movie."""
    path = write_movie(spot.folder / "textures" / "sea.mp4")
    _play(_bumps(spot, path), "MOVIE")
    return [path]


def texture_in_warp(spot: Spot) -> list[Path]:
    """How far a Warp modifier takes what it moves."""
    path = picture(spot.folder / "textures" / "warp.png", (130, 130, 130))
    near, far = (spot.show(bpy.data.objects.new(name, None)) for name in ("Near", "Far"))
    far.location.y += 1.0
    plane = spot.plane(cuts=4)
    modifier: Any = plane.modifiers.new("Warp", "WARP")
    modifier.object_from, modifier.object_to, modifier.falloff_radius = near, far, 3.0
    modifier.texture, modifier.texture_coords = _texture(path), "UV"
    return [path]


def _bumps(spot: Spot, path: Path) -> Any:
    texture = _texture(path)
    modifier: Any = spot.plane(cuts=2).modifiers.new("Bumps", "DISPLACE")
    modifier.texture, modifier.texture_coords = texture, "UV"
    modifier.mid_level, modifier.strength = 0.0, 0.5
    return texture


def _texture(path: Path) -> Any:
    texture: Any = bpy.data.textures.new(path.stem, "IMAGE")
    texture.image = load_image(path)
    return texture


def _play(texture: Any, source: str) -> None:
    texture.image.source = source
    texture.image_user.frame_duration, texture.image_user.use_auto_refresh = FRAMES, True
