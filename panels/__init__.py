# SPDX-License-Identifier: GPL-3.0-or-later
"""What is shown in the Render properties. Draws state, changes nothing."""

from __future__ import annotations

import bpy

from . import render_properties

classes = render_properties.classes


def register() -> None:
    """Make the panels known to Blender."""
    for cls in classes:
        bpy.utils.register_class(cls)


def unregister() -> None:
    """Undo `register`."""
    for cls in reversed(classes):
        bpy.utils.unregister_class(cls)
