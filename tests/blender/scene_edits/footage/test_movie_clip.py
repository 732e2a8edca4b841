# SPDX-License-Identifier: GPL-3.0-or-later
"""A job's frames as a movie clip: each at its time."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import bpy
import pytest

from renderjuice.tests.blender.scene_edits.footage.frames import (
    assert_shown,
    become,
    compositor_output,
    job_of,
    render_node,
    write_frames,
)


@pytest.mark.parametrize("frames", [(1, 2, 3), (5, 9, 20), (9998, 9999, 10000)])
def test_clip_shows_each_frame_at_its_time(
    footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path, frames: tuple[int, ...]
) -> None:
    job = job_of(footage, write_frames(tmp_path / "f", frames))
    for _ in range(2):
        footage.open_footage(scene, job, "MOVIE_CLIP")
    (clip,) = bpy.data.movieclips
    assert (clip.name, clip.users) == ("shot", 0)
    footage.open_footage(scene, job, "COMPOSITOR")
    node = compositor_output(scene)[0].nodes.new("CompositorNodeMovieClip")
    node.clip = clip
    render_node(scene, node)
    assert_shown(scene, tmp_path, {frame: frame for frame in frames})


def test_clip_is_shown_in_an_empty_editor(footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path) -> None:
    space = become("CLIP_EDITOR")
    job = job_of(footage, write_frames(tmp_path, (1, 2)))
    footage.open_footage(scene, job, "MOVIE_CLIP", window=bpy.context.window)
    assert space.clip == bpy.data.movieclips["shot"]
    # so that tracks are not lost, it is saved
    assert space.clip.users == 1
