# SPDX-License-Identifier: GPL-3.0-or-later
"""Blender properties, and nothing else: preferences, the settings of each scene, the rows of lists.

Runs in Blender's process.
"""

from __future__ import annotations

from . import contents, job_list, preferences, scene_settings

MODULES = (scene_settings, preferences, job_list, contents)


def register() -> None:
    """Make the properties known to Blender."""
    for module in MODULES:
        module.register()


def unregister() -> None:
    """Undo `register`."""
    for module in reversed(MODULES):
        module.unregister()
