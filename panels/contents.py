# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel "What Will Be Sent": every file, its size, who uses it, and the total."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from ..live.contents import is_outdated, message_for
from ..messages.message import Message
from ..properties import contents
from ..translations import translate
from .layout import SendingPanel, draw_text

MIN_ROWS, MAX_ROWS = 3, 8


class RENDERJUICE_UL_files(bpy.types.UIList):
    """The .blend first, then the files from the largest to the smallest."""

    bl_idname = "RENDERJUICE_UL_files"

    def draw_item(
        self,
        _context: bpy.types.Context,
        layout: bpy.types.UILayout,
        _data: Any,
        item: Any,
        _icon: int,
        _active_data: Any,
        _active_property: str,
    ) -> None:
        """Draw one row; changes nothing."""
        row = layout.split(factor=0.75)
        name = Path(item.name).name or translate(Message("The Scene, Not Saved Yet"))
        row.label(text=name, icon="FILE", translate=False)
        row.label(text=item.size or "-", translate=False)


class RENDERJUICE_PT_contents(SendingPanel, bpy.types.Panel):
    """The files that were listed last."""

    bl_label = "What Will Be Sent"

    def draw_header_preset(self, _context: bpy.types.Context) -> None:
        """Draw the button that looks again; changes nothing."""
        self.layout.operator("renderjuice.list_files", text="", icon="FILE_REFRESH", emboss=False)

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the list, the chosen file's users, and the total; changes nothing."""
        layout = self.layout
        listed = contents.get(context)
        if not listed.count or listed.scene != context.scene.session_uid:
            layout.operator("renderjuice.list_files", text="List Files", icon="FILEBROWSER")
            return
        rows = min(max(MIN_ROWS, len(listed.rows)), MAX_ROWS)
        layout.template_list("RENDERJUICE_UL_files", "", listed, "rows", listed, "active", rows=rows, maxrows=MAX_ROWS)
        column = layout.column(align=True)
        if 0 <= listed.active < len(listed.rows):
            chosen = listed.rows[listed.active]
            draw_text(column, context, chosen.name, icon="FILE_FOLDER")
            draw_text(column, context, message_for(chosen.users), icon="LINKED")
        draw_text(column, context, message_for(listed.total), icon="PACKAGE")
        if is_outdated(context):
            draw_text(column, context, Message("The scene needs other files by now."), icon="INFO")
            layout.operator("renderjuice.list_files", text="List Files", icon="FILE_REFRESH")


classes = (RENDERJUICE_UL_files, RENDERJUICE_PT_contents)
