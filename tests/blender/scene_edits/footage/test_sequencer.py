# SPDX-License-Identifier: GPL-3.0-or-later
"""A job's frames as strips: each at its time, gaps and steps held, nothing of the artist's touched."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import bpy
import pytest

from renderjuice.tests.blender.scene_edits.footage.frames import (
    SIZE,
    assert_shown,
    become,
    begin,
    end,
    frames_scene,
    job_of,
    new_strip,
    rendered_pixels,
    shade,
    strips,
    write_frames,
)
from renderjuice.tests.blender.scene_parts import strips_of


@pytest.mark.parametrize("frames", [(1, 2, 3), (-3, -2, -1, 0, 1), (9998, 9999, 10000, 10001), (-1,)])
def test_strip_shows_each_frame_at_its_time(
    footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path, frames: tuple[int, ...]
) -> None:
    footage.open_footage(scene, job_of(footage, write_frames(tmp_path / "f", frames)), "SEQUENCER")
    (strip,) = strips(frames_scene())
    assert (strip.name, begin(strip), end(strip)) == ("shot", frames[0], frames[-1] + 1)
    assert_shown(
        frames_scene(), tmp_path, {frames[0] - 1: None, **{frame: frame for frame in frames}, frames[-1] + 1: None}
    )


def test_strips_leave_gaps_and_hold_steps(footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path) -> None:
    footage.open_footage(scene, job_of(footage, write_frames(tmp_path / "f", (5, 9, 20, 21, 22))), "SEQUENCER")
    assert [(begin(strip), end(strip)) for strip in strips(frames_scene())] == [(5, 6), (9, 10), (20, 23)]
    assert len({strip.channel for strip in strips(frames_scene())}) == 1
    assert_shown(frames_scene(), tmp_path, {4: None, 5: 5, 6: None, 9: 9, 10: None, 20: 20, 21: 21, 22: 22, 23: None})
    stepped = footage.Footage("job2", "stepped", write_frames(tmp_path / "g", (31, 33, 35)), (31, 33, 35))
    footage.open_footage(scene, stepped, "SEQUENCER")
    assert_shown(frames_scene(), tmp_path, {30: None, 31: 31, 32: 31, 33: 33, 34: 33, 35: 35, 36: 35, 37: None})


def test_strip_holds_what_is_here_until_more_come(footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path) -> None:
    wanted = (1, 2, 3, 4, 11, 12)
    frames = write_frames(tmp_path / "f", (2, 4))
    opened = footage.open_footage(scene, job_of(footage, frames, wanted), "SEQUENCER")
    assert any("4 frames" in warning for warning in opened.warnings)
    assert_shown(frames_scene(), tmp_path, {1: 2, 2: 2, 3: 2, 4: 4, 5: None, 11: None})
    frames |= write_frames(tmp_path / "f", (1, 3, 12))
    footage.refresh(job_of(footage, frames, wanted))
    assert_shown(frames_scene(), tmp_path, {1: 1, 2: 2, 3: 3, 4: 4, 5: None, 11: 12, 12: 12})
    assert len({strip.channel for strip in strips(frames_scene())}) == 1


def test_refreshed_strips_stay_as_the_artist_left_them(
    footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path
) -> None:
    wanted = (1, 2, 3, 11, 12)
    frames = write_frames(tmp_path / "f", (1, 11))
    footage.open_footage(scene, job_of(footage, frames, wanted), "SEQUENCER")
    early, late = strips(frames_scene())
    editor = frames_scene().sequence_editor
    (editor.strips if hasattr(editor, "strips") else editor.sequences).remove(late)
    early.channel = 7
    if hasattr(early, "content_start"):  # the name from 5.1 on
        early.content_start = 101
    else:
        early.frame_start = 101
    frames |= write_frames(tmp_path / "f", (2, 12))
    footage.refresh(job_of(footage, frames, wanted))
    (strip,) = strips(frames_scene())
    assert (strip.channel, begin(strip)) == (7, 101)
    assert_shown(frames_scene(), tmp_path, {101: 1, 102: 2, 103: 2})


def test_strips_take_a_free_channel(footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path) -> None:
    frames = write_frames(tmp_path / "f", (1, 2, 3))
    footage.open_footage(
        scene, footage.Footage("job0", "zeroth", write_frames(tmp_path / "g", (50,)), (50,)), "SEQUENCER"
    )
    own = frames_scene()
    theirs = [new_strip(own, frames[1], channel, frame) for channel, frame in ((1, 3), (2, 4), (4, 2))]
    own.sequence_editor.channels[3].lock = True
    before = [(strip.channel, begin(strip), end(strip)) for strip in theirs]
    footage.open_footage(scene, job_of(footage, frames), "SEQUENCER")
    (mine,) = (strip for strip in strips(own) if strip.name == "shot")
    assert mine.channel == 2
    assert [(strip.channel, begin(strip), end(strip)) for strip in theirs] == before
    footage.open_footage(scene, footage.Footage("job2", "second", frames, (1, 2, 3)), "SEQUENCER")
    (second,) = (strip for strip in strips(own) if strip.name == "second")
    assert second.channel == 5


@pytest.mark.parametrize("theirs", ["no strips", "strips", "strips of before"])
def test_no_render_of_the_artists_changes(
    footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path, theirs: str
) -> None:
    frames = write_frames(tmp_path / "f", (1, 2))
    if theirs != "no strips":
        strip = new_strip(scene, write_frames(tmp_path / "g", (30,))[30], 1, 1)
        if theirs == "strips of before":
            strip["renderjuice_job"], strip["renderjuice_first_frame"] = "job1", 1
            strip["renderjuice_known"] = [1]
    before = rendered_pixels(scene, 1, tmp_path)
    for wanted in ((1, 2), (1, 2, 11)):
        footage.open_footage(scene, job_of(footage, frames, wanted), "SEQUENCER")
        if theirs != "strips of before":
            assert (rendered_pixels(scene, 1, tmp_path) == before).all()
        frames |= write_frames(tmp_path / "f", (11,))
        footage.refresh(job_of(footage, frames, (1, 2, 11)))
    assert len(strips(scene) if scene.sequence_editor else ()) == (theirs != "no strips")
    assert [begin(strip) for strip in strips(frames_scene())] == [1, 11]


def test_the_scene_of_the_frames_plays_them(footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path) -> None:
    scene.render.fps, scene.render.fps_base = 30, 1.001
    scene.render.resolution_percentage = 50
    footage.open_footage(scene, job_of(footage, write_frames(tmp_path / "f", (5, 6)), (5, 6, 7)), "SEQUENCER")
    own = frames_scene()
    assert own.name == "Scene Frames"
    assert (own.frame_start, own.frame_end) == (5, 7)
    assert (own.render.fps, own.render.resolution_x, own.render.resolution_percentage) == (30, SIZE, 50)
    second = footage.Footage("job2", "second", write_frames(tmp_path / "g", (-2, 20)), (-2, 20))
    footage.open_footage(scene, second, "SEQUENCER")
    assert (own.frame_start, own.frame_end) == (0, 20)
    # another scene's frames have a scene of their own
    other = bpy.data.scenes.new("Other")
    footage.open_footage(other, footage.Footage("job3", "third", second.frames, (-2, 20)), "SEQUENCER")
    assert sorted(each.name for each in bpy.data.scenes) == ["Other", "Other Frames", "Scene", "Scene Frames"]


def test_a_scene_that_the_artist_shows_takes_no_further_jobs(
    footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path
) -> None:
    frames = write_frames(tmp_path / "f", (1, 2))
    footage.open_footage(scene, job_of(footage, frames), "SEQUENCER")
    own = frames_scene()
    edit = bpy.data.scenes.new("Edit")
    strips_of(edit).new_scene("s", own, 1, 1)
    footage.open_footage(scene, job_of(footage, frames), "SEQUENCER")
    footage.open_footage(scene, footage.Footage("job2", "second", frames, (1, 2)), "SEQUENCER")
    assert len(strips(own)) == 1
    assert len(strips(bpy.data.scenes["Scene Frames.001"])) == 1


def test_strip_is_not_added_twice(footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path) -> None:
    job = job_of(footage, write_frames(tmp_path, (1, 2)))
    for _ in range(2):
        assert not footage.open_footage(scene, job, "SEQUENCER").warnings
    assert len(strips(frames_scene())) == 1


def test_where_the_strips_are_seen(footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path) -> None:
    job = job_of(footage, write_frames(tmp_path, (1, 2)))
    window = bpy.context.window
    opened = footage.open_footage(scene, job, "SEQUENCER", window=window)
    assert "of “Scene Frames” on channel 1. Choose this scene there" in opened.sentence
    assert window.scene == scene
    become("SEQUENCE_EDITOR")
    opened = footage.open_footage(scene, job, "SEQUENCER", window=window)
    if hasattr(window.workspace, "sequencer_scene"):
        assert "Choose this scene" not in opened.sentence
        assert window.workspace.sequencer_scene == frames_scene()
        window.workspace.sequencer_scene = theirs = bpy.data.scenes.new("Edit")
        opened = footage.open_footage(scene, job, "SEQUENCER", window=window)
        assert window.workspace.sequencer_scene == theirs
    assert "Choose this scene" in opened.sentence
    assert window.scene == scene


def test_strip_of_half_the_size_fills_the_picture(footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path) -> None:
    scene.render.resolution_x = scene.render.resolution_y = 2 * SIZE
    footage.open_footage(scene, job_of(footage, write_frames(tmp_path / "f", (1, 2))), "SEQUENCER")
    found = rendered_pixels(frames_scene(), 1, tmp_path)[:, :, 0].astype(int)
    assert abs(found - shade(1)).max() <= 1
