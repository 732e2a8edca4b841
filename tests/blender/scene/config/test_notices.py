# SPDX-License-Identifier: GPL-3.0-or-later
"""What no farm can give: told by the reading of a scene and by its check in the same words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import bpy
import pytest

Load = Callable[[str], ModuleType]


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Iterator[bpy.types.Scene]:
    """A new scene of its own, with a movie as output and a color management from the environment."""
    monkeypatch.delenv("OCIO", raising=False)
    monkeypatch.setenv("BLENDER_OCIO", "/studio/config.ocio")
    scene = bpy.data.scenes.new("Shot")
    image = scene.render.image_settings
    if hasattr(image, "media_type"):
        image.media_type = "VIDEO"
    image.file_format = "FFMPEG"
    yield scene
    bpy.data.scenes.remove(scene)


def findings(load: Load, scene: bpy.types.Scene, overrides: dict[str, Any]) -> list[str]:
    dependencies = load("scene.dependencies.scan").find_dependencies(scene, (1, 2))
    found = load("scene.preflight.check").check_scene(scene, dependencies, (1, 2), overrides)
    return [finding.sentence for finding in found]


def test_a_notice_about_the_scene_is_a_finding_once(load: Load, scene: bpy.types.Scene) -> None:
    reading = load("scene.config.render_config").read_scene(scene)
    assert len(reading.scene_notices) == 2
    found = findings(load, scene, {})
    assert [found.count(notice) for notice in reading.scene_notices] == [1, 1]
    assert "movie" in reading.scene_notices[0] and "BLENDER_OCIO" in reading.scene_notices[1]


def test_an_override_that_decides_it_silences_both(load: Load, scene: bpy.types.Scene) -> None:
    overrides = {"output_format": "PNG", "color_management_preset": "default"}
    assert load("scene.config.render_config").read_scene(scene, overrides=overrides).notices == ()
    assert not [line for line in findings(load, scene, overrides) if "movie" in line or "OCIO" in line]


def test_an_override_that_is_left_out_is_no_finding(load: Load, scene: bpy.types.Scene) -> None:
    overrides = {"output_format": "PNG", "color_management_preset": "default", "quality": 50}
    reading = load("scene.config.render_config").read_scene(scene, overrides=overrides)
    assert (reading.scene_notices, len(reading.asked_notices)) == ((), 1)
    assert reading.notices == reading.asked_notices
    assert reading.asked_notices[0] not in findings(load, scene, overrides)


def test_an_engine_that_no_farm_knows(load: Load, scene: bpy.types.Scene) -> None:
    notice = load("scene.config.notices").engine_notice
    assert notice(scene, ()) is None

    class Other(bpy.types.RenderEngine):
        bl_idname = "OTHER"
        bl_label = "Other"

    bpy.utils.register_class(Other)
    try:
        scene.render.engine = "OTHER"
        told = notice(scene, ())
        assert told.sentence in findings(load, scene, {})
        reader = load("scene.config.render_config")
        with pytest.raises(reader.UnknownEngine) as error:
            reader.read_scene(scene)
        assert (str(error.value), error.value.engine) == (told.sentence, "OTHER")
        assert "the render engine “OTHER”" in told.sentence
        assert notice(scene, {"render_engine": "CYCLES"}) is None
    finally:
        scene.render.engine = "CYCLES"
        bpy.utils.unregister_class(Other)
