# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel "Output": where the frames of this scene go, and how they are opened."""

from __future__ import annotations

import os
from pathlib import Path

import bpy

from ..messages.message import Message
from ..properties import preferences
from ..scene.written_paths import leads_nowhere
from .layout import SendingPanel, draw_text

MAX_PATH_LETTERS = 28
"""Letters of a path that a line of a narrow panel has room for."""
MIN_ELIDED_PARTS = 3
"""A path of fewer parts has no middle to leave out."""


class RENDERJUICE_PT_output(SendingPanel, bpy.types.Panel):
    """Folder and opening of the frames."""

    bl_label = "Output"

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the settings; changes nothing."""
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        settings = context.scene.renderjuice
        layout.prop(settings, "output_dir", placeholder=preferences.get(context).output_folder)
        column = layout.column(align=True)
        written = preferences.output_folder(context)
        if leads_nowhere(written):
            draw_text(column, context, Message("Save the file first: the frames go beside it."), icon="INFO")
        else:
            draw_text(column, context, Message("Each job gets a folder in {}", elided(written)), icon="FILE_FOLDER")
        # below its label: beside it there is no room for what can be chosen
        opening = layout.column(align=True)
        opening.use_property_split = False
        opening.label(text="When Done")
        opening.prop(settings, "open_with", text="")


def elided(path: str) -> str:
    """A path that is short enough for one line: of a longer one folders in its middle are left out."""
    parts = Path(path).parts
    if len(path) <= MAX_PATH_LETTERS or len(parts) < MIN_ELIDED_PARTS:
        return path
    end = parts[-1]
    for part in reversed(parts[1:-1]):
        longer = os.path.join(part, end)  # noqa: PTH118 - parts of a path that is only shown
        if len(parts[0]) + len(longer) + 2 > MAX_PATH_LETTERS:
            break
        end = longer
    return f"{parts[0]}…{os.sep}{end}"


classes = (RENDERJUICE_PT_output,)
