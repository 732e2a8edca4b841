# SPDX-License-Identifier: GPL-3.0-or-later
"""What the check found in the scenes on screen, kept for the panel, and made anew when changes have come to rest.

A handler notes that something changed; the one timer looks, once Blender has been left in peace for a moment. It looks
in steps, a few milliseconds at a time. When something changes meanwhile, what was begun is thrown away, so that nothing
of Blender's data is held that may be freed.

What reads the scenes is loaded by the first check, because every start of Blender waits for what is loaded before.
"""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import bpy

from . import contents, readiness
from .redrawing import is_render_tab_shown, redraw

if TYPE_CHECKING:
    from ..scene.preflight.finding import Finding
    from .scene_reading import Checked

logger = logging.getLogger(__name__)

INTERVAL = 0.5
"""Seconds until it is asked again whether a check that is due may begin."""
FILES_INTERVAL = 6.0
"""Seconds after which files that were missing are looked for again."""
STEP_INTERVAL = 0.05
"""Seconds to the next step of a check."""
QUIET_TIME = 0.5
"""Seconds without a change after which the scenes are checked."""
STEP_TIME = 0.002
"""Seconds after which a step is over; what is under way is brought to its next stop."""
PAUSE_FACTOR = 50
"""How many times as long as a check took Blender is left alone after it."""

Walk = Generator[None, None, "dict[int, Checked]"]


@dataclass
class State:
    """What is known of the scenes, by their session UIDs, and the check that is due or under way.

    `found` is what the last check found. `lacks` tells what was missing in each scene then, at the time `checked`.
    `changed` is when something changed that no check has seen; None means that no check is due. No check begins
    `not_before`. `walk` is the check under way, which has `taken` so many seconds; it was begun when there were
    `counted` datablocks of each kind.
    """

    found: dict[int, tuple[Finding, ...]] = field(default_factory=dict)
    lacks: dict[int, str] = field(default_factory=dict)
    checked: float = 0.0
    changed: float | None = None
    not_before: float = 0.0
    walk: Walk | None = None
    counted: tuple[int, ...] = ()
    taken: float = 0.0


_state = State()


def findings(scene: bpy.types.Scene) -> tuple[Finding, ...] | None:
    """What the last check found in a scene; None means that it was not checked yet."""
    return _state.found.get(scene.session_uid)


def lack(scene: bpy.types.Scene) -> str:
    """What the last check missed in a scene, as `Dependencies.lack` tells it."""
    return _state.lacks.get(scene.session_uid, "")


def note_change() -> None:
    """Note that the scenes may not be what they were, and let go of them."""
    _state.changed, _state.walk = time.monotonic(), None


def is_due() -> bool:
    """True while a change waits to be looked at, or is."""
    return _state.changed is not None


def is_under_way() -> bool:
    """True between two steps of a check."""
    return _state.walk is not None


def tick(context: bpy.types.Context) -> float | None:
    """Check the scenes on screen a step further, for the timer, where renders can be sent.

    Gives the seconds until the next step; None means that no check is due, and that no file is missing.
    """
    if not readiness.is_ready(context):
        return None
    if not is_due():
        return _await_files(context)
    try:
        if look(context):
            redraw()
    except Exception:
        # a check that cannot read a scene must not be tried again at every tick
        logger.exception("the check of the scene failed")
        forget()
    if is_under_way():
        return STEP_INTERVAL
    return INTERVAL if is_due() else _await_files(context)


def _await_files(context: bpy.types.Context) -> float | None:
    """Have missing files looked for again, which nothing in Blender tells of, while somebody sees the panel.

    Gives the seconds until it is asked again; None when no file is missing.
    """
    uids = {scene.session_uid for scene in _on_screen(context)}
    if not any(_state.lacks.get(uid) for uid in uids):
        return None
    if time.monotonic() - _state.checked >= FILES_INTERVAL and is_render_tab_shown():
        note_change()
        return INTERVAL
    return FILES_INTERVAL / 2


def look(context: bpy.types.Context) -> bool:
    """Check the scenes on screen a step further if it is time. True when something else was found than before."""
    now = time.monotonic()
    if _state.changed is None or _is_busy(context):
        return False
    if _state.walk is None:
        if now < max(_state.changed + QUIET_TIME, _state.not_before):
            return False
        _state.walk = _check(_on_screen(context))
        _state.counted, _state.taken = _count(), 0.0
    elif _state.counted != _count():
        # without a handler being told, as by another add-on's timer
        note_change()
        return False
    is_news = _step(_state.walk)
    _state.taken += time.monotonic() - now
    _state.not_before = now + PAUSE_FACTOR * _state.taken
    return is_news


def check(scenes: set[bpy.types.Scene]) -> None:
    """Check scenes now. What is known of others stays, and they are still due if they are on screen."""
    from ..scene.steps import result_of

    found, _ = _take_files(result_of(_check(scenes)))
    _state.found.update(found)
    if _on_screen(bpy.context) <= scenes:
        _state.changed, _state.walk = None, None


def _check(scenes: set[bpy.types.Scene]) -> Walk:
    from .scene_reading import check_scenes

    return check_scenes(scenes)


def _step(walk: Walk) -> bool:
    """Go on with a check for a moment. True when it has ended with something else than before."""
    until = time.monotonic() + STEP_TIME
    try:
        # what a step does may be noted as a change, too
        while walk is _state.walk:
            next(walk)
            if time.monotonic() >= until:
                break
    except StopIteration as end:
        return walk is _state.walk and _take_in(end.value)
    except ReferenceError:
        # something was removed between two steps
        note_change()
    except BaseException:
        _state.walk = None
        raise
    return False


def _take_in(checked: dict[int, Checked]) -> bool:
    found, has_other_files = _take_files(checked)
    is_news = has_other_files or found != _state.found
    _state.found, _state.changed, _state.walk = found, None, None
    return is_news


def _take_files(checked: dict[int, Checked]) -> tuple[dict[int, tuple[Finding, ...]], bool]:
    """Note which files the checked scenes need and lack; gives what was found in each, and whether files are others."""
    _state.checked = time.monotonic()
    has_other_files = False
    for uid, each in checked.items():
        _state.lacks[uid] = each.lack
        has_other_files |= contents.show(uid, each.listing)
    return {uid: each.findings for uid, each in checked.items()}, has_other_files


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
    _state.found.clear()
    _state.lacks.clear()
    _state.changed, _state.walk, _state.not_before = None, None, 0.0
    contents.forget()
