# SPDX-License-Identifier: GPL-3.0-or-later
"""What the check found in the scenes on screen, kept for the panel, and made anew when changes have come to rest.

A handler notes that something changed; the one timer looks, once Blender has been left in peace for a moment. It looks
in steps, a few milliseconds at a time; when something changes meanwhile, what was begun is thrown away, so that nothing
of Blender's data is held that may be freed.
"""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Generator, Mapping
from typing import Any

import bpy

from ..properties import preferences
from ..scene.config.frames import FrameListError, frames_of_range
from ..scene.config.overrides import overrides_from_settings
from ..scene.dependencies.scan import Dependencies, scan
from ..scene.preflight import Finding, check_in_steps, errors_first, package_findings
from ..scene.steps import result_of

logger = logging.getLogger(__name__)

REST = 0.5
"""Seconds without a change after which the scenes are checked."""
STEP = 0.002
"""Seconds after which a step is over; what is under way is brought to its next stop."""
SHARE = 50
"""How many times as long as a check took Blender is left alone after it."""

LARGEST = 2**31 - 1
"""What a whole number of Blender's holds."""

Found = dict[int, tuple[Finding, ...]]
Walk = Generator[None, None, Found]

_found: Found = {}
_files: dict[int, int] = {}
_changed: float | None = None
_not_before = 0.0
_walk: Walk | None = None
_counted: tuple[int, ...] = ()
_taken = 0.0


def findings(scene: bpy.types.Scene) -> tuple[Finding, ...] | None:
    """What the last check found in a scene; None when it was not checked yet."""
    return _found.get(scene.session_uid)


def files_number(scene: bpy.types.Scene) -> int | None:
    """A number that tells the files that a scene needed at the last check from others; None when it was not checked."""
    return _files.get(scene.session_uid)


def number_of(dependencies: Dependencies) -> int:
    """The number of these files."""
    return hash(frozenset(dependencies.files)) & LARGEST


def note_change() -> None:
    """Note that the scenes may not be what they were, and let go of them."""
    global _changed, _walk
    _changed, _walk = time.monotonic(), None


def is_due() -> bool:
    """True while a change waits to be looked at, or is."""
    return _changed is not None


def is_under_way() -> bool:
    """True between two steps of a check."""
    return _walk is not None


def look(context: bpy.types.Context) -> bool:
    """Check the scenes on screen a step further if it is time. True when something else was found than before."""
    global _walk, _counted, _taken, _not_before
    now = time.monotonic()
    if not is_due() or _is_busy(context):
        return False
    if _walk is None:
        if now < max(_changed + REST, _not_before):
            return False
        _walk = _check(_on_screen(context))
        _counted, _taken = _count(), 0.0
    elif _counted != _count():
        # without a handler being told, as by another add-on's timer
        note_change()
        return False
    is_news = _step(_walk)
    _taken += time.monotonic() - now
    _not_before = now + SHARE * _taken
    return is_news


def check(scenes: set[bpy.types.Scene]) -> None:
    """Check scenes now. What is known of others stays, and they are still due if they are on screen."""
    global _changed, _walk
    _found.update(result_of(_check(scenes)))
    if _on_screen(bpy.context) <= scenes:
        _changed, _walk = None, None


def _step(walk: Walk) -> bool:
    """Go on with a check for a moment. True when it has ended with something else than before."""
    global _walk
    until = time.monotonic() + STEP
    try:
        # what a step does may be noted as a change, too
        while walk is _walk:
            next(walk)
            if time.monotonic() >= until:
                break
    except StopIteration as end:
        return walk is _walk and _take_in(end.value)
    except ReferenceError:
        # something was removed between two steps
        note_change()
    except BaseException:
        _walk = None
        raise
    return False


def _take_in(found: Found) -> bool:
    global _found, _changed, _walk
    is_news = found != _found
    _found, _changed, _walk = found, None, None
    return is_news


def _check(scenes: set[bpy.types.Scene]) -> Walk:
    found = {}
    for scene in scenes:
        overrides = _overrides(scene)
        frames = _frames(scene, overrides)
        # a range that is none is a finding; its files are those of the frame that is shown
        dependencies = yield from scan(scene, frames or (scene.frame_current,))
        package = yield from package_findings(dependencies, preferences.free_bytes())
        findings = yield from check_in_steps(scene, dependencies, frames, overrides)
        _files[scene.session_uid] = number_of(dependencies)
        found[scene.session_uid] = errors_first((*package, *findings))
    return found


def _overrides(scene: bpy.types.Scene) -> Mapping[str, Any]:
    try:
        return overrides_from_settings(scene.renderjuice)
    except ValueError:
        # the panel says what is wrong with them
        return {}


def _frames(scene: bpy.types.Scene, overrides: Mapping[str, Any]) -> tuple[int, ...] | None:
    """The frames that would be rendered, or None where the scene has no range of frames."""
    try:
        return overrides.get("frame_ranges") or frames_of_range(scene.frame_start, scene.frame_end, scene.frame_step)
    except FrameListError:
        return None


def _on_screen(context: bpy.types.Context) -> set[bpy.types.Scene]:
    return {window.scene for window in context.window_manager.windows}


def _count() -> tuple[int, ...]:
    """How many datablocks there are of each kind."""
    return tuple(len(getattr(bpy.data, name)) for name in collections())


@functools.cache
def collections() -> tuple[str, ...]:
    """The names of Blender's collections of datablocks, each datablock in one of them."""
    found = (prop.identifier for prop in bpy.types.BlendData.bl_rna.properties if prop.type == "COLLECTION")
    return tuple(name for name in found if name != "all_ids")


def _is_busy(context: bpy.types.Context) -> bool:
    is_rendering = context.window_manager.is_interface_locked or bpy.app.is_job_running("RENDER")
    return is_rendering or any(window.screen.is_animation_playing for window in context.window_manager.windows)


def forget() -> None:
    """Forget everything, as for another file."""
    global _changed, _walk
    _found.clear()
    _files.clear()
    _changed, _walk = None, None
