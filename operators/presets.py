# SPDX-License-Identifier: GPL-3.0-or-later
"""Presets of overrides, kept by Blender's own preset system."""

from __future__ import annotations

import bpy
from bl_operators.presets import AddPresetBase

from ..properties.render_settings import PROPERTIES

NOT_IN_PRESETS = frozenset({"frame_ranges", "notes"})
"""The fields whose values are for a single shot."""


class RENDERJUICE_OT_override_preset_add(AddPresetBase, bpy.types.Operator):
    """Add or remove a preset of the overrides"""

    bl_idname = "renderjuice.override_preset_add"
    bl_label = "Add Override Preset"
    preset_menu = "RENDERJUICE_PT_override_presets"
    preset_subdir = "renderjuice/overrides"
    preset_defines = ("settings = bpy.context.scene.renderjuice",)
    preset_values = tuple(
        f"settings.{name}" for field in PROPERTIES if field not in NOT_IN_PRESETS for name in (f"use_{field}", field)
    )


classes = (RENDERJUICE_OT_override_preset_add,)
