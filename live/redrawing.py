# SPDX-License-Identifier: GPL-3.0-or-later
"""Has drawn again what shows jobs."""

from __future__ import annotations

import bpy


def redraw() -> None:
    """Have drawn again what shows jobs, and no more: the Render tab, the preferences, and the status bar."""
    manager = bpy.context.window_manager
    for window in manager.windows:
        for area in window.screen.areas:
            is_render_tab = area.type == "PROPERTIES" and area.spaces.active.context == "RENDER"
            if is_render_tab or area.type == "PREFERENCES":
                for region in area.regions:
                    if region.type == "WINDOW":
                        region.tag_redraw()
    # the status bar is no area of a screen, and setting this number is the one way to have it drawn (4.2 to 5.2)
    manager.extensions_updates = manager.extensions_updates
