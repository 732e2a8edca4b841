# SPDX-License-Identifier: GPL-3.0-or-later
"""The sub-menu in the topbar's Render menu. F3 finds only what is in a menu (4.3, 5.2)."""

from __future__ import annotations

from typing import Any

import bpy


class RENDERJUICE_MT_render(bpy.types.Menu):
    """Everything that can be done with Renderjuice"""

    bl_label = "Renderjuice"

    def draw(self, _context: bpy.types.Context) -> None:
        """Draw the menu; changes nothing."""
        layout = self.layout
        # a button in a menu runs `execute` unless told otherwise
        layout.operator_context = "INVOKE_DEFAULT"
        animation = layout.operator(
            "renderjuice.submit", text="Render Animation on Renderjuice", icon="RENDER_ANIMATION"
        )
        animation.still = False
        layout.operator("renderjuice.submit", text="Render Frame on Renderjuice", icon="RENDER_STILL").still = True
        layout.operator("renderjuice.check", icon="CHECKMARK")
        layout.operator("renderjuice.list_files", icon="FILEBROWSER")
        layout.separator()
        layout.operator("renderjuice.open_frames", icon="IMAGE_DATA")
        layout.operator("renderjuice.open_folder", icon="FILE_FOLDER")
        layout.operator("renderjuice.download", icon="IMPORT")
        layout.separator()
        layout.operator("renderjuice.cancel", icon="X")
        layout.operator("renderjuice.retry", icon="LOOP_BACK")
        layout.operator("renderjuice.remove", icon="REMOVE")
        layout.operator("renderjuice.refresh", icon="FILE_REFRESH")
        layout.separator()
        layout.operator("renderjuice.test_connection", icon="LINKED")
        layout.operator("renderjuice.show_preferences", icon="PREFERENCES")


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
