# SPDX-License-Identifier: GPL-3.0-or-later
"""The one timer: it looks at the jobs, and takes the check of the scenes a step further.

It runs while a job is alive, an answer is awaited or a check is due. In background mode no timer fires.
"""

from __future__ import annotations

import bpy

from ..properties import job_list
from . import jobs, scene_check

FIRST_INTERVAL = 1.0
"""Seconds from enabling to the first look: while registering there is no context yet."""


def start() -> None:
    """See to it that the timer runs; called after each wish, each choice of a job and each change of the scene."""
    if not bpy.app.background and not bpy.app.timers.is_registered(tick):
        bpy.app.timers.register(tick, first_interval=jobs.INTERVAL, persistent=True)


def tick() -> float | None:
    """Look once. Gives the seconds until the next look; None means that nothing is awaited: the timer then ends."""
    next_look, next_step = jobs.tick(), scene_check.tick(bpy.context)
    is_hurried = scene_check.is_under_way() and next_step is not None
    return next_step if next_look is None or is_hurried else next_look


def _begin() -> None:
    """Follow the jobs of earlier sessions, and look at the scene. Runs once."""
    # what the panel needs at its first draw, which should not have to read files
    from ..scene.config import overrides, receipt, scene_values  # noqa: F401

    jobs.want_earlier_jobs()
    scene_check.note_change()
    start()


def register() -> None:
    """Begin in a moment, where there is a window."""
    job_list.on_choice.append(start)
    if not bpy.app.background:
        bpy.app.timers.register(_begin, first_interval=FIRST_INTERVAL, persistent=True)


def unregister() -> None:
    """Undo `register`."""
    job_list.on_choice.remove(start)
    for timer in (_begin, tick):
        if bpy.app.timers.is_registered(timer):
            bpy.app.timers.unregister(timer)
    scene_check.forget()
