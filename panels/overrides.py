# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel "Overrides": settings that jobs get instead of the scene's, with presets in Blender's own way."""

from __future__ import annotations

from typing import Any, ClassVar

import bpy
from bl_ui.utils import PresetPanel

from ..properties.render_settings import GROUPS, row_label
from ..scene.config.choices import FARM_FIELDS
from ..scene_edits.override_presets import SHIPPED
from ..translations import translate
from .layout import SendingPanel, letters_in_header

TITLE = 173
"""Pixels at scale 1 that the header's title, button and margins take (seen in 4.3 and 5.2)."""


class RENDERJUICE_PT_override_presets(PresetPanel, bpy.types.Panel):
    """Choose, add or remove a preset of the overrides"""

    bl_label = "Override Presets"
    preset_subdir = "renderjuice/overrides"
    preset_operator = "script.execute_preset"
    preset_add_operator = "renderjuice.override_preset_add"

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the presets that come with the extension, and below them the artist's own; changes nothing."""
        layout = self.layout
        layout.emboss = "PULLDOWN_MENU"
        column = layout.column(align=True)
        for preset in SHIPPED:
            text = translate(preset.label)
            column.operator("renderjuice.override_preset_apply", text=text, translate=False).preset = preset.identifier
        layout.separator()
        if bpy.utils.preset_paths(self.preset_subdir):
            super().draw(context)
        else:
            self._draw_adding(context)

    def _draw_adding(self, context: bpy.types.Context) -> None:
        """Draw the field and the button that Blender draws below presets, but for one that has none yet."""
        row = self.layout.row()
        name = row.row()
        name.emboss = "NORMAL"
        name.prop(context.window_manager, "preset_name", text="")
        add = row.operator(self.preset_add_operator, text="", icon="ADD")
        add.name = context.window_manager.preset_name


class RENDERJUICE_PT_overrides(SendingPanel, bpy.types.Panel):
    """The render settings that jobs get instead of the scene's."""

    bl_label = "Overrides"

    def draw_header_preset(self, context: bpy.types.Context) -> None:
        """Draw what is overridden with another value than the scene's, and the presets; changes nothing."""
        named = overridden_in_words(context.scene, max_letters=letters_in_header(context, TITLE))
        if named:
            self.layout.label(text=named, translate=False)
        RENDERJUICE_PT_override_presets.draw_panel_header(self.layout)

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the rows; changes nothing."""
        draw_rows(self.layout, context.scene, self.bl_label)


class OverridesPanel(SendingPanel):
    """A panel inside the panel "Overrides", with the rows of its group."""

    bl_parent_id = "RENDERJUICE_PT_overrides"

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the rows; changes nothing."""
        draw_rows(self.layout, context.scene, self.bl_label)


class RENDERJUICE_PT_override_quality(OverridesPanel, bpy.types.Panel):
    """How the frames are rendered."""

    bl_label = "Quality"
    bl_options: ClassVar[set[Any]] = set()


class RENDERJUICE_PT_override_format(OverridesPanel, bpy.types.Panel):
    """How large the frames are, and how they are saved."""

    bl_label = "Format"


class RENDERJUICE_PT_override_farm(OverridesPanel, bpy.types.Panel):
    """What the scene knows nothing of."""

    bl_label = "Farm"


def draw_rows(layout: bpy.types.UILayout, scene: bpy.types.Scene, group: str) -> None:
    """Draw a row for each field of a group that the engine and the format have, or that is overridden all the same."""
    # loaded when it is first needed, because every start of Blender waits for what is loaded before
    from ..scene.config.scene_values import fields_not_offered, fields_without_effect

    layout.use_property_split = True
    layout.use_property_decorate = False
    settings = scene.renderjuice
    not_offered, without_effect = fields_not_offered(scene), fields_without_effect(scene)
    column = layout.column()
    for field in GROUPS[group]:
        if field in not_offered and not getattr(settings, f"use_{field}"):
            continue
        label = translate(row_label(field))
        if field in FARM_FIELDS:
            column.prop(settings.rows, f"asked_{field}", text=label, translate=False)
        else:
            row = column.row(heading=label, translate=False)
            _draw_override(row, settings, field, has_effect=field not in without_effect)


def _draw_override(row: bpy.types.UILayout, settings: Any, field: str, *, has_effect: bool) -> None:
    """Draw a check box, and the override's value or, greyed in the same place, the scene's."""
    row.prop(settings.rows, f"override_{field}", text="")
    value = row.row()
    value.active = has_effect
    is_overridden = getattr(settings, f"use_{field}")
    value.enabled = is_overridden
    owner, name = (settings, field) if is_overridden else (settings.rows, f"scene_{field}")
    if owner.bl_rna.properties[name].type == "BOOLEAN":
        value.prop(owner, name, text="On" if getattr(owner, name) else "Off", toggle=True)
    else:
        value.prop(owner, name, text="")


def overridden_in_words(scene: bpy.types.Scene, max_letters: int) -> str:
    """What is overridden with another value than the scene's: all names, the first one, or how many there are."""
    # loaded when it is first needed, because every start of Blender waits for what is loaded before
    from ..scene.config.overrides import overrides_from_settings
    from ..scene.config.scene_values import overridden_fields

    try:
        fields = overridden_fields(scene, overrides_from_settings(scene.renderjuice))
    except ValueError:
        # the panel above says what is wrong with them
        return ""
    if not fields:
        return ""
    names = [translate(row_label(field)) for field in fields]
    first = f"{names[0]} +{len(names) - 1}" if len(names) > 1 else names[0]
    return next((words for words in (", ".join(names), first) if len(words) <= max_letters), str(len(names)))


classes = (
    RENDERJUICE_PT_override_presets,
    RENDERJUICE_PT_overrides,
    RENDERJUICE_PT_override_quality,
    RENDERJUICE_PT_override_format,
    RENDERJUICE_PT_override_farm,
)
