# SPDX-License-Identifier: GPL-3.0-or-later
"""Presets of overrides: those that come with the extension, and the artist's own in Blender's preset system."""

from __future__ import annotations

import bpy
from bl_operators.presets import AddPresetBase

from ..live.redrawing import redraw
from ..properties.render_settings import PROPERTIES
from ..scene_edits import override_presets
from ..translations import translate

NOT_IN_PRESETS = frozenset({"frame_ranges", "notes"})
"""The fields whose values are for a single shot."""


class RENDERJUICE_OT_override_preset_apply(bpy.types.Operator):
    """Use this preset of the overrides"""

    bl_idname = "renderjuice.override_preset_apply"
    bl_label = "Use Override Preset"
    bl_options = {"UNDO", "INTERNAL"}

    preset: bpy.props.EnumProperty(
        name="Preset",
        description="The preset to use",
        items=[(each.identifier, each.label, each.description) for each in override_presets.SHIPPED],
        options={"SKIP_SAVE"},
    )

    @classmethod
    def description(cls, _context: bpy.types.Context, properties: bpy.types.OperatorProperties) -> str:
        """The tooltip: what the preset does."""
        return translate(override_presets.find(properties.preset).description)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Set the overrides of the scene."""
        override_presets.find(self.preset).apply(context.scene)
        redraw()
        return {"FINISHED"}


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


classes = (RENDERJUICE_OT_override_preset_apply, RENDERJUICE_OT_override_preset_add)
