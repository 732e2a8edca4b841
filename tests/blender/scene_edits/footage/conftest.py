# SPDX-License-Identifier: GPL-3.0-or-later
"""The room under test, and a scene to open frames in."""

from __future__ import annotations

import importlib
from types import ModuleType

import bpy
import pytest

from renderjuice.tests.blender.scene_edits.footage.frames import SIZE


@pytest.fixture
def footage(extension_name: str) -> ModuleType:
    return importlib.import_module(f"{extension_name}.scene_edits.footage")


@pytest.fixture
def scene(extension_name: str) -> bpy.types.Scene:
    """The default scene, set to render in a moment what it is given, without changing its colors."""
    bpy.ops.wm.read_homefile(use_factory_startup=False)
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.device, scene.cycles.samples, scene.cycles.use_denoising = "CPU", 1, False
    scene.render.resolution_x = scene.render.resolution_y = SIZE
    scene.render.resolution_percentage = 100
    scene.render.image_settings.file_format = "PNG"
    scene.view_settings.view_transform = "Standard"
    scene.render.compositor_device = "CPU"
    return scene
