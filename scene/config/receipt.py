# SPDX-License-Identifier: GPL-3.0-or-later
"""The receipt: what a submission would ask for, in the few words that an artist reads before pressing the button."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import bpy

from ...api.render_config import RenderConfig
from ...messages.message import Message, sentences
from ..blender_versions import active_compositor_tree
from ..rendered.sequencer import renders_sequencer
from .consistency import FORMATS
from .frames import describe
from .names import engine_name, format_name
from .notices import movie_notice
from .render_config import SceneReading, read_scene

SEPARATOR = " · "
MAX_CAMERA_LETTERS = 16
"""Letters of a camera's name; a longer one is shortened, so that the line fits into a narrow panel."""


@dataclass(frozen=True)
class Remark:
    """Something unusual, and the setting that it is `about`; a finding of the check may be about it, too."""

    text: Message
    about: str = ""
    is_error: bool = False


@dataclass(frozen=True)
class Receipt:
    """Two lines of what will be rendered, and remarks on what an artist may have forgotten."""

    lines: tuple[Message, Message]
    remarks: tuple[Remark, ...]


def make_receipt(scene: bpy.types.Scene, overrides: Mapping[str, Any]) -> Receipt:
    """The receipt of the animation of a scene. Cheap enough for each redraw of a panel.

    Raises `ValueError` as `read_scene` does.
    """
    reading = read_scene(scene, overrides=overrides, for_display=True)
    return Receipt(_lines(scene, reading), tuple(_remarks(scene, reading, overrides)))


def _lines(scene: bpy.types.Scene, reading: SceneReading) -> tuple[Message, Message]:
    config = reading.config
    size = "×".join(str(pixels) for pixels in _size(config))
    of_scene = (_camera(scene), engine_name(config.render_engine), size, _samples(config))
    # camera, engine and samples are those of what is not rendered
    first = (Message("Sequencer"), size) if renders_sequencer(scene) else of_scene
    return (
        sentences(*first, separator=SEPARATOR),
        sentences(_frames(reading), _format(config), separator=SEPARATOR),
    )


def _camera(scene: bpy.types.Scene) -> str:
    """The camera's name, or how many cameras the markers switch between."""
    cameras = {marker.camera.name for marker in scene.timeline_markers if marker.camera} or (
        {scene.camera.name} if scene.camera else set()
    )
    if len(cameras) > 1:
        return Message("{} cameras", len(cameras))
    return _short(next(iter(cameras), ""))


def _short(name: str) -> str:
    return name if len(name) <= MAX_CAMERA_LETTERS else name[: MAX_CAMERA_LETTERS - 1].rstrip() + "…"


def _samples(config: RenderConfig) -> str:
    if not config.sample_count:
        return ""
    return Message("{} samples", config.sample_count) if config.sample_count > 1 else Message("1 sample")


def _frames(reading: SceneReading) -> Message:
    return describe(reading.frames) if len(reading.frames) > 1 else Message("Frame {}", reading.frames[0])


def _size(config: RenderConfig) -> tuple[int, int]:
    """Width and height of a frame in pixels, at the percentage, as Blender rounds them (4.2 to 5.2: down)."""
    share = config.resolution_percentage or 100
    width, height = config.resolution or (0, 0)
    return width * share // 100, height * share // 100


def _format(config: RenderConfig) -> Message:
    """The format and its channels, and the bits of a channel where they are not the format's usual ones."""
    image_format = FORMATS.get(config.output_format or "")
    is_usual = image_format is not None and config.color_depth == image_format.color_depths[0]
    depth = Message("{} bit", config.color_depth) if config.color_depth and not is_usual else ""
    return sentences(format_name(config.output_format), config.color_mode or "", depth)


def _remarks(scene: bpy.types.Scene, reading: SceneReading, overrides: Mapping[str, Any]) -> Iterator[Remark]:
    render = scene.render
    if (reading.config.resolution_percentage or 100) != 100:
        yield Remark(Message("Resolution is at {} %", reading.config.resolution_percentage), "resolution_percentage")
    if len(reading.frames) == 1:
        yield Remark(Message("The frame range is a single frame"), "frames")
    if render.use_border and render.use_crop_to_border:
        yield Remark(Message("Frames are cropped to a region"), "region")
    elif render.use_border:
        yield Remark(Message("Only a render region is rendered"), "region")
    if render.use_simplify:
        yield Remark(Message("Simplify is on"), "simplify")
    if movie_notice(scene, overrides) is not None:
        yield Remark(Message("The movie output is rendered as PNG images"), "movie")
    if not render.use_compositing and active_compositor_tree(scene) is not None:
        yield Remark(Message("The compositor is switched off"), "compositing")
