# SPDX-License-Identifier: GPL-3.0-or-later
"""Has drawn again what shows jobs, where somebody sees it."""

from __future__ import annotations

from collections.abc import Iterator

import bpy


def redraw() -> None:
    """Have drawn again what shows jobs, and no more: the Render tab, the preferences, and the status bar."""
    manager = bpy.context.window_manager
    for area in _areas():
        if _is_render_tab(area) or area.type == "PREFERENCES":
            for region in area.regions:
                if region.type == "WINDOW":
                    region.tag_redraw()
    # the status bar is no area of a screen, and setting this number is the one way to have it drawn (4.2 to 5.2)
    manager.extensions_updates = manager.extensions_updates


def is_render_tab_shown() -> bool:
    """True when a Properties editor shows the Render tab, where our panel is."""
    return any(_is_render_tab(area) for area in _areas())


def _areas() -> Iterator[bpy.types.Area]:
    return (area for window in bpy.context.window_manager.windows for area in window.screen.areas)


def _is_render_tab(area: bpy.types.Area) -> bool:
    return area.type == "PROPERTIES" and area.spaces.active.context == "RENDER"
