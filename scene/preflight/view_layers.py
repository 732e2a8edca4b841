# SPDX-License-Identifier: GPL-3.0-or-later
"""Render Single Layer: here the view layer that is shown is rendered, on a farm all that are used for rendering."""

from __future__ import annotations

import bpy

from ...messages.message import Message
from .checked_scene import CheckedScene, Findings


def check_single_layer(checked: CheckedScene) -> Findings:
    """A switch that a render without a window leaves aside."""
    scene = checked.scene
    if not scene.render.use_single_layer:
        return
    used = {layer.name for layer in scene.view_layers if layer.use}
    if shown_layers(scene) == used and len(used) == 1:
        return
    what = Message("Render Single Layer is on, and a farm renders all view layers that are used for rendering.")
    fix = Message("Turn off “Use for Rendering” in the View Layer properties of those that are not wanted.")
    yield checked.warning(what, fix)


def shown_layers(scene: bpy.types.Scene) -> set[str]:
    """The names of the view layers that windows show of a scene; of one in no window, its first."""
    windows = bpy.context.window_manager.windows
    shown = {window.view_layer.name for window in windows if window.scene == scene}
    return shown or {scene.view_layers[0].name}
