# SPDX-License-Identifier: GPL-3.0-or-later
"""What the check found in the scenes on screen, kept for the panel, and made anew when changes have come to rest.

A handler notes that something changed; the one timer looks, once Blender has been left in peace for a moment.
"""

from __future__ import annotations

import logging
import time

import bpy

from ..scene.dependencies import find_dependencies
from ..scene.preflight import Finding, check_scene

logger = logging.getLogger(__name__)

REST = 0.5
"""Seconds without a change after which the scenes are checked."""
SHARE = 50
"""How many times as long as a check took Blender is left alone after it."""

_found: dict[int, tuple[Finding, ...]] = {}
_changed: float | None = None
_not_before = 0.0


def findings(scene: bpy.types.Scene) -> tuple[Finding, ...] | None:
    """What the last check found in a scene; None when it was not checked yet."""
    return _found.get(scene.session_uid)


def note_change() -> None:
    """Note that the scenes may not be what they were."""
    global _changed
    _changed = time.monotonic()


def is_due() -> bool:
    """True while a change waits to be looked at."""
    return _changed is not None


def look(context: bpy.types.Context) -> bool:
    """Check the scenes on screen if it is time. True when something else was found than before."""
    now = time.monotonic()
    if _changed is None or now < max(_changed + REST, _not_before) or _is_busy(context):
        return False
    return check({window.scene for window in context.window_manager.windows})


def check(scenes: set[bpy.types.Scene]) -> bool:
    """Check scenes now, and forget the others. True when something else was found than before."""
    global _found, _changed, _not_before
    began = time.monotonic()
    dependencies = find_dependencies()
    found = {scene.session_uid: check_scene(scene, dependencies) for scene in scenes}
    is_news, _found, _changed = found != _found, found, None
    ended = time.monotonic()
    _not_before = ended + SHARE * (ended - began)
    return is_news


def _is_busy(context: bpy.types.Context) -> bool:
    return context.window_manager.is_interface_locked or any(
        window.screen.is_animation_playing for window in context.window_manager.windows
    )


def forget() -> None:
    """Forget everything, as for another file."""
    global _changed
    _found.clear()
    _changed = None
