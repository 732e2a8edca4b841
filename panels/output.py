# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel "Output": where the frames of this scene go, and how they are opened."""

from __future__ import annotations

import bpy

from ..messages.message import Message
from ..properties import preferences
from ..scene.written_paths import leads_nowhere
from .layout import SendingPanel, draw_text


class RENDERJUICE_PT_output(SendingPanel, bpy.types.Panel):
    """Folder and opening of the frames."""

    bl_label = "Output"

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the settings; changes nothing."""
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        settings = context.scene.renderjuice
        layout.prop(settings, "output_dir")
        written = preferences.output_folder(context)
        if leads_nowhere(written):
            draw_text(layout, context, Message("Save the file first: the frames go beside it."), icon="INFO")
        else:
            folder = bpy.path.abspath(written)
            draw_text(layout, context, Message("Each job gets a folder in {}", folder), icon="FILE_FOLDER")
        layout.prop(settings, "open_with")


classes = (RENDERJUICE_PT_output,)
