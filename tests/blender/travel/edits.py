# SPDX-License-Identifier: GPL-3.0-or-later
"""What the sequencer reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from renderjuice.tests.blender.scene_parts import strips_of

from .footage import font_file
from .images import BLUE, GREEN, RED, YELLOW
from .movies import add_effect, write_movie
from .spot import PIXELS, Spot, picture, pictures, written

LENGTH = 4


def strip_image(spot: Spot) -> list[Path]:
    path = picture(spot.folder / "still" / "still.png", RED)
    strip = strips_of(spot.scene).new_image("still", written(path), _channel(spot), 1)
    _fill(strip)
    _place(spot, strip)
    return [path]


def strip_image_sequence(spot: Spot) -> list[Path]:
    frames = pictures(spot.folder / "shots", (RED, GREEN, BLUE, YELLOW))
    _place(spot, _sequence(spot, frames))
    return frames[1:3]


def strip_movie(spot: Spot) -> list[Path]:
    path = write_movie(spot.folder / "cut" / "sea.mp4")
    _place(spot, strips_of(spot.scene).new_movie("sea", written(path), _channel(spot), 1))
    return [path]


def strip_by_backslashes(spot: Spot) -> list[Path]:
    r"""In a folder that is written as `//old\shots\`."""
    frames = pictures(spot.folder / "old" / "shots", (BLUE, RED, YELLOW, GREEN))
    strip = _sequence(spot, frames)
    strip.directory = "//old\\shots\\"
    _place(spot, strip)
    return frames[1:3]


def strip_text(spot: Spot) -> list[Path]:
    """A text strip with a font of its own."""
    path = font_file(spot.folder / "titles" / "own.woff2")
    strip = add_effect(spot.scene, "TEXT", _channel(spot), 1, LENGTH)
    strip.text, strip.font_size = "Qg", PIXELS
    strip.font = bpy.data.fonts.load(written(path))
    _place(spot, strip)
    return [path]


def strip_trimmed(spot: Spot) -> list[Path]:
    """The first pictures are cut off; the last one stays on screen."""
    frames = pictures(spot.folder / "trimmed", (RED, GREEN, BLUE, YELLOW))
    strip = _sequence(spot, frames)
    if hasattr(strip, "content_trim_start"):  # 5.2
        strip.content_trim_start, strip.content_trim_end = 1, 1
        strip.left_handle, strip.right_handle = 1, LENGTH + 1
    else:
        strip.animation_offset_start, strip.animation_offset_end = 1, 1
        strip.frame_final_start, strip.frame_final_end = 1, LENGTH + 1
    _place(spot, strip)
    return frames[1:3]


def strip_muted_input(spot: Spot) -> list[Path]:
    """A muted strip that an effect shows all the same."""
    path = picture(spot.folder / "muted" / "still.png", GREEN)
    muted = strips_of(spot.scene).new_image("muted", written(path), _channel(spot), 1)
    _fill(muted)
    shown = add_effect(spot.scene, "GAUSSIAN_BLUR", _channel(spot), 1, LENGTH, muted)
    muted.mute = True
    _place(spot, muted)
    shown.blend_type = "ALPHA_OVER"
    return [path]


def strip_clip(spot: Spot) -> list[Path]:
    """A clip of many pictures, read by the strip's own time."""
    frames = pictures(spot.folder / "plates", (BLUE, YELLOW, RED, GREEN))
    clip = bpy.data.movieclips.load(written(frames[0]))
    # at frame 2 the first picture is shown
    _place(spot, strips_of(spot.scene).new_clip("clip", clip, _channel(spot), 2))
    return frames[:2]


def strip_of_other_scene(spot: Spot) -> list[Path]:
    """The sequencer of another scene, which itself would be rendered without."""
    path = picture(spot.folder / "edit" / "still.png", BLUE)
    other = bpy.data.scenes.new("Edit")
    other.render.use_sequencer = False
    other.render.resolution_x = spot.scene.render.resolution_x
    other.render.resolution_y = spot.scene.render.resolution_y
    other.camera = spot.scene.camera
    inner = strips_of(other).new_image("still", written(path), 1, 1)
    shown = strips_of(spot.scene).new_scene("edit", other, _channel(spot), 1)
    shown.scene_input = "SEQUENCER"
    for strip in (inner, shown):
        _fill(strip)
    _place(spot, inner)
    shown.blend_type = "ALPHA_OVER"
    return [path]


def _sequence(spot: Spot, frames: list[Path]) -> Any:
    strip = strips_of(spot.scene).new_image(frames[0].parent.name, written(frames[0]), _channel(spot), 1)
    for frame in frames[1:]:
        strip.elements.append(frame.name)
    return strip


def _fill(strip: Any) -> None:
    """Have a strip last as long as the others."""
    if hasattr(strip, "right_handle"):  # 5.2
        strip.right_handle = LENGTH + 1
    else:
        strip.frame_final_end = LENGTH + 1


def _channel(spot: Spot) -> int:
    """Every strip of a scene has its own."""
    return len(strips_of(spot.scene)) + 1


def _place(spot: Spot, strip: Any) -> None:
    """Move a strip that fills the middle of the picture into its square, over the others."""
    render = spot.scene.render
    middle = spot.column * PIXELS + PIXELS / 2
    strip.blend_type = "ALPHA_OVER"
    strip.transform.offset_x = middle - render.resolution_x / 2
