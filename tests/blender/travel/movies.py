# SPDX-License-Identifier: GPL-3.0-or-later
"""A short movie, written by Blender."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from renderjuice.tests.blender.scene_parts import strips_of

from .spot import PIXELS

COLORS = ((0.8, 0.1, 0.1), (0.1, 0.8, 0.1), (0.1, 0.1, 0.8), (0.8, 0.8, 0.1))
"""One a frame."""


def add_effect(scene: bpy.types.Scene, kind: str, channel: int, frame: int, length: int, shown: Any = None) -> Any:
    """A strip that needs no file, of so many frames; for some kinds it changes another one that is `shown`."""
    rest = {"length": length} if bpy.app.version >= (5, 0) else {"frame_end": frame + length}
    if shown is not None:
        rest["input1" if bpy.app.version >= (4, 4) else "seq1"] = shown
    return strips_of(scene).new_effect(name=kind, type=kind, channel=channel, frame_start=frame, **rest)


def write_movie(path: Path) -> Path:
    """Four frames of a color each, encoded by Blender's sequencer in a scene of its own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scene = bpy.data.scenes.new("Movie")
    scene.frame_start, scene.frame_end = 1, len(COLORS)
    for frame, color in enumerate(COLORS, 1):
        add_effect(scene, "COLOR", 1, frame, 1).color = color
    render = scene.render
    render.resolution_x = render.resolution_y = PIXELS
    render.filepath = str(path)
    if hasattr(render.image_settings, "media_type"):
        render.image_settings.media_type = "VIDEO"
    render.image_settings.file_format = "FFMPEG"
    render.ffmpeg.format, render.ffmpeg.codec, render.ffmpeg.gopsize = "MPEG4", "H264", 1
    render.use_file_extension = False
    bpy.ops.render.render(animation=True, scene=scene.name)
    bpy.data.scenes.remove(scene)
    assert path.is_file(), "Blender wrote no movie"
    return path
