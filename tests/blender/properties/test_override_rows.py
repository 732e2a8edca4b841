# SPDX-License-Identifier: GPL-3.0-or-later
"""How overrides look to the artist: what the scene has, a check box that starts from it, and what only a farm has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

Load = Callable[[str], ModuleType]

SCENE_VALUES: dict[str, Any] = {
    "frame_ranges": "3-9x2",
    "render_engine": "CYCLES",
    "sample_count": 16,
    "denoising_enabled": False,
    "denoiser_type": "OPENIMAGEDENOISE",
    "use_tiling": False,
    "tile_size": 512,
    "resolution": (320, 180),
    "resolution_percentage": 75,
    "fps": pytest.approx(23.976, abs=1e-3),
    "output_format": "OPEN_EXR",
    "color_mode": "RGB",
    "color_depth": "32",
    "exr_codec": "DWAA",
    "tiff_codec": "LZW",
    "compression": 80,
    "quality": 45,
    "color_management_preset": "default",
    "compositor_device": "CPU",
}
"""A value for each field that a scene has, as a property shows it."""


@pytest.fixture
def scene(extension_name: str) -> Iterator[bpy.types.Scene]:
    scene = bpy.data.scenes.new("Shot")
    scene.frame_start, scene.frame_end, scene.frame_step = 3, 9, 2
    render, image = scene.render, scene.render.image_settings
    render.engine = "CYCLES"
    scene.cycles.samples, scene.cycles.use_denoising = 16, False
    scene.cycles.use_auto_tile, scene.cycles.tile_size = False, 512
    render.resolution_x, render.resolution_y, render.resolution_percentage = 320, 180, 75
    render.fps, render.fps_base = 24, 1.001
    render.compositor_device = "CPU"
    image.tiff_codec, image.compression = "LZW", 80
    image.file_format, image.color_mode, image.color_depth = "OPEN_EXR", "RGB", "32"
    image.exr_codec, image.quality = "DWAA", 45
    yield scene
    bpy.data.scenes.remove(scene)


def plain(value: Any) -> Any:
    return value if isinstance(value, bool | int | float | str) else tuple(value)


def test_a_row_shows_what_the_scene_has_and_starts_from_it(scene: bpy.types.Scene) -> None:
    settings = scene.renderjuice
    for field, value in SCENE_VALUES.items():
        assert plain(getattr(settings.rows, f"scene_{field}")) == value, field
        assert not getattr(settings.rows, f"override_{field}")
        setattr(settings.rows, f"override_{field}", True)
        assert getattr(settings, f"use_{field}"), field
        assert plain(getattr(settings, field)) == value, field
        setattr(settings.rows, f"override_{field}", False)
        assert not getattr(settings, f"use_{field}"), field


def test_every_field_has_a_row(scene: bpy.types.Scene, load: Load) -> None:
    farm = load("scene.config.choices").FARM_FIELDS
    assert {*SCENE_VALUES, *farm} == set(load("api.render_config").FIELDS)
    assert all(hasattr(scene.renderjuice.rows, f"asked_{field}") for field in farm)


def test_what_was_set_before_is_not_what_a_tick_starts_from(scene: bpy.types.Scene) -> None:
    settings = scene.renderjuice
    settings.use_sample_count, settings.sample_count = False, 128
    settings.rows.override_sample_count = True
    assert settings.sample_count == 16
    settings.sample_count = 64
    settings.rows.override_sample_count = True
    assert settings.sample_count == 64, "what is ticked already stays"


def test_the_scene_s_value_is_that_of_the_engine_and_the_format_in_force(scene: bpy.types.Scene, load: Load) -> None:
    settings, eevee = scene.renderjuice, load("scene.config.choices").eevee()
    scene.eevee.taa_render_samples = 7
    settings.use_render_engine, settings.render_engine = True, eevee
    settings.use_output_format, settings.output_format = True, "JPEG"
    assert settings.rows.scene_sample_count == 7
    assert settings.rows.scene_color_depth == "8"


def test_only_what_engine_and_format_have_is_offered(scene: bpy.types.Scene, load: Load) -> None:
    values, settings = load("scene.config.scene_values"), scene.renderjuice
    assert values.fields_not_offered(scene) == {"compression", "tiff_codec", "compositor_device"}
    settings.use_output_format, settings.output_format = True, "PNG"
    settings.use_render_engine, settings.render_engine = True, "BLENDER_WORKBENCH"
    assert {"exr_codec", "quality", "sample_count", "tile_size"} <= values.fields_not_offered(scene)
    assert "compression" not in values.fields_not_offered(scene)


def test_what_a_switch_turns_off_keeps_its_row(scene: bpy.types.Scene, load: Load) -> None:
    values = load("scene.config.scene_values")
    assert {"denoiser_type", "tile_size"} <= values.fields_without_effect(scene)
    assert not {"denoiser_type", "tile_size"} & values.fields_not_offered(scene)


def test_a_farm_s_field_is_asked_for_by_its_value(scene: bpy.types.Scene) -> None:
    settings = scene.renderjuice
    rows = settings.rows
    assert (rows.asked_gpu_count, rows.asked_minimum_ram, rows.asked_notes) == (0, 0.0, "")
    assert rows.asked_compute_device_type == "AUTOMATIC"
    rows.asked_gpu_count, rows.asked_minimum_ram = 2, 64.5
    rows.asked_compute_device_type, rows.asked_notes = "HIP", "Second take"
    assert (settings.use_gpu_count, settings.gpu_count) == (True, 2)
    assert (settings.use_minimum_ram, settings.minimum_ram) == (True, 64.5)
    assert (settings.use_compute_device_type, settings.compute_device_type) == (True, "HIP")
    assert (settings.use_notes, settings.notes) == (True, "Second take")
    rows.asked_gpu_count, rows.asked_compute_device_type, rows.asked_notes = 0, "AUTOMATIC", ""
    assert not (settings.use_gpu_count or settings.use_compute_device_type or settings.use_notes)


def test_an_engine_of_an_add_on_starts_from_the_default(scene: bpy.types.Scene, load: Load) -> None:
    class Engine(bpy.types.RenderEngine):
        bl_idname, bl_label = "RENDERJUICE_TEST", "Engine of an Add-on"

    bpy.utils.register_class(Engine)
    try:
        scene.render.engine = "RENDERJUICE_TEST"
        scene.renderjuice.rows.override_render_engine = True
        assert scene.renderjuice.render_engine == "CYCLES"
    finally:
        scene.render.engine = "CYCLES"
        bpy.utils.unregister_class(Engine)


def test_the_header_names_what_differs(scene: bpy.types.Scene, load: Load) -> None:
    words, settings = load("panels.overrides").overridden_in_words, scene.renderjuice

    def named(scene: bpy.types.Scene) -> str:
        return words(scene, max_letters=15)

    for field in SCENE_VALUES:
        setattr(settings.rows, f"override_{field}", True)
    assert named(scene) == "", "an override that says what the scene says makes no difference"
    settings.sample_count = 32
    assert named(scene) == "Samples"
    settings.frame_ranges = "5"
    assert named(scene) == "Frames, Samples"
    settings.resolution = (64, 64)
    assert named(scene) == "Frames +2"
    settings.compression = 1
    assert named(scene) == "Frames +2", "OpenEXR has no compression"
    assert words(scene, max_letters=8) == "3"
    assert words(scene, max_letters=40) == "Frames, Samples, Resolution"
    settings.frame_ranges = "nonsense"
    assert named(scene) == ""


def test_the_presets_that_come_along(project: Path) -> None:
    scene = bpy.context.scene
    settings = scene.renderjuice
    scene.frame_start, scene.frame_end = 5, 95
    settings.rows.asked_notes = "Second take"
    settings.rows.override_sample_count = True
    bpy.ops.renderjuice.override_preset_apply(preset="DRAFT")
    bpy.ops.renderjuice.override_preset_apply(preset="EVERY_TENTH")
    assert (settings.use_resolution_percentage, settings.resolution_percentage) == (True, 50)
    assert (settings.use_frame_ranges, settings.frame_ranges) == (True, "5-95x10")
    bpy.ops.renderjuice.override_preset_apply(preset="FINAL")
    assert not any(getattr(settings, f"use_{field}") for field in SCENE_VALUES)
    assert settings.use_notes
