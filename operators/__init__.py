# SPDX-License-Identifier: GPL-3.0-or-later
"""What the artist and scripts can do: one file a family. Operators gather, call, and report."""

from __future__ import annotations

from typing import Any

import bpy

from . import jobs, preferences, submit

classes = (*submit.classes, *jobs.classes, *preferences.classes)
_register_classes, _unregister_classes = bpy.utils.register_classes_factory(classes)


def draw_render_menu(self: Any, _context: bpy.types.Context) -> None:
    """The operators in the topbar's Render menu: F3 finds only what is in a menu (4.3, 5.2)."""
    layout = self.layout
    layout.separator()
    layout.operator("renderjuice.submit", text="Render Animation on Renderjuice", icon="RENDER_ANIMATION").still = False
    layout.operator("renderjuice.submit", text="Render Frame on Renderjuice", icon="RENDER_STILL").still = True
    layout.operator("renderjuice.refresh")
    layout.operator("renderjuice.test_connection")


def register() -> None:
    """Make the operators known to Blender, and to its menus."""
    _register_classes()
    bpy.types.TOPBAR_MT_render.append(draw_render_menu)  # type: ignore[arg-type]


def unregister() -> None:
    """Undo `register`."""
    bpy.types.TOPBAR_MT_render.remove(draw_render_menu)  # type: ignore[arg-type]
    _unregister_classes()
