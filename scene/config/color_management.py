# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a scene needs the farm's ACES preset. The rule is in `docs/render-config.md`."""

from __future__ import annotations

import os
from pathlib import Path

import bpy

DEFAULT = "default"
ACES = "aces"

OCIO_VARIABLES = ("OCIO", "BLENDER_OCIO")
"""The environment variables that give Blender an OpenColorIO config of one's own."""


def preset(scene: bpy.types.Scene) -> str:
    """The preset that the scene needs.

    `aces` for an ACES view on screen or in the output, for a file whose working space is ACEScg (5.0 and newer), and
    for an OpenColorIO config of one's own. `default` otherwise.
    """
    if any(view.startswith("ACES") for view in _views(scene)):
        return ACES
    if _working_space() == "ACEScg":
        return ACES
    return ACES if own_config() else DEFAULT


def own_config() -> str | None:
    """The environment variable that gives Blender an OpenColorIO config of one's own. None when Blender uses its own.

    A Blender with a window sets `OCIO` itself, to the config of its installation (seen in 5.2).
    """
    return next((name for name in OCIO_VARIABLES if _is_own(os.environ.get(name, ""))), None)


def _is_own(config: str) -> bool:
    resources = bpy.utils.system_resource("DATAFILES")
    return bool(config) and not (resources and Path(config).is_relative_to(resources))


def _views(scene: bpy.types.Scene) -> list[str]:
    """The names of the view transforms that images of the scene go through."""
    output = scene.render.image_settings
    overridden = output.view_settings if output.color_management == "OVERRIDE" else None
    return [settings.view_transform for settings in (scene.view_settings, overridden) if settings is not None]


def _working_space() -> str:
    """The working color space of the file. Empty before Blender 5.0, whose files are always linear Rec.709."""
    colorspace = getattr(bpy.data, "colorspace", None)
    return colorspace.working_space if colorspace is not None else ""
