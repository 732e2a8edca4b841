# SPDX-License-Identifier: GPL-3.0-or-later
"""Preferences and a preset that version 0.1.0 wrote are read after an update."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import bpy

FORMER = Path(__file__).resolve().parents[2] / "support" / "version_0_1_0"
READ = """
import json
import bpy
# as a module, Blender begins with factory settings
bpy.ops.wm.read_userpref()
preferences = bpy.context.preferences.addons["bl_ext.user_default.renderjuice"].preferences
values = {name: getattr(preferences, name) for name in ("server", "output_folder", "on_quit", "api_key")}
print("preferences:", json.dumps(values))
"""


def preferences_are_kept(tmp_path: Path) -> None:
    with zipfile.ZipFile(os.environ["RENDERJUICE_ZIP"]) as archive:
        archive.extractall(tmp_path / "extensions" / "user_default" / "renderjuice")
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "userpref.blend").write_bytes(gzip.decompress((FORMER / "userpref.blend.gz").read_bytes()))
    environment = {**os.environ, "BLENDER_USER_RESOURCES": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", READ], env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("preferences:")] or [done.stderr]
    assert json.loads(line.removeprefix("preferences:")) == {
        "server": "https://farm.example.com/api",
        "output_folder": "//frames of mine",
        "on_quit": "UPLOADS",
        "api_key": "",
    }


if bpy.app.version >= (4, 5, 0):
    # as a module, 4.2 crashes in `wm.read_userpref`, with any preferences
    test_preferences_are_kept = preferences_are_kept


def test_a_preset_sets_every_override(extension_name: str, tmp_path: Path) -> None:
    preset = tmp_path / "Draft.py"
    shutil.copyfile(FORMER / "preset.txt", preset)
    settings = bpy.context.scene.renderjuice
    settings.use_frame_ranges, settings.frame_ranges = True, "9"
    settings.use_tile_size, settings.tile_size = True, 64
    bpy.ops.script.execute_preset(filepath=str(preset), menu_idname="RENDERJUICE_PT_override_presets")
    bpy.types.RENDERJUICE_PT_override_presets.bl_label = "Override Presets"
    # tiling is a value, which is on unless an override changes it
    switches = {name for name in dir(settings) if name.startswith("use_")} - {"use_tiling"}
    assert {name for name in switches if getattr(settings, name)} == {
        "use_frame_ranges",
        "use_sample_count",
        "use_resolution",
        "use_denoising_enabled",
        "use_output_format",
        "use_fps",
    }
    assert (settings.sample_count, tuple(settings.resolution), settings.denoising_enabled) == (77, (640, 360), False)
    assert (settings.output_format, round(settings.fps, 3), settings.quality) == ("OPEN_EXR", 23.976, 33)
    assert (settings.tile_size, settings.frame_ranges) == (2048, "9")
