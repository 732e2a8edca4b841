# SPDX-License-Identifier: GPL-3.0-or-later
"""A scene's render settings as the API's `RenderConfig`.

Where each value comes from, and why some are left out, is in `docs/render-config.md`. The rule behind all of them:
a value that could say something else on the farm than it says here is left out, and the service takes what it
detects in the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import bpy

from ...api.frame_ranges import frame_ranges
from ...api.render_config import RenderConfig
from ...messages.message import Message
from ..rendered.compositor import compositor_in_use
from . import color_management
from .choices import EEVEE_NAMES
from .consistency import apply_overrides, field_in_sentence, fit_color_depth, fit_color_mode, meaningless_fields
from .frames import checked_frames, frames_of_range
from .notices import color_notice, engine_notice, movie_notice, subframe_notice

MOVIE_REPLACEMENT = "PNG"
"""What a movie is rendered as: lossless, in every Blender, with every color mode that a movie can have."""

FPS_TOLERANCE = 1e-6
"""How far a frame rate may be from a whole number: `fps_base` is stored with seven digits."""


class UnknownEngine(ValueError):
    """The scene's render engine is none that a farm can know."""

    def __init__(self, sentence: Message, engine: str) -> None:
        super().__init__(sentence)
        self.engine = engine


@dataclass(frozen=True)
class SceneReading:
    """What a scene asks for: the config to send, its frames, and what the artist should know about both.

    `scene_notices` are about the scene itself, and are findings of its check, too. `asked_notices` are about what is
    asked for beside it: the overrides that are left out, and a still between two frames.
    """

    config: RenderConfig
    frames: tuple[int, ...]
    scene_notices: tuple[Message, ...] = ()
    asked_notices: tuple[Message, ...] = ()

    @property
    def notices(self) -> tuple[Message, ...]:
        """All of them, each once."""
        return self.scene_notices + self.asked_notices


def read_scene(
    scene: bpy.types.Scene,
    *,
    frames: Iterable[int] | None = None,
    still: bool = False,
    overrides: Mapping[str, Any] | None = None,
    for_display: bool = False,
) -> SceneReading:
    """What to send for this scene, with the overrides in it.

    The frames are the current one for `still`, else `frames`, else those of the overrides, else the scene's range.
    `overrides` is what `scene.config.overrides` gives. The scene is read for the engine and the format that will be
    used, so that an overridden EEVEE gets EEVEE's samples.
    `for_display` leaves out the denoiser: Blender logs a warning each time that a denoiser is read which this machine
    does not have (4.2 to 5.2), and a panel is drawn often.

    Raises `UnknownEngine`, `FrameListError` or `OverrideError`, all of them `ValueError`.
    """
    wanted = dict(overrides or {})
    overridden_frames = wanted.pop("frame_ranges", None)
    chosen_frames = _frames(scene, overridden_frames if frames is None else frames, still)
    engine = wanted.get("render_engine") or _known_engine(scene)
    output_format = wanted.get("output_format") or image_format(scene)
    config = RenderConfig(
        color_management_preset=color_management.preset(scene),
        frame_ranges=frame_ranges(chosen_frames),
        render_engine=engine,
        **_size_and_time(scene),
        **engine_settings(scene, engine, for_display),
        **output_settings(scene, output_format),
    )
    config = apply_overrides(config, wanted)
    told = (movie_notice(scene, wanted), color_notice(wanted))
    moment = subframe_notice(scene) if still else None
    return SceneReading(
        config,
        chosen_frames,
        scene_notices=tuple(notice.sentence for notice in told if notice is not None),
        asked_notices=(*([moment.sentence] if moment else []), *_left_out(config, wanted)),
    )


def _frames(scene: bpy.types.Scene, frames: Iterable[int] | None, still: bool) -> tuple[int, ...]:
    if still:
        return (scene.frame_current,)
    if frames is not None:
        return checked_frames(frames)
    return frames_of_range(scene.frame_start, scene.frame_end, scene.frame_step)


def _known_engine(scene: bpy.types.Scene) -> str:
    notice = engine_notice(scene, ())
    if notice is not None:
        raise UnknownEngine(notice.sentence, scene.render.engine)
    return scene.render.engine


def image_format(scene: bpy.types.Scene) -> str:
    """The format of the frames; a farm writes no movies."""
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
    """Frames per second as a whole number. None for any other rate: one number cannot carry 24 / 1.001 exactly."""
    whole = round(rate)
    return whole if whole >= 1 and abs(rate - whole) <= FPS_TOLERANCE else None


def engine_settings(scene: bpy.types.Scene, engine: str, for_display: bool) -> dict[str, Any]:
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
    if engine in EEVEE_NAMES and scene.eevee is not None:
        return {"sample_count": scene.eevee.taa_render_samples}
    return {}


def output_settings(scene: bpy.types.Scene, output_format: str) -> dict[str, Any]:
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
    """The identifier. None for an enum that reads back empty: its value is known to another Blender or machine only."""
    return identifier or None


def _left_out(config: RenderConfig, wanted: Iterable[str]) -> Iterator[Message]:
    """A sentence for each override that means nothing for this config."""
    reasons = meaningless_fields(config)
    for field in wanted:
        if field in reasons:
            yield Message("The override of {} is left out: {}.", field_in_sentence(field), reasons[field])
