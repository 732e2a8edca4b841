# SPDX-License-Identifier: GPL-3.0-or-later
"""The sub-menu in the topbar's Render menu. F3 finds only what is in a menu (4.3, 5.2)."""

from __future__ import annotations

from typing import Any

import bpy


class RENDERJUICE_MT_render(bpy.types.Menu):
    """Everything that can be done with Renderjuice"""

    bl_label = "Renderjuice"

    def draw(self, _context: bpy.types.Context) -> None:
        """Draw the menu; changes nothing.

        The search looks into the path to an entry, too, but puts first what has the words in its own name, the shorter
        before the longer (seen in 5.2). So only what renders bears our name, and the words that people search for.
        """
        layout = self.layout
        # a button in a menu runs `execute` unless told otherwise
        layout.operator_context = "INVOKE_DEFAULT"
        animation = layout.operator(
            "renderjuice.submit", text="Render Animation on Renderjuice Cloud Farm (Submit)", icon="RENDER_ANIMATION"
        )
        animation.still = False
        frame = layout.operator(
            "renderjuice.submit", text="Render Frame on Renderjuice Cloud Farm (Submit)", icon="RENDER_STILL"
        )
        frame.still = True
        layout.operator("renderjuice.check", text="Check Scene", icon="CHECKMARK")
        layout.operator("renderjuice.list_files", text="List Files", icon="FILEBROWSER")
        layout.separator()
        layout.operator("renderjuice.open_frames", text="Open Frames", icon="IMAGE_DATA")
        layout.operator("renderjuice.open_folder", text="Open Folder", icon="FILE_FOLDER")
        layout.operator("renderjuice.download", text="Download Frames", icon="IMPORT")
        layout.separator()
        layout.operator("renderjuice.cancel", text="Cancel Job", icon="X")
        layout.operator("renderjuice.retry", text="Retry Job", icon="LOOP_BACK")
        layout.operator("renderjuice.remove", text="Remove Job", icon="REMOVE")
        layout.operator("renderjuice.refresh", text="Refresh Jobs", icon="FILE_REFRESH")
        layout.separator()
        layout.operator("renderjuice.show_panel", icon="PROPERTIES")
        layout.operator("renderjuice.open_dashboard", icon="URL")
        layout.operator("renderjuice.test_connection", icon="LINKED")
        layout.operator("renderjuice.show_preferences", text="Preferences...", icon="PREFERENCES")


def draw_render_menu(self: Any, _context: bpy.types.Context) -> None:
    """Draw the sub-menu's entry; changes nothing."""
    self.layout.separator()
    self.layout.menu("RENDERJUICE_MT_render")


classes = (RENDERJUICE_MT_render,)


def register() -> None:
    """Add the sub-menu to the Render menu."""
    bpy.types.TOPBAR_MT_render.append(draw_render_menu)  # type: ignore[arg-type]


def unregister() -> None:
    """Undo `register`."""
    bpy.types.TOPBAR_MT_render.remove(draw_render_menu)  # type: ignore[arg-type]
