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
MOST_SECONDS = 0.05
"""A scene whose check takes longer is not checked by itself again: that would be felt at each change."""

_found: dict[int, tuple[Finding, ...]] = {}
_changed: float | None = None
_not_before = 0.0
_is_slow = False


def findings(scene: bpy.types.Scene) -> tuple[Finding, ...] | None:
    """What the last check found in a scene; None when it was not checked yet."""
    return _found.get(scene.session_uid)


def note_change() -> None:
    """Note that the scenes may not be what they were."""
    global _changed
    _changed = time.monotonic()


def is_due() -> bool:
    """True while a change waits to be looked at."""
    return _changed is not None and not _is_slow


def is_old() -> bool:
    """True when the scene has changed since the last check, and is too large to be checked by itself."""
    return _changed is not None and _is_slow


def look(context: bpy.types.Context) -> bool:
    """Check the scenes on screen if it is time. True when something else was found than before."""
    now = time.monotonic()
    if not is_due() or now < max(_changed + REST, _not_before) or _is_busy(context):
        return False
    return check({window.scene for window in context.window_manager.windows})


def check(scenes: set[bpy.types.Scene]) -> bool:
    """Check scenes now, and forget the others. True when something else was found than before."""
    global _found, _changed, _not_before, _is_slow
    began = time.monotonic()
    dependencies = find_dependencies()
    found = {scene.session_uid: check_scene(scene, dependencies) for scene in scenes}
    is_news, _found, _changed = found != _found, found, None
    taken = time.monotonic() - began
    _is_slow = taken > MOST_SECONDS
    _not_before = began + taken + SHARE * taken
    return is_news


def _is_busy(context: bpy.types.Context) -> bool:
    return context.window_manager.is_interface_locked or any(
        window.screen.is_animation_playing for window in context.window_manager.windows
    )


def forget() -> None:
    """Forget everything, as for another file."""
    global _changed, _is_slow
    _found.clear()
    _changed, _is_slow = None, False
