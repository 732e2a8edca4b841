# SPDX-License-Identifier: GPL-3.0-or-later
"""In which color space a job's frames are to be read, so that they look as they did when they were rendered."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import bpy

LINEAR_SUFFIXES = frozenset({".exr", ".hdr"})
"""The formats that Blender writes in the scene's linear colors. In all others the view transform is baked in."""
UNTRANSFORMED_VIEWS = frozenset({"Standard", "Raw"})
"""The views that do not change a picture's look: going through one of them twice is harmless."""
RAW_SPACE = "Non-Color"
FIRST_WITH_ROLE = (5, 0, 0)
"""The Blender whose color spaces include the working space of the file by its role."""


def is_linear(path: Path) -> bool:
    """True for a file that holds the scene's linear colors, which a view transform still has to be applied to."""
    return path.suffix.lower() in LINEAR_SUFFIXES


def space_of(scene: bpy.types.Scene, path: Path) -> str:
    """The name of the color space that a frame of the scene was written in.

    The scene's display device gives the space of formats with a baked view; each device's space bears its name.
    """
    output = scene.render.image_settings
    overridden = output.color_management == "OVERRIDE"
    if is_linear(path):
        if overridden and output.has_linear_colorspace:
            return str(output.linear_colorspace_settings.name)
        return "scene_linear" if bpy.app.version >= FIRST_WITH_ROLE else "Linear Rec.709"
    view, display = (
        (output.view_settings, output.display_settings) if overridden else (scene.view_settings, scene.display_settings)
    )
    return RAW_SPACE if view.view_transform == "Raw" else str(display.display_device)


def read_in(owner: Any, space: str) -> None:
    """Have an image, a movie clip or a strip read in a color space.

    One that Blender does not know, of a color management of one's own, is left to Blender's guess.
    """
    with suppress(TypeError):
        if owner.colorspace_settings.name != space:
            owner.colorspace_settings.name = space


def view_applied_twice(scene: bpy.types.Scene, path: Path) -> str:
    """A warning when the scene's render would put its view transform on frames that have one already, or ""."""
    view = scene.view_settings.view_transform
    if is_linear(path) or view in UNTRANSFORMED_VIEWS:
        return ""
    return (
        f"The frames have the view transform baked in, and a render of “{scene.name}” applies {view} to them again. "
        "Set its View Transform to Standard where only these frames are rendered."
    )
