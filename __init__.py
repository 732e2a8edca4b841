# SPDX-License-Identifier: GPL-3.0-or-later
"""Renderjuice: renders the open scene on the Renderjuice farm and brings the frames back into the project."""

from __future__ import annotations


def register() -> None:
    """Called by Blender when the extension is enabled."""
    from . import live, operators, panels, properties, translations

    for room in (translations, properties, live, operators, panels):
        room.register()


def unregister() -> None:
    """Called by Blender when the extension is disabled, and undoes `register`."""
    from . import live, operators, panels, properties, translations

    for room in (panels, operators, live, properties, translations):
        room.unregister()
