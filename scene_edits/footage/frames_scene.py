# SPDX-License-Identifier: GPL-3.0-or-later
"""The scene in whose sequencer a job's frames lie: one for each rendered scene, so that no other scene renders them."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import bpy

from ...scene.blender_versions import all_strips, workspace_sequencer_scene
from ...scene.rendered.sequencer import FRAMES_OF, JOB_TAG
from . import color
from .files import Footage

COPIED = (
    "resolution_x",
    "resolution_y",
    "resolution_percentage",
    "pixel_aspect_x",
    "pixel_aspect_y",
    "fps",
    "fps_base",
)
"""What makes the frames of a scene fill the picture, and play as they would there."""


def scene_for(rendered: bpy.types.Scene, footage: Footage) -> bpy.types.Scene:
    """The scene that takes the frames of a job. One that another scene shows in a strip takes no further jobs."""
    ours = [scene for scene in bpy.data.scenes if is_ours(scene) and scene[FRAMES_OF] == rendered.name]
    for scene in ours:
        if any(strip.get(JOB_TAG) == footage.job_id for strip in all_strips(scene)):
            return scene
    shown = _scenes_in_strips() if ours else set()
    return next((scene for scene in ours if scene not in shown), None) or _new_scene(rendered, footage)


def is_ours(scene: bpy.types.Scene) -> bool:
    """True for a scene that was made for frames, and that nobody linked from another file."""
    return scene.library is None and scene.get(FRAMES_OF) is not None


def include(scene: bpy.types.Scene, footage: Footage) -> None:
    """Have the frame range of a scene of ours reach from the first to the last frame of a job."""
    first, last = max(min(footage.wanted), 0), max(*footage.wanted, 0)
    scene.frame_start, scene.frame_end = min(scene.frame_start, first), max(scene.frame_end, last)


def show(scene: bpy.types.Scene, window: bpy.types.Window | None) -> None:
    """Have the Video Sequencer of a window show a scene of ours, where it shows none or another one of ours.

    From 5.0 on that changes nothing else. Before, a window shows one scene in all of its editors, which is left alone.
    """
    workspace: Any = window.workspace if window is not None else None
    if window is None or not hasattr(workspace, "sequencer_scene"):
        return
    shown = workspace_sequencer_scene(window)
    has_sequencer = any(area.type == "SEQUENCE_EDITOR" for area in window.screen.areas)
    if has_sequencer and (shown is None or is_ours(shown)):
        workspace.sequencer_scene = scene


def _new_scene(rendered: bpy.types.Scene, footage: Footage) -> bpy.types.Scene:
    scene = bpy.data.scenes.new(f"{rendered.name} Frames")
    scene[FRAMES_OF] = rendered.name
    for name in COPIED:
        setattr(scene.render, name, getattr(rendered.render, name))
    scene.frame_start, scene.frame_end = max(min(footage.wanted), 0), max(*footage.wanted, 0)
    scene.frame_current = rendered.frame_current
    _show_as_rendered(scene, rendered, footage)
    return scene


def _show_as_rendered(scene: bpy.types.Scene, rendered: bpy.types.Scene, footage: Footage) -> None:
    """Give a scene the view through which the frames look as they were rendered: theirs, or none if it is baked in."""
    view, display = color.view_of(rendered)
    # a color configuration of the artist's own may lack them
    with suppress(TypeError):
        scene.display_settings.display_device = display.display_device
    settings: Any = scene.view_settings
    with suppress(TypeError):
        if color.is_linear(footage.first):
            for name in ("view_transform", "look", "exposure", "gamma"):
                setattr(settings, name, getattr(view, name))
        else:
            settings.view_transform = "Raw" if view.view_transform == "Raw" else "Standard"


def _scenes_in_strips() -> set[bpy.types.Scene]:
    return {strip.scene for scene in bpy.data.scenes for strip in all_strips(scene) if strip.type == "SCENE"}
