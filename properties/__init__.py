# SPDX-License-Identifier: GPL-3.0-or-later
"""What Blender keeps for the extension: preferences, overrides saved with each scene, and the jobs while it runs."""

from __future__ import annotations

import bpy

from . import live_jobs, overrides, preferences


def register() -> None:
    """Make the properties known to Blender, and look for jobs of earlier sessions."""
    overrides.register()
    preferences.register()
    bpy.types.Scene.renderjuice = bpy.props.PointerProperty(
        type=overrides.RENDERJUICE_PG_overrides, name="Renderjuice", description="Overrides for renders on Renderjuice"
    )
    live_jobs.register()


def unregister() -> None:
    """Undo `register`."""
    live_jobs.unregister()
    del bpy.types.Scene.renderjuice
    preferences.unregister()
    overrides.unregister()
