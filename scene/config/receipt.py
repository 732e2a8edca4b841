# SPDX-License-Identifier: GPL-3.0-or-later
"""What a submission would ask for, in the few words that an artist reads before pressing the button."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import bpy

from ...api.render_config import RenderConfig
from ..blender_versions import active_compositor_tree
from .frames import describe
from .render_config import SceneReading, read_scene

ENGINE_NAMES = {
    "CYCLES": "Cycles",
    "BLENDER_EEVEE": "EEVEE",
    "BLENDER_EEVEE_NEXT": "EEVEE",
    "BLENDER_WORKBENCH": "Workbench",
}


@dataclass(frozen=True)
class Receipt:
    """Two lines of what will be rendered, and remarks on what an artist may have forgotten."""

    lines: tuple[str, str]
    remarks: tuple[str, ...]


def make_receipt(scene: bpy.types.Scene, overrides: Mapping[str, Any]) -> Receipt:
    """The receipt of the animation of a scene. Only reads; cheap enough to be drawn.

    Raises `ValueError` as `read_scene` does.
    """
    reading = read_scene(scene, overrides=overrides, for_display=True)
    return Receipt(_lines(reading), tuple(_remarks(scene, reading, overrides)))


def _lines(reading: SceneReading) -> tuple[str, str]:
    config = reading.config
    engine = ENGINE_NAMES.get(config.render_engine or "", config.render_engine or "")
    samples = [f"{config.sample_count} samples"] if config.sample_count else []
    what = [engine, " × ".join(str(pixels) for pixels in _size(config)), *samples]
    return " · ".join(what), " · ".join((describe(reading.frames), _format(config)))


def _size(config: RenderConfig) -> tuple[int, int]:
    """Width and height of a frame in pixels, at the percentage, as Blender rounds them (4.2 to 5.2: down)."""
    share = config.resolution_percentage or 100
    width, height = config.resolution or (0, 0)
    return width * share // 100, height * share // 100


def _format(config: RenderConfig) -> str:
    names = {"OPEN_EXR": "OpenEXR", "OPEN_EXR_MULTILAYER": "OpenEXR MultiLayer"}
    depth = f"{config.color_depth} bit" if config.color_depth else ""
    name = names.get(config.output_format or "", config.output_format or "")
    return " ".join(word for word in (name, config.color_mode or "", depth) if word)


def _remarks(scene: bpy.types.Scene, reading: SceneReading, overrides: Mapping[str, Any]) -> Iterator[str]:
    render = scene.render
    if (reading.config.resolution_percentage or 100) != 100:
        yield f"Resolution is at {reading.config.resolution_percentage} %"
    if len(reading.frames) == 1:
        yield "The frame range is a single frame"
    if render.use_border:
        yield "Only a render region is rendered" if not render.use_crop_to_border else "Frames are cropped to a region"
    if render.use_simplify:
        yield "Simplify is on"
    if render.is_movie_format and "output_format" not in overrides:
        yield "The movie output is rendered as PNG images"
    if not render.use_compositing and active_compositor_tree(scene) is not None:
        yield "The compositor is switched off"
    yield from _overridden(scene, reading, overrides)


def _overridden(scene: bpy.types.Scene, reading: SceneReading, overrides: Mapping[str, Any]) -> Iterator[str]:
    """The overrides that differ from the scene, which the artist sees in Blender's own panels."""
    if not overrides:
        return
    try:
        plain = read_scene(scene, for_display=True).config
    except ValueError:
        plain = RenderConfig(color_management_preset="default")
    names = [field for field in overrides if getattr(plain, field) != getattr(reading.config, field)]
    if names:
        yield (
            f"{len(names)} overrides differ from the scene" if len(names) > 1 else "One override differs from the scene"
        )
