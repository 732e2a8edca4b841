# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel "What Will Be Sent": the total, and every file with its size and what uses it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import bpy

from ..live.contents import count_in_words, listing_of, users_of
from ..messages.byte_size import size
from ..messages.message import Message
from ..properties import contents
from ..translations import translate
from .layout import SendingPanel, draw_text, letters_in_header

MIN_ROWS, MAX_ROWS = 3, 8
TITLE = 160
"""Pixels at scale 1 that the header's title and margins take (seen in 4.3 and 5.2)."""
ICONS: Mapping[str, Any] = {
    "IMAGE": "IMAGE_DATA",
    "FONT": "FILE_FONT",
    "SOUND": "SOUND",
    "MOVIE_CLIP": "TRACKER",
    "LIBRARY": "LIBRARY_DATA_DIRECT",
    "PACKED_LIBRARY": "LIBRARY_DATA_DIRECT",
    "CACHE_FILE": "FILE_CACHE",
    "VOLUME": "VOLUME_DATA",
    "STRIP": "SEQUENCE",
    "OSL_SCRIPT": "FILE_SCRIPT",
    "IES_FILE": "LIGHT",
    "MESH_CACHE": "MESH_DATA",
    "FLUID": "MOD_FLUIDSIM",
    "OCEAN_CACHE": "MOD_OCEAN",
    "POINT_CACHE": "PHYSICS",
    "GEOMETRY_NODES_BAKE": "GEOMETRY_NODES",
    "FILE": "FILE",
    "": "FILE_BLEND",
}
"""The icon of a file by the kind of dependency that it is; "" is the .blend itself."""


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
        row = layout.split(factor=0.72)
        name = Path(item.name).name or translate(Message("The Scene, Not Saved Yet"))
        row.label(text=name, icon=ICONS.get(item.kind, "FILE"), translate=False)
        at_the_end = row.row()
        at_the_end.alignment = "RIGHT"
        at_the_end.label(text=item.size or "-", translate=False)


class RENDERJUICE_PT_contents(SendingPanel, bpy.types.Panel):
    """The files that the last check has found."""

    bl_label = "What Will Be Sent"

    def draw_header_preset(self, context: bpy.types.Context) -> None:
        """Draw how many files there are and what they take; changes nothing."""
        listing = listing_of(context.scene.session_uid)
        if listing is not None:
            # a narrow panel has no room for the number of files
            forms = (translate(count_in_words(listing)), size(listing.total), "")
            room = letters_in_header(context, TITLE)
            self.layout.label(text=next(form for form in forms if len(form) <= max(0, room)), translate=False)

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the list, and what uses the chosen file; changes nothing."""
        layout = self.layout
        listed, listing = contents.find(context.scene), listing_of(context.scene.session_uid)
        if listed is None or listing is None:
            layout.label(text="Not Checked Yet", icon="QUESTION")
            return
        rows = min(max(MIN_ROWS, len(listed.rows)), MAX_ROWS)
        layout.template_list(
            "RENDERJUICE_UL_files",
            "",
            listed,
            "rows",
            listed,
            "active",
            item_dyntip_propname="name",
            rows=rows,
            maxrows=MAX_ROWS,
        )
        column = layout.column(align=True)
        if listing.count > len(listed.rows):
            draw_text(column, context, Message("And {} more.", f"{listing.count - len(listed.rows):,}"), icon="BLANK1")
        if 0 <= listed.active < len(listed.rows):
            draw_text(column, context, listed.rows[listed.active].name, icon="FILE_FOLDER")
            draw_text(column, context, users_of(context.scene.session_uid, listed.active), icon="LINKED")


classes = (RENDERJUICE_UL_files, RENDERJUICE_PT_contents)
