# SPDX-License-Identifier: GPL-3.0-or-later
"""What is shown: the panel, the menu, the status bar's line. Draws state and changes nothing.

Runs in Blender's process.
"""

from __future__ import annotations

import bpy

from . import check, contents, jobs, main, menus, output, overrides, status_bar

classes = (
    *main.classes,
    *check.classes,
    *contents.classes,
    *overrides.classes,
    *output.classes,
    *jobs.classes,
    *menus.classes,
)
_register_classes, _unregister_classes = bpy.utils.register_classes_factory(classes)


def register() -> None:
    """Make the panels known to Blender, and add to its menu and status bar."""
    _register_classes()
    jobs.register()
    menus.register()
    status_bar.register()


def unregister() -> None:
    """Undo `register`."""
    status_bar.unregister()
    menus.unregister()
    jobs.unregister()
    _unregister_classes()
