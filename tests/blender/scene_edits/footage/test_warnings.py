# SPDX-License-Identifier: GPL-3.0-or-later
"""What cannot be shown, or not as it is, is said, and large jobs open in time."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import ModuleType

import bpy
import pytest

from renderjuice.tests.blender.scene_edits.footage.frames import (
    begin,
    blender_name,
    end,
    frames_scene,
    image_nodes,
    job_of,
    shade,
    strips,
    write,
    write_frames,
)


def test_other_frame_rate_is_said(footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path) -> None:
    frames = write_frames(tmp_path, (1, 2))
    opened = footage.open_footage(scene, job_of(footage, frames, fps=30.0), "MOVIE_CLIP")
    assert any("30 frames per second" in warning and "24" in warning for warning in opened.warnings)
    scene.render.fps, scene.render.fps_base = 30, 1.0
    assert not footage.open_footage(scene, job_of(footage, frames, fps=30.0), "MOVIE_CLIP").warnings


def test_files_that_are_gone(footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path) -> None:
    frames = write_frames(tmp_path / "f", (1, 2, 3))
    frames[3].unlink()
    opened = footage.open_footage(scene, job_of(footage, frames), "MOVIE_CLIP")
    assert any("1 frame " in warning and "Download" in warning for warning in opened.warnings)
    shutil.rmtree(tmp_path / "f")
    with pytest.raises(footage.FootageError, match="Download"):
        footage.open_footage(scene, job_of(footage, frames), "SEQUENCER")
    with pytest.raises(footage.FootageError, match="No frame of “shot” is here yet"):
        footage.open_footage(scene, job_of(footage, {}, (1, 2)), "SEQUENCER")


def test_linked_scene_is_not_touched(footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path) -> None:
    scene.name = "Linked"
    library = tmp_path / "library.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(library), copy=True)
    scene.name = "Own"
    with bpy.data.libraries.load(str(library), link=True) as (_, wanted):
        wanted.scenes = ["Linked"]
    linked = bpy.data.scenes["Linked"]
    job = job_of(footage, write_frames(tmp_path / "f", (1, 2)))
    for how in footage.WAYS:
        with pytest.raises(footage.FootageError, match="“Linked” is linked from another file"):
            footage.open_footage(linked, job, how, may_open_window=True)
    footage.open_footage(scene, job, "COMPOSITOR")
    footage.refresh(job)
    assert not strips(linked)
    assert (linked.compositing_node_group if hasattr(linked, "compositing_node_group") else linked.node_tree) is None


@pytest.mark.parametrize("how", ["IMAGE_EDITOR", "SEQUENCER", "COMPOSITOR", "MOVIE_CLIP"])
def test_file_that_is_no_image(footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path, how: str) -> None:
    frames = write_frames(tmp_path, (1, 2))
    frames[1].write_bytes(b"no image")
    images = len(bpy.data.images)
    with pytest.raises(footage.FootageError, match="cannot read"):
        footage.open_footage(scene, job_of(footage, frames), how, may_open_window=True)
    assert (len(bpy.data.images), len(bpy.data.movieclips)) == (images, 0)
    assert list(bpy.data.scenes) == [scene]


def test_ten_thousand_frames(footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path) -> None:
    frames = {1: write(tmp_path / "f" / "0001.png", shade(1))}
    for frame in range(2, 10_001):
        frames[frame] = tmp_path / "f" / blender_name(frame)
        frames[frame].hardlink_to(frames[1])
    for how in footage.WAYS:
        footage.open_footage(scene, job_of(footage, frames), how, may_open_window=True)
    # Blender would take minutes for one strip
    added = sorted(strips(frames_scene()), key=begin)
    assert [(begin(strip), end(strip)) for strip in added] == [(1 + 1000 * n, 1001 + 1000 * n) for n in range(10)]
    assert len({strip.channel for strip in added}) == 1
    assert added[-1].elements[999].filename == "10000.png"
    assert image_nodes(scene)[0].frame_duration == 10_000
