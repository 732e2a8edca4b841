# SPDX-License-Identifier: GPL-3.0-or-later
"""Lights of Workbench that are installed on the artist's computer only."""

from __future__ import annotations

from ...messages.message import Message
from .checked_scene import CheckedScene, Findings

LIGHTS_FROM_FILES = frozenset({"STUDIO", "MATCAP"})


def check_workbench(checked: CheckedScene) -> Findings:
    """A studio light or MatCap that the artist has installed. It is a preference: the scene has no path to it."""
    shading = checked.scene.display.shading
    if checked.scene.render.engine != "BLENDER_WORKBENCH" or shading.light not in LIGHTS_FROM_FILES:
        return
    light = shading.selected_studio_light
    if light is not None and light.is_user_defined:
        what = Message("Workbench lights the scene with “{}”, which is installed on this computer only.", light.name)
        fix = Message("Choose one that comes with Blender in the Render properties, under Lighting.")
        yield checked.error(what, fix)
