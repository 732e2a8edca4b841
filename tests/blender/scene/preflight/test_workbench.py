# SPDX-License-Identifier: GPL-3.0-or-later
"""The check of what Workbench lights a scene with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy

Find = Callable[[], list[Any]]


def test_a_matcap_of_the_artists_own_is_told(scene: bpy.types.Scene, find: Find, project: Path) -> None:
    picture = bpy.data.images.new("picture", 16, 16)
    picture.filepath_raw, picture.file_format = str(project / "own.png"), "PNG"
    picture.save()
    bpy.data.images.remove(picture)
    lights = bpy.context.preferences.studio_lights
    own = lights.load(str(project / "own.png"), "MATCAP")
    try:
        scene.render.engine = "BLENDER_WORKBENCH"
        shading = scene.display.shading
        shading.light = "MATCAP"
        assert find() == []
        shading.studio_light = own.name
        (found,) = find()
        assert (found.severity, found.collection, found.datablock) == ("error", "scenes", scene.name)
        assert f"“{own.name}”" in found.what
        shading.light = "FLAT"
        assert find() == []
        shading.light, scene.render.engine = "MATCAP", "CYCLES"
        assert find() == []
    finally:
        lights.remove(own)
