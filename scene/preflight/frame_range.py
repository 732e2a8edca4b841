# SPDX-License-Identifier: GPL-3.0-or-later
"""A frame range that is probably not the one that is meant."""

from __future__ import annotations

import bpy

from ...messages.message import Message
from ..chunks import datablocks_in_chunks
from ..config.notices import subframe_notice
from ..rendered.reading import unread_among
from .checked_scene import CheckedScene, Findings
from .finding import Finding, Remedy, Severity, finding_about

ACTIONS_A_STEP = 20
"""Actions that are looked at in one step: Blender reads all keys of an action to tell its frames."""


def check_frames(checked: CheckedScene) -> Findings:
    """No frames at all, and a single frame of something that moves."""
    scene = checked.scene
    fix = Message("Set the frame range in the Output properties.")
    if checked.no_frames_reason is not None:
        yield checked.error(checked.no_frames_reason, fix)
        return
    if not _is_range_of_one(checked):
        return
    if scene.use_preview_range and scene.frame_preview_end > scene.frame_preview_start:
        what = Message("The frame range is a single frame, and the preview range, which no render uses, is longer.")
        yield checked.warning(what, fix, Remedy.USE_PREVIEW_RANGE, about="frames")
        return
    moving: list[bpy.types.Action] = []
    for chunk in datablocks_in_chunks("actions", ACTIONS_A_STEP):
        moving.extend(action for action in chunk if _moves(action))
        yield None
    unreached = yield from unread_among(scene, moving)
    if len(unreached) < len(moving):
        what = Message("The frame range is a single frame, although the file has animation.")
        yield checked.warning(what, fix, about="frames")


def between_frames(scene: bpy.types.Scene) -> tuple[Finding, ...]:
    """What the artist should know before the current frame is rendered. A range is rendered at whole frames anyway."""
    notice = subframe_notice(scene)
    if notice is None:
        return ()
    return (finding_about(scene, "scenes", severity=Severity.WARNING, what=notice.what, fix=notice.fix),)


def _is_range_of_one(checked: CheckedScene) -> bool:
    """True for the scene's own range when that is a single frame. Frames that the artist has given are intended."""
    scene = checked.scene
    return (
        checked.frames == (scene.frame_start,)
        and scene.frame_end == scene.frame_start
        and "frame_ranges" not in checked.overrides
    )


def _moves(action: bpy.types.Action) -> bool:
    """True for animation that was made in this file. A linked character brings actions that the scene may not use."""
    return action.users > 0 and action.library is None and action.frame_range[1] > action.frame_range[0]
