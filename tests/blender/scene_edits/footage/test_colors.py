# SPDX-License-Identifier: GPL-3.0-or-later
"""A job's frames look in the project as they were rendered, whatever their format and the scene's display."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import bpy
import numpy
import pytest

from renderjuice.tests.blender.scene_edits.footage.frames import (
    blender_name,
    frames_scene,
    image_nodes,
    image_of,
    job_of,
    render_node,
    rendered_pixels,
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
    footage.open_footage(scene, job_of(footage, frames), how, may_open_window=True)
    if how == "COMPOSITOR":
        render_node(scene, image_nodes(scene)[0])
    else:
        scene = frames_scene()
    # linear 0.25 as sRGB (IEC 61966-2-1)
    srgb = round(255 * (1.055 * 0.25 ** (1 / 2.4) - 0.055))
    assert abs(rendered_shade(scene, 1, tmp_path) - srgb) <= 1


def test_image_is_seen_through_the_view_that_is_not_in_it(
    footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path
) -> None:
    scene.view_settings.view_transform = "AgX"
    linear = {frame: write_exr(tmp_path / blender_name(frame, ".exr"), 0.25) for frame in (1, 2)}
    baked = job_of(footage, write_frames(tmp_path, (1, 2)))
    for job, is_linear in ((footage.Footage("linear", "linear", linear, (1, 2)), True), (baked, False)):
        footage.open_footage(scene, job, "IMAGE_EDITOR", may_open_window=True)
        assert image_of(job.job_id).use_view_as_render == is_linear


@pytest.mark.parametrize("device", ["sRGB", "Display P3", "Rec.1886", "Rec.2020"])
def test_baked_frames_are_of_the_display(
    footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path, device: str
) -> None:
    scene.display_settings.display_device = device
    scene.view_settings.view_transform = "Standard"
    frames = write_frames(tmp_path, (1, 2))
    for how in ("IMAGE_EDITOR", "SEQUENCER", "MOVIE_CLIP"):
        footage.open_footage(scene, job_of(footage, frames), how, may_open_window=True)
    owners = (image_of(), strips(frames_scene())[0], bpy.data.movieclips["shot"])
    assert [owner.colorspace_settings.name for owner in owners] == [device] * 3


def test_raw_and_overridden_colors(footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path) -> None:
    frames = write_frames(tmp_path, (1, 2))
    scene.view_settings.view_transform = "Raw"
    footage.open_footage(scene, footage.Footage("raw", "raw", frames, (1, 2)), "IMAGE_EDITOR", may_open_window=True)
    assert image_of("raw").colorspace_settings.name == "Non-Color"
    output = scene.render.image_settings
    output.color_management = "OVERRIDE"
    output.display_settings.display_device = "Display P3"
    output.view_settings.view_transform = "Standard"
    footage.open_footage(scene, footage.Footage("own", "own", frames, (1, 2)), "IMAGE_EDITOR", may_open_window=True)
    assert image_of("own").colorspace_settings.name == "Display P3"


def test_view_transform_twice_is_said(footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path) -> None:
    job = job_of(footage, write_frames(tmp_path, (1, 2)))
    scene.view_settings.view_transform = "AgX"
    assert any("AgX" in warning for warning in footage.open_footage(scene, job, "COMPOSITOR").warnings)
    scene.view_settings.view_transform = "Standard"
    assert not any("again" in warning for warning in footage.open_footage(scene, job, "COMPOSITOR").warnings)


@pytest.mark.parametrize("suffix", [".png", ".exr"])
@pytest.mark.parametrize("view", ["Standard", "AgX", "Filmic", "Raw"])
def test_strips_look_as_they_were_rendered(
    footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path, view: str, suffix: str
) -> None:
    scene.view_settings.view_transform, scene.view_settings.exposure = view, 0.5
    before = rendered_pixels(scene, 1, tmp_path).astype(int)
    # in 4.2 a new file is written for each format
    output = scene.render.image_settings
    output.file_format = "PNG" if suffix == ".png" else "OPEN_EXR"
    output.color_mode = "RGBA"
    output.color_depth = "16"
    scene.render.filepath = str(tmp_path / "f" / f"0001{suffix}")
    bpy.ops.render.render(write_still=True)
    job = job_of(footage, {1: tmp_path / "f" / f"0001{suffix}"})
    assert not footage.open_footage(scene, job, "SEQUENCER").warnings
    after = rendered_pixels(frames_scene(), 1, tmp_path).astype(int)
    assert len(numpy.unique(before)) > 2
    assert abs(after - before).max() <= 2
