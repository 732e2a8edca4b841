# SPDX-License-Identifier: GPL-3.0-or-later
"""A job's frames look in the project as they were rendered, whatever their format and the scene's display."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import bpy
import pytest

from renderjuice.tests.blender.scene_edits.footage.frames import (
    blender_name,
    image_nodes,
    job_of,
    render_node,
    rendered_shade,
    strips,
    write_exr,
    write_frames,
)


@pytest.mark.parametrize("how", ["COMPOSITOR", "SEQUENCER"])
def test_linear_frames_look_as_they_were_rendered(
    footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path, how: str
) -> None:
    (tmp_path / "f").mkdir()
    frames = {frame: write_exr(tmp_path / "f" / blender_name(frame, ".exr"), 0.25) for frame in (1, 2)}
    footage.open_footage(scene, job_of(footage, frames), how)
    if how == "COMPOSITOR":
        render_node(scene, image_nodes(scene)[0])
    # linear 0.25 as sRGB (IEC 61966-2-1)
    srgb = round(255 * (1.055 * 0.25 ** (1 / 2.4) - 0.055))
    assert abs(rendered_shade(scene, 1, tmp_path) - srgb) <= 1


def test_image_is_seen_through_the_view_that_is_not_in_it(
    footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path
) -> None:
    scene.view_settings.view_transform = "AgX"
    linear = {frame: write_exr(tmp_path / blender_name(frame, ".exr"), 0.25) for frame in (1, 2)}
    footage.open_footage(scene, footage.Footage("linear", "linear", linear, (1, 2)), "IMAGE_EDITOR")
    footage.open_footage(scene, job_of(footage, write_frames(tmp_path, (1, 2))), "IMAGE_EDITOR")
    assert bpy.data.images["linear"].use_view_as_render
    assert not bpy.data.images["shot"].use_view_as_render


@pytest.mark.parametrize("device", ["sRGB", "Display P3", "Rec.1886", "Rec.2020"])
def test_baked_frames_are_of_the_display(
    footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path, device: str
) -> None:
    scene.display_settings.display_device = device
    scene.view_settings.view_transform = "Standard"
    frames = write_frames(tmp_path, (1, 2))
    for how in ("IMAGE_EDITOR", "SEQUENCER", "MOVIE_CLIP"):
        footage.open_footage(scene, job_of(footage, frames), how)
    owners = (bpy.data.images["shot"], strips(scene)[0], bpy.data.movieclips["shot"])
    assert [owner.colorspace_settings.name for owner in owners] == [device] * 3


def test_raw_and_overridden_colors(footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path) -> None:
    frames = write_frames(tmp_path, (1, 2))
    scene.view_settings.view_transform = "Raw"
    footage.open_footage(scene, footage.Footage("raw", "raw", frames, (1, 2)), "IMAGE_EDITOR")
    assert bpy.data.images["raw"].colorspace_settings.name == "Non-Color"
    output = scene.render.image_settings
    output.color_management = "OVERRIDE"
    output.display_settings.display_device = "Display P3"
    output.view_settings.view_transform = "Standard"
    footage.open_footage(scene, footage.Footage("own", "own", frames, (1, 2)), "IMAGE_EDITOR")
    assert bpy.data.images["own"].colorspace_settings.name == "Display P3"


def test_view_transform_twice_is_said(footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path) -> None:
    job = job_of(footage, write_frames(tmp_path, (1, 2)))
    scene.view_settings.view_transform = "AgX"
    for how in ("SEQUENCER", "COMPOSITOR"):
        assert any("AgX" in warning for warning in footage.open_footage(scene, job, how).warnings)
    scene.view_settings.view_transform = "Standard"
    assert not any("again" in warning for warning in footage.open_footage(scene, job, "SEQUENCER").warnings)
