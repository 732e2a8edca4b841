# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel "Overrides": settings that jobs get instead of the scene's, with Blender's own presets."""

from __future__ import annotations

import bpy
from bl_ui.utils import PresetPanel

from ..properties.render_settings import override_fields
from .layout import SendingPanel


class RENDERJUICE_PT_override_presets(PresetPanel, bpy.types.Panel):
    """Choose, add or remove a preset of the overrides"""

    bl_label = "Override Presets"
    preset_subdir = "renderjuice/overrides"
    preset_operator = "script.execute_preset"
    preset_add_operator = "renderjuice.override_preset_add"


class RENDERJUICE_PT_overrides(SendingPanel, bpy.types.Panel):
    """The render settings that jobs get instead of the scene's."""

    bl_label = "Overrides"

    def draw_header_preset(self, _context: bpy.types.Context) -> None:
        """Draw the presets; changes nothing."""
        RENDERJUICE_PT_override_presets.draw_panel_header(self.layout)

    def draw(self, context: bpy.types.Context) -> None:
        """Draw a check box and a value for each field; changes nothing."""
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        overrides = context.scene.renderjuice
        for _heading, fields in override_fields():
            column = layout.column()
            for field, label in fields:
                row = column.row(heading=label)
                row.prop(overrides, f"use_{field}", text="")
                if getattr(overrides, f"use_{field}"):
                    row.prop(overrides, field, text="")
                else:
                    row.label(text="From Scene")


classes = (RENDERJUICE_PT_override_presets, RENDERJUICE_PT_overrides)
