# SPDX-License-Identifier: GPL-3.0-or-later
"""A scene's render settings as the API's `RenderConfig`.

Where each value comes from, and why some are left out, is in `docs/render-config.md`. The rule behind all of them:
a value that could say something else on the farm than it says here is left out, and the service takes what it
detects in the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import bpy

from ...api.render_config import RenderConfig
from ..blender_versions import active_compositor_tree
from . import color_management
from .consistency import ENGINE_FIELDS, apply_overrides, fit_color_depth, fit_color_mode, meaningless_fields
from .frames import checked_frames, frame_ranges, span

MOVIE_REPLACEMENT = "PNG"
"""What a movie is rendered as: lossless, in every Blender, with every color mode that a movie can have."""

MOVIE_NOTICE = (
    "The scene's output is a movie, and a farm renders single frames: they come back as PNG images, without sound. "
    "Make the movie from them in the Video Sequencer."
)

WHOLE = 1e-6
"""How far a frame rate may be from a whole number: `fps_base` is stored with seven digits."""


class UnknownEngine(ValueError):
    """The scene's render engine is none that a farm can know."""

    def __init__(self, engine: str) -> None:
        named = f"the render engine “{engine}”" if engine else "the scene's render engine, whose add-on is not enabled"
        super().__init__(f"A farm cannot know {named}. Choose Cycles, EEVEE or Workbench in the Render properties.")
        self.engine = engine


@dataclass(frozen=True)
class SceneReading:
    """What a scene asks for: the config to send, its frames, and what the artist should know about both."""

    config: RenderConfig
    frames: tuple[int, ...]
    notices: tuple[str, ...] = ()


def read_scene(
    scene: bpy.types.Scene,
    *,
    frames: Iterable[int] | None = None,
    still: bool = False,
    overrides: Mapping[str, Any] | None = None,
    for_display: bool = False,
) -> SceneReading:
    """What to send for this scene, with the overrides in it.

    `still` asks for the current frame only and wins over `frames`, which wins over the overrides' frames and these
    over the scene's range. `overrides` is what `properties.overrides` gives. The scene is read for the engine and the
    format that will be used, so that an overridden EEVEE gets EEVEE's samples.
    `for_display` leaves out the denoiser: one that this machine does not have makes Blender log a warning each time
    that it is read (4.2 to 5.2), and a panel is drawn often.

    Raises `UnknownEngine`, `FrameListError` or `OverrideError`, all of them `ValueError`.
    """
    wanted = dict(overrides or {})
    overridden_frames = wanted.pop("frame_ranges", None)
    chosen_frames = _frames(scene, overridden_frames if frames is None else frames, still)
    engine = wanted.get("render_engine") or _known_engine(scene)
    output_format = wanted.get("output_format") or _image_format(scene)
    config = RenderConfig(
        color_management_preset=color_management.preset(scene),
        frame_ranges=frame_ranges(chosen_frames),
        render_engine=engine,
        **_size_and_time(scene),
        **_engine_settings(scene, engine, for_display),
        **_output(scene, output_format),
    )
    config = apply_overrides(config, wanted)
    return SceneReading(config, chosen_frames, tuple(_notices(scene, config, wanted)))


def compositor_in_use(scene: bpy.types.Scene) -> bool:
    """Whether the compositor works on the render. From 5.0 on its nodes are a group, and `use_nodes` is always True."""
    return scene.render.use_compositing and active_compositor_tree(scene) is not None


def _frames(scene: bpy.types.Scene, frames: Iterable[int] | None, still: bool) -> tuple[int, ...]:
    if still:
        return (scene.frame_current,)
    if frames is not None:
        return checked_frames(frames)
    return span(scene.frame_start, scene.frame_end, scene.frame_step)


def _known_engine(scene: bpy.types.Scene) -> str:
    if scene.render.engine not in ENGINE_FIELDS:
        raise UnknownEngine(scene.render.engine)
    return scene.render.engine


def _image_format(scene: bpy.types.Scene) -> str:
    return MOVIE_REPLACEMENT if scene.render.is_movie_format else scene.render.image_settings.file_format


def _size_and_time(scene: bpy.types.Scene) -> dict[str, Any]:
    render = scene.render
    return {
        "resolution": (render.resolution_x, render.resolution_y),
        "resolution_percentage": render.resolution_percentage,
        "fps": _whole_fps(render.fps / render.fps_base),
        "compositor_device": render.compositor_device if compositor_in_use(scene) else None,
    }


def _whole_fps(rate: float) -> int | None:
    """Frames per second when they are whole. None otherwise: 23.976 cannot be said without a loss."""
    whole = round(rate)
    return whole if whole >= 1 and abs(rate - whole) <= WHOLE else None


def _engine_settings(scene: bpy.types.Scene, engine: str, for_display: bool) -> dict[str, Any]:
    """Samples, denoising and tiles of the engine. Nothing for Cycles when its add-on is not enabled."""
    if engine == "CYCLES" and hasattr(scene, "cycles"):
        cycles = scene.cycles
        return {
            "sample_count": cycles.samples,
            "denoising_enabled": cycles.use_denoising,
            "denoiser_type": None if for_display else _known(cycles.denoiser),
            "use_tiling": cycles.use_auto_tile,
            "tile_size": cycles.tile_size,
        }
    if engine in ("BLENDER_EEVEE", "BLENDER_EEVEE_NEXT") and scene.eevee is not None:
        return {"sample_count": scene.eevee.taa_render_samples}
    return {}


def _output(scene: bpy.types.Scene, output_format: str) -> dict[str, Any]:
    """The output settings, as the scene has them or, for another format than the scene's, fitted to that one."""
    image = scene.render.image_settings
    color_mode, color_depth = _known(image.color_mode), _known(image.color_depth)
    if output_format != image.file_format:
        color_mode = fit_color_mode(color_mode, output_format)
        color_depth = fit_color_depth(color_depth, output_format)
    return {
        "output_format": output_format,
        "color_mode": color_mode,
        "color_depth": color_depth,
        "exr_codec": _known(image.exr_codec),
        "tiff_codec": _known(image.tiff_codec),
        "compression": image.compression,
        "quality": image.quality,
    }


def _known(identifier: str) -> str | None:
    """None for an enum that reads back empty: its value was made by a Blender or a machine that knows more."""
    return identifier or None


def _notices(scene: bpy.types.Scene, config: RenderConfig, wanted: Mapping[str, Any]) -> Iterable[str]:
    if scene.render.is_movie_format and "output_format" not in wanted:
        yield MOVIE_NOTICE
    variable = color_management.own_config()
    if variable is not None and "color_management_preset" not in wanted:
        yield (
            f"Blender's color management comes from the environment variable {variable}, which a farm cannot see. "
            "ACES is taken for it; override the color management preset if that is wrong."
        )
    reasons = meaningless_fields(config)
    for field in wanted:
        if field in reasons:
            yield f"The override of {field.replace('_', ' ')} is left out: {reasons[field]}."
