# SPDX-License-Identifier: GPL-3.0-or-later
"""What the scene itself has for a field of `RenderConfig`: an override starts from it. Quick enough for drawing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import bpy

from ...api.render_config import RenderConfig
from . import color_management
from .consistency import fields_not_had, meaningless_fields
from .frames import FrameListError, parse_frames, written_range
from .render_config import compositor_in_use, engine_settings, image_format, output_settings

DENOISERS = {2: "OPTIX", 4: "OPENIMAGEDENOISE"}
"""The numbers that Cycles saves. Blender logs a warning when one is read by name that this machine lacks."""

ENGINE_FIELDS = frozenset({"sample_count", "denoising_enabled", "use_tiling", "tile_size"})
RATE_TOLERANCE = 1e-3
"""Frames per second that two rates may differ by: a property has seven digits."""


def _denoiser(scene: bpy.types.Scene) -> str | None:
    """The denoiser by the number that is saved. From 5.0 on those are apart from what scripts add."""
    cycles = getattr(scene, "cycles", None)
    if cycles is None:
        return None
    stored = cycles.bl_system_properties_get() if hasattr(cycles, "bl_system_properties_get") else cycles
    return DENOISERS.get(stored.get("denoiser")) if stored is not None else None


PLAIN: Mapping[str, Callable[[bpy.types.Scene], Any]] = {
    "frame_ranges": lambda scene: written_range(scene.frame_start, scene.frame_end, scene.frame_step),
    "render_engine": lambda scene: scene.render.engine,
    "denoiser_type": _denoiser,
    "resolution": lambda scene: (scene.render.resolution_x, scene.render.resolution_y),
    "resolution_percentage": lambda scene: scene.render.resolution_percentage,
    "fps": lambda scene: scene.render.fps / scene.render.fps_base,
    "output_format": image_format,
    "color_management_preset": color_management.preset,
    "compositor_device": lambda scene: scene.render.compositor_device,
}
"""The fields that the scene has whatever engine and format are in force."""


def scene_value(scene: bpy.types.Scene, field: str) -> Any:
    """The scene's value of a field, for the engine and the format in force. None means that the scene has none."""
    if field in PLAIN:
        return PLAIN[field](scene)
    if field in ENGINE_FIELDS:
        return engine_settings(scene, value_in_force(scene, "render_engine"), for_display=True).get(field)
    return output_settings(scene, value_in_force(scene, "output_format")).get(field)


def value_in_force(scene: bpy.types.Scene, field: str) -> Any:
    """The value of the field's override, or the scene's where there is none."""
    settings = scene.renderjuice
    return getattr(settings, field) if getattr(settings, f"use_{field}") else scene_value(scene, field)


def frames_in_force(scene: bpy.types.Scene) -> str:
    """The frames of the override or, where that is empty, of the scene, as an artist types them."""
    return value_in_force(scene, "frame_ranges").strip() or scene_value(scene, "frame_ranges")


def fields_not_offered(scene: bpy.types.Scene) -> frozenset[str]:
    """The fields that the engine and the format in force do not have, or a scene without a compositor."""
    found = frozenset(fields_not_had(*_in_force(scene, "render_engine", "output_format")))
    return found if compositor_in_use(scene) else found | {"compositor_device"}


def fields_without_effect(scene: bpy.types.Scene) -> frozenset[str]:
    """The fields that change nothing as long as a switch is off, or with the codec in force."""
    engine, output_format, codec, denoise, tiling = _in_force(
        scene, "render_engine", "output_format", "exr_codec", "denoising_enabled", "use_tiling"
    )
    config = RenderConfig(
        render_engine=engine,
        output_format=output_format,
        exr_codec=codec,
        denoising_enabled=denoise,
        use_tiling=tiling,
    )
    return frozenset(meaningless_fields(config))


def overridden_fields(scene: bpy.types.Scene, overrides: Mapping[str, Any]) -> tuple[str, ...]:
    """Those of the checked overrides that make a difference, in the order of the fields."""
    without_effect = fields_without_effect(scene) if overrides else frozenset()
    return tuple(
        field for field, value in overrides.items() if field not in without_effect and _differs(scene, field, value)
    )


def _differs(scene: bpy.types.Scene, field: str, value: Any) -> bool:
    of_scene = scene_value(scene, field)
    if field == "frame_ranges":
        return value != _frames(of_scene)
    if isinstance(of_scene, float):
        return abs(value - of_scene) > RATE_TOLERANCE
    return bool(value != of_scene)


def _frames(written: str) -> tuple[int, ...]:
    try:
        return parse_frames(written)
    except FrameListError:
        return ()


def _in_force(scene: bpy.types.Scene, *fields: str) -> tuple[Any, ...]:
    return tuple(value_in_force(scene, field) for field in fields)
