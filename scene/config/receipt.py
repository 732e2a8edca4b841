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
from .frames import describe
from .notices import movie_notice
from .render_config import SceneReading, read_scene

SEPARATOR = " · "
ENGINE_NAMES: Mapping[str, str] = {
    "CYCLES": Message("Cycles"),
    "BLENDER_EEVEE": "EEVEE",
    "BLENDER_EEVEE_NEXT": "EEVEE",
    "BLENDER_WORKBENCH": Message("Workbench"),
}
FORMAT_NAMES: Mapping[str, str] = {"OPEN_EXR": "OpenEXR", "OPEN_EXR_MULTILAYER": Message("OpenEXR MultiLayer")}


@dataclass(frozen=True)
class Receipt:
    """Two lines of what will be rendered, and remarks on what an artist may have forgotten."""

    lines: tuple[Message, Message]
    remarks: tuple[Message, ...]


def make_receipt(scene: bpy.types.Scene, overrides: Mapping[str, Any]) -> Receipt:
    """The receipt of the animation of a scene. Cheap enough for each redraw of a panel.

    Raises `ValueError` as `read_scene` does.
    """
    reading = read_scene(scene, overrides=overrides, for_display=True)
    lines = _lines(reading)
    if renders_sequencer(scene):
        # engine and samples are those of what is not rendered
        lines = (sentences(Message("Sequencer"), _size_words(reading.config), separator=SEPARATOR), lines[1])
    return Receipt(lines, tuple(_remarks(scene, reading, overrides)))


def _lines(reading: SceneReading) -> tuple[Message, Message]:
    config = reading.config
    engine = ENGINE_NAMES.get(config.render_engine or "", config.render_engine or "")
    samples = Message("{} samples", config.sample_count) if config.sample_count else ""
    return (
        sentences(engine, _size_words(config), samples, separator=SEPARATOR),
        sentences(describe(reading.frames), _format(config), separator=SEPARATOR),
    )


def _size_words(config: RenderConfig) -> str:
    return " × ".join(str(pixels) for pixels in _size(config))


def _size(config: RenderConfig) -> tuple[int, int]:
    """Width and height of a frame in pixels, at the percentage, as Blender rounds them (4.2 to 5.2: down)."""
    share = config.resolution_percentage or 100
    width, height = config.resolution or (0, 0)
    return width * share // 100, height * share // 100


def _format(config: RenderConfig) -> Message:
    name = FORMAT_NAMES.get(config.output_format or "", config.output_format or "")
    depth = Message("{} bit", config.color_depth) if config.color_depth else ""
    return sentences(name, config.color_mode or "", depth)


def _remarks(scene: bpy.types.Scene, reading: SceneReading, overrides: Mapping[str, Any]) -> Iterator[Message]:
    render = scene.render
    if (reading.config.resolution_percentage or 100) != 100:
        yield Message("Resolution is at {} %", reading.config.resolution_percentage)
    if len(reading.frames) == 1:
        yield Message("The frame range is a single frame")
    if render.use_border and render.use_crop_to_border:
        yield Message("Frames are cropped to a region")
    elif render.use_border:
        yield Message("Only a render region is rendered")
    if render.use_simplify:
        yield Message("Simplify is on")
    if movie_notice(scene, overrides) is not None:
        yield Message("The movie output is rendered as PNG images")
    if not render.use_compositing and active_compositor_tree(scene) is not None:
        yield Message("The compositor is switched off")
    yield from _overridden(scene, reading, overrides)


def _overridden(scene: bpy.types.Scene, reading: SceneReading, overrides: Mapping[str, Any]) -> Iterator[Message]:
    """How many overrides differ from the scene, whose values the artist sees in Blender's own panels."""
    if not overrides:
        return
    try:
        plain = read_scene(scene, for_display=True).config
    except ValueError:
        plain = RenderConfig(color_management_preset="default")
    names = [field for field in overrides if getattr(plain, field) != getattr(reading.config, field)]
    if len(names) > 1:
        yield Message("{} overrides differ from the scene", len(names))
    elif names:
        yield Message("One override differs from the scene")
