# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings, preferences and presets that version 0.1.0 saved still say the same: no name and no number has changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import pytest

SAVED_SETTINGS = {
    "color_management_preset": (1, "aces"),
    "frame_ranges": ("1-9x4, 20", "1-9x4, 20"),
    "notes": ("Shot 7, second take", "Shot 7, second take"),
    "render_engine": (2, "BLENDER_WORKBENCH"),
    "compositor_device": (0, "CPU"),
    "compute_device_type": (4, "HIP"),
    "gpu_count": (4, 4),
    "sample_count": (77, 77),
    "denoising_enabled": (0, False),
    "denoiser_type": (2, "OPTIX"),
    "resolution": ([640, 360], (640, 360)),
    "resolution_percentage": (150, 150),
    "output_format": (23, "OPEN_EXR"),
    "fps": (23.97599983215332, pytest.approx(23.976)),
    "use_tiling": (0, False),
    "tile_size": (512, 512),
    "color_mode": (24, "RGB"),
    "color_depth": (64, "32"),
    "exr_codec": (8, "DWAA"),
    "tiff_codec": (1, "LZW"),
    "compression": (80, 80),
    "quality": (45, 45),
    "minimum_ram": (64.5, 64.5),
    "output_dir": ("//renders", "//renders"),
    "open_with": (2, "SEQUENCER"),
}
"""What a .blend of the version before holds for each setting, and what it means. Seen in a file that 4.2 wrote."""

SAVED_PREFERENCES = {
    "server": ("https://farm.example/api", "https://farm.example/api"),
    "output_folder": ("//earlier", "//earlier"),
    "on_quit": (1, "UPLOADS"),
}
"""The same for `userpref.blend`."""

PRESET = """import bpy
settings = bpy.context.scene.renderjuice

settings.use_render_engine = True
settings.render_engine = 'CYCLES'
settings.use_sample_count = True
settings.sample_count = 77
settings.use_denoising_enabled = True
settings.denoising_enabled = False
settings.use_denoiser_type = True
settings.denoiser_type = 'OPTIX'
settings.use_use_tiling = True
settings.use_tiling = False
settings.use_tile_size = True
settings.tile_size = 512
settings.use_resolution = True
settings.resolution = (640, 360)
settings.use_resolution_percentage = True
settings.resolution_percentage = 150
settings.use_fps = True
settings.fps = 23.97599983215332
settings.use_output_format = True
settings.output_format = 'OPEN_EXR'
settings.use_color_mode = True
settings.color_mode = 'RGB'
settings.use_color_depth = True
settings.color_depth = '32'
settings.use_exr_codec = True
settings.exr_codec = 'DWAA'
settings.use_tiff_codec = True
settings.tiff_codec = 'LZW'
settings.use_compression = True
settings.compression = 80
settings.use_quality = True
settings.quality = 45
settings.use_color_management_preset = True
settings.color_management_preset = 'aces'
settings.use_compositor_device = True
settings.compositor_device = 'CPU'
settings.use_compute_device_type = True
settings.compute_device_type = 'CUDA'
settings.use_gpu_count = True
settings.gpu_count = 4
settings.use_minimum_ram = True
settings.minimum_ram = 64.5
"""
"""A preset file as the version before wrote it."""


def stored(group: Any) -> Any:
    """What is really saved of a group of properties. From 5.0 on it is apart from what scripts add."""
    return group.bl_system_properties_get(do_create=True) if hasattr(group, "bl_system_properties_get") else group


def plain(value: Any) -> Any:
    return value if isinstance(value, bool | int | float | str) else tuple(value)


def test_settings_of_a_scene(extension_name: str) -> None:
    scene = bpy.data.scenes.new("Earlier")
    try:
        saved = stored(scene.renderjuice)
        for name, (value, _) in SAVED_SETTINGS.items():
            saved[name] = value
            if name not in ("output_dir", "open_with"):
                saved[f"use_{name}"] = 1
        settings = scene.renderjuice
        assert {name: plain(getattr(settings, name)) for name in SAVED_SETTINGS} == {
            name: meaning for name, (_, meaning) in SAVED_SETTINGS.items()
        }
        switches = [f"use_{name}" for name in SAVED_SETTINGS if name not in ("output_dir", "open_with")]
        assert all(getattr(settings, name) for name in switches)
    finally:
        bpy.data.scenes.remove(scene)


def test_the_preferences(preferences: Any) -> None:
    before = preferences.server
    saved = stored(preferences)
    for name, (value, _) in SAVED_PREFERENCES.items():
        saved[name] = value
    meanings = {name: getattr(preferences, name) for name in SAVED_PREFERENCES}
    for name in SAVED_PREFERENCES:
        preferences.property_unset(name)
    preferences.server = before
    assert meanings == {name: meaning for name, (_, meaning) in SAVED_PREFERENCES.items()}


def test_a_preset(project: Path, tmp_path: Path) -> None:
    path = tmp_path / "Earlier.py"
    path.write_text(PRESET, encoding="utf-8")
    run = bpy.ops.script.execute_preset(filepath=str(path), menu_idname="RENDERJUICE_PT_override_presets")
    assert run == {"FINISHED"}
    settings = bpy.context.scene.renderjuice
    names = [line.split()[0].removeprefix("settings.") for line in PRESET.splitlines() if line.startswith("settings.")]
    assert all(getattr(settings, name) for name in names if name.startswith("use_") and name != "use_tiling")
    read = {name: getattr(settings, name) for name in ("render_engine", "sample_count", "exr_codec", "use_tiling")}
    assert read == {"render_engine": "CYCLES", "sample_count": 77, "exr_codec": "DWAA", "use_tiling": False}
