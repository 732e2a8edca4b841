# SPDX-License-Identifier: GPL-3.0-or-later
"""The color space in which the frames of a job are read, so that they look as they were rendered."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import bpy

from ...messages.message import Message

LINEAR_SUFFIXES = frozenset({".exr", ".hdr"})
"""The formats that Blender writes in the scene's linear colors. In all others the view transform is baked in."""
UNTRANSFORMED_VIEWS = frozenset({"Standard", "Raw"})
"""Views that do not change the look of an image, so that applying one twice is harmless."""
RAW_SPACE = "Non-Color"
FIRST_WITH_SCENE_LINEAR = (5, 0, 0)
"""From this Blender on, `scene_linear` is among the color spaces: the working space of the file."""


def is_linear(path: Path) -> bool:
    """True for a file with the scene's linear colors, to which a view transform still has to be applied."""
    return path.suffix.lower() in LINEAR_SUFFIXES


def space_of(scene: bpy.types.Scene, path: Path) -> str:
    """The name of the color space that a frame of the scene was written in.

    Formats with a baked view are in the space of the scene's display device, which has the name of the device.
    """
    output = scene.render.image_settings
    overridden = output.color_management == "OVERRIDE"
    if is_linear(path):
        if overridden and output.has_linear_colorspace:
            return str(output.linear_colorspace_settings.name)
        return "scene_linear" if bpy.app.version >= FIRST_WITH_SCENE_LINEAR else "Linear Rec.709"
    view, display = view_of(scene)
    return RAW_SPACE if view.view_transform == "Raw" else str(display.display_device)


def view_of(scene: bpy.types.Scene) -> tuple[Any, Any]:
    """The view and the display settings that the scene's frames are written with."""
    output = scene.render.image_settings
    if output.color_management == "OVERRIDE":
        return output.view_settings, output.display_settings
    return scene.view_settings, scene.display_settings


def read_in(owner: Any, space: str) -> None:
    """Have an image, a movie clip or a strip read in a color space.

    A space of the artist's own OpenColorIO config may be unknown here. Blender's own choice then stays.
    """
    with suppress(TypeError):
        if owner.colorspace_settings.name != space:
            owner.colorspace_settings.name = space


def view_applied_twice(scene: bpy.types.Scene, path: Path) -> tuple[Message, ...]:
    """A warning when a render of the scene would apply its view transform to frames that have one baked in."""
    view = scene.view_settings.view_transform
    if is_linear(path) or view in UNTRANSFORMED_VIEWS:
        return ()
    warning = Message(
        "The frames have the view transform baked in, and a render of “{}” applies {} to them again. "
        "Set its View Transform to Standard where only these frames are rendered.",
        scene.name,
        view,
    )
    return (warning,)
