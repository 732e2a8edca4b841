# SPDX-License-Identifier: GPL-3.0-or-later
"""A frame range that is probably not the one that is meant."""

from __future__ import annotations

import bpy

from ..dependencies.usage import unreached_from
from .finding import Remedy, Severity
from .request import Findings, Request, pieces

MOST_ACTIONS = 20
"""Actions that are looked at in one step: each tells its frames by its keys, of which it may have many."""


def check_frames(request: Request) -> Findings:
    """No frames at all, and a single frame of something that moves."""
    scene = request.scene
    if request.trouble:
        yield request.finding(Severity.ERROR, request.trouble, "Set the frame range in the Output properties.")
        return
    if not _is_range_of_one(request):
        return
    if scene.use_preview_range and scene.frame_preview_end > scene.frame_preview_start:
        what = "The frame range is a single frame, and the preview range, which no render uses, is longer."
        fix = "Set the frame range in the Output properties."
        yield request.warning(what, fix, Remedy.USE_PREVIEW_RANGE)
        return
    moving: list[bpy.types.Action] = []
    for piece in pieces("actions", MOST_ACTIONS):
        moving.extend(action for action in piece if _moves(action))
        yield None
    lost = yield from unreached_from(scene, moving)
    if len(lost) < len(moving):
        what = "The frame range is a single frame, although the file has animation."
        yield request.warning(what, "Set the frame range in the Output properties.")


def _is_range_of_one(request: Request) -> bool:
    """True for the scene's own range, if that is a single frame. Frames that the artist has given are meant."""
    scene = request.scene
    return (
        request.frames == (scene.frame_start,)
        and scene.frame_end == scene.frame_start
        and "frame_ranges" not in request.overrides
    )


def _moves(action: bpy.types.Action) -> bool:
    """True for animation that was made in this file; a linked character brings whatever it can do."""
    return action.users > 0 and action.library is None and action.frame_range[1] > action.frame_range[0]
