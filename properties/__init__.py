# SPDX-License-Identifier: GPL-3.0-or-later
"""What Blender keeps for the extension: preferences, settings saved with each scene, and the jobs while it runs."""

from __future__ import annotations

from . import contents, handlers, job_list, live_jobs, preferences, scene_settings, thumbnails

MODULES = (scene_settings, preferences, job_list, contents, thumbnails, live_jobs, handlers)


def register() -> None:
    """Make the properties known to Blender, and look for jobs of earlier sessions."""
    for module in MODULES:
        module.register()


def unregister() -> None:
    """Undo `register`."""
    for module in reversed(MODULES):
        module.unregister()
