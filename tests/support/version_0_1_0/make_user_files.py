# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes `userpref.blend.gz` and `preset.txt` with the extension of version 0.1.0 in Blender 4.2: see README.md."""

from __future__ import annotations

import gzip
import os
import shutil
import sys
import tempfile
from pathlib import Path

FOLDER, ARCHIVE = Path(__file__).parent, sys.argv[1]
os.environ["BLENDER_USER_RESOURCES"] = tempfile.mkdtemp()

import bpy  # noqa: E402, TID251

EXTENSION = "bl_ext.user_default.renderjuice"
bpy.ops.extensions.package_install_files(repo="user_default", filepath=ARCHIVE, enable_on_install=True)
preferences = bpy.context.preferences.addons[EXTENSION].preferences
preferences.server = "https://farm.example.com/api"
preferences.output_folder = "//frames of mine"
preferences.on_quit = "UPLOADS"
bpy.ops.wm.save_userpref()
written = Path(bpy.utils.user_resource("CONFIG"), "userpref.blend").read_bytes()
(FOLDER / "userpref.blend.gz").write_bytes(gzip.compress(written, mtime=0))

settings = bpy.context.scene.renderjuice
settings.use_sample_count, settings.sample_count = True, 77
settings.use_resolution, settings.resolution = True, (640, 360)
settings.use_denoising_enabled, settings.denoising_enabled = True, False
settings.use_output_format, settings.output_format = True, "OPEN_EXR"
settings.use_fps, settings.fps = True, 23.976
settings.quality = 33
bpy.ops.renderjuice.override_preset_add(name="Draft")
(preset,) = Path(bpy.utils.user_resource("SCRIPTS")).rglob("Draft.py")
shutil.copyfile(preset, FOLDER / "preset.txt")
