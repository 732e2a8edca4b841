# SPDX-License-Identifier: GPL-3.0-or-later
"""A frame range that is probably not the one that is meant."""

from __future__ import annotations

import bpy

from .finding import Remedy, Severity
from .request import Findings, Request


def check_frames(request: Request) -> Findings:
    """No frames at all, and a single frame of something that moves."""
    scene = request.scene
    if request.trouble:
        yield request.finding(Severity.ERROR, request.trouble, "Set the frame range in the Output properties.")
        return
    is_range = len(request.frames) == 1 and "frame_ranges" not in request.overrides
    if not is_range or request.frames[0] != scene.frame_start or scene.frame_end != scene.frame_start:
        return
    if scene.use_preview_range and scene.frame_preview_end > scene.frame_preview_start:
        what = "The frame range is a single frame, and the preview range, which no render uses, is longer."
        fix = "Set the frame range in the Output properties."
        yield request.warning(what, fix, Remedy.USE_PREVIEW_RANGE)
    elif any(_moves(action) for action in bpy.data.actions):
        what = "The frame range is a single frame, although the file has animation."
        yield request.warning(what, "Set the frame range in the Output properties.")


def _moves(action: bpy.types.Action) -> bool:
    """True for animation that was made in this file; a linked character brings whatever it can do."""
    return action.users > 0 and action.library is None and action.frame_range[1] > action.frame_range[0]
