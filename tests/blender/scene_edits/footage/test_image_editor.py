# SPDX-License-Identifier: GPL-3.0-or-later
"""A job's frames in an Image Editor: each at its time, and editors that are in use left alone."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

from renderjuice.tests.blender.scene_edits.footage.frames import (
    SEQUENCE_LISTS,
    SIZE,
    assert_shown,
    become,
    blender_name,
    frames_scene,
    image_nodes,
    image_of,
    job_of,
    render_node,
    rendered_pixels,
    shade,
    shown_file,
    strips,
    write,
    write_frames,
)


@pytest.mark.parametrize("frames", SEQUENCE_LISTS.values(), ids=SEQUENCE_LISTS)
def test_image_editor_shows_each_frame_at_its_time(
    footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path, frames: tuple[int, ...]
) -> None:
    space = become("IMAGE_EDITOR")
    footage.open_footage(
        scene, job_of(footage, write_frames(tmp_path, frames)), "IMAGE_EDITOR", window=bpy.context.window
    )
    image, user = space.image, space.image_user
    assert (image.source, user.use_auto_refresh) == ("SEQUENCE", True)
    assert image.name == f"Scene {frames[0]}-{frames[-1]}"
    for frame in frames:
        assert shown_file(image, user, frame) == blender_name(frame)
    assert shown_file(image, user, frames[-1] + 5) == blender_name(frames[-1])


def test_single_frame_is_a_still(footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path) -> None:
    space = become("IMAGE_EDITOR")
    job = job_of(footage, write_frames(tmp_path / "f", (-7,)))
    footage.open_footage(scene, job, "IMAGE_EDITOR", window=bpy.context.window)
    assert space.image.source == "FILE"
    assert tuple(space.image.size) == (SIZE, SIZE)
    footage.open_footage(scene, job, "COMPOSITOR")
    render_node(scene, image_nodes(scene)[0])
    assert_shown(scene, tmp_path, {1: -7, -7: -7})


def test_frame_that_came_again_is_read_again(footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path) -> None:
    job = job_of(footage, write_frames(tmp_path, (1,)))
    footage.open_footage(scene, job, "IMAGE_EDITOR", may_open_window=True)
    image = image_of()
    assert round(image.pixels[0] * 255) == shade(1)
    write(tmp_path / "0001.png", shade(30))
    footage.refresh(job)
    assert round(image.pixels[0] * 255) == shade(30)


def test_names_with_a_version_before_the_frame(footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path) -> None:
    frames = {frame: write(tmp_path / "f" / f"shot_v02{frame:04d}.png", shade(frame)) for frame in (7, 8, 9)}
    footage.open_footage(scene, job_of(footage, frames), "COMPOSITOR")
    render_node(scene, image_nodes(scene)[0])
    assert_shown(scene, tmp_path, {7: 7, 8: 8, 9: 9})


def test_names_that_count_from_elsewhere(footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path) -> None:
    frames = {frame: write(tmp_path / "f" / f"out{frame - 99}.png", shade(frame)) for frame in (100, 101, 102)}
    footage.open_footage(scene, job_of(footage, frames), "COMPOSITOR")
    render_node(scene, image_nodes(scene)[0])
    assert_shown(scene, tmp_path, {100: 100, 101: 101, 102: 102})


def test_name_that_is_padded_otherwise_is_left_out(footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path) -> None:
    frames = write_frames(tmp_path / "f", (8, 10)) | {11: write(tmp_path / "f" / "11.png", shade(11))}
    opened = footage.open_footage(scene, job_of(footage, frames), "COMPOSITOR")
    assert any("1 frame of “shot” left out" in warning for warning in opened.warnings)
    assert image_nodes(scene)[0].frame_duration == 3


def test_frames_before_zero_are_left_out_of_a_sequence(
    footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path
) -> None:
    job = job_of(footage, write_frames(tmp_path / "f", (-2, -1, 0, 1, 2)))
    opened = footage.open_footage(scene, job, "COMPOSITOR")
    assert any("2 frames" in warning and "before 0" in warning for warning in opened.warnings)
    render_node(scene, image_nodes(scene)[0])
    assert_shown(scene, tmp_path, {0: 0, 1: 1, 2: 2})


@pytest.mark.parametrize("names", [("-0002.png", "-0001.png"), ("0001_cam2.png", "0002_cam2.png")])
def test_what_cannot_be_a_sequence_is_refused_and_changes_nothing(
    footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path, names: tuple[str, ...]
) -> None:
    first = -2 if names[0].startswith("-") else 1
    frames = {frame: write(tmp_path / name, shade(frame)) for frame, name in enumerate(names, first)}
    images, groups = len(bpy.data.images), len(bpy.data.node_groups)
    for how in ("IMAGE_EDITOR", "COMPOSITOR", "MOVIE_CLIP"):
        with pytest.raises(footage.FootageError, match="Video Sequencer"):
            footage.open_footage(scene, job_of(footage, frames), how, may_open_window=True)
    assert (len(bpy.data.images), len(bpy.data.node_groups), len(bpy.data.movieclips)) == (images, groups, 0)


def test_editors_with_something_else_are_left_alone(
    footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path
) -> None:
    theirs = bpy.data.images.new("theirs", 4, 4)
    space = become("IMAGE_EDITOR")
    space.image = theirs
    kinds = [area.ui_type for area in bpy.context.window.screen.areas]
    job = job_of(footage, write_frames(tmp_path, (1, 2)))
    images = len(bpy.data.images)
    opened = footage.open_footage(scene, job, "IMAGE_EDITOR", window=bpy.context.window)
    assert (opened.is_shown, len(bpy.data.images)) == (False, images)
    opened = footage.open_footage(scene, job, "IMAGE_EDITOR", window=bpy.context.window, may_open_window=True)
    assert space.image == theirs
    assert [area.ui_type for area in bpy.context.window.screen.areas] == kinds
    assert "Choose it in an Image Editor" in opened.sentence
    assert image_of().users == 0


def test_editors_in_use_for_other_work_are_left_alone(
    footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path
) -> None:
    pinned, painted, uvs = become("IMAGE_EDITOR", 0), become("IMAGE_EDITOR", 1), become("UV", 2)
    pinned.use_image_pin = True
    painted.ui_mode = "PAINT"
    job = job_of(footage, write_frames(tmp_path, (1, 2)))
    footage.open_footage(scene, job, "IMAGE_EDITOR", window=bpy.context.window)
    assert (pinned.image, painted.image, uvs.image) == (None, None, None)


def test_render_result_is_preferred_and_image_used_again(
    footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path
) -> None:
    rendered_pixels(scene, 1, tmp_path)
    empty, result = become("IMAGE_EDITOR", 0), become("IMAGE_EDITOR", 1)
    result.image = bpy.data.images["Render Result"]
    frames = write_frames(tmp_path / "f", (1, 2, 3))
    job = job_of(footage, {1: frames[1], 2: frames[2]}, frames)
    footage.open_footage(scene, job, "IMAGE_EDITOR", window=bpy.context.window)
    image = image_of()
    assert (empty.image, result.image) == (None, image)
    count = len(bpy.data.images)
    footage.open_footage(scene, job_of(footage, frames), "IMAGE_EDITOR", window=bpy.context.window)
    assert (empty.image, result.image, len(bpy.data.images)) == (None, image, count)
    assert result.image_user.frame_duration == 3


def test_refresh_shows_more_frames(footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path) -> None:
    space = become("IMAGE_EDITOR")
    wanted = range(1, 5)
    frames = write_frames(tmp_path / "f", (2,))
    footage.open_footage(scene, job_of(footage, frames, wanted), "IMAGE_EDITOR", window=bpy.context.window)
    footage.open_footage(scene, job_of(footage, frames, wanted), "COMPOSITOR")
    footage.open_footage(scene, job_of(footage, frames, wanted), "MOVIE_CLIP")
    render_node(scene, image_nodes(scene)[0])
    assert space.image.source == "FILE"
    assert_shown(scene, tmp_path, {3: 2})
    for arrived, expected in ((3, {2: 2, 3: 3}), (1, {1: 1, 2: 2, 3: 3}), (4, {1: 1, 2: 2, 3: 3, 4: 4})):
        frames |= write_frames(tmp_path / "f", (arrived,))
        footage.refresh(job_of(footage, frames, wanted))
        assert space.image_user.frame_duration == len(frames)
        assert shown_file(space.image, space.image_user, 3) == "0003.png"
        assert_shown(scene, tmp_path, dict(expected))
    (clip,) = bpy.data.movieclips
    assert (clip.frame_start, clip.frame_duration) == (1, 4)


def other_job(footage: ModuleType, job_id: str, frames: dict[int, Path]) -> Any:
    return footage.Footage(job_id, "other", frames, tuple(frames))


def images_of_ours() -> list[bpy.types.Image]:
    return [image for image in bpy.data.images if "renderjuice_job" in image]


def test_a_scene_has_one_image_for_all_its_jobs(footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path) -> None:
    space = become("IMAGE_EDITOR")
    window = bpy.context.window
    frames = write_frames(tmp_path / "a", (1, 2, 3))
    footage.open_footage(scene, job_of(footage, frames), "IMAGE_EDITOR", window=window)
    image = space.image
    still = other_job(footage, "job2", write_frames(tmp_path / "b", (7,)))
    footage.open_footage(scene, still, "IMAGE_EDITOR", window=window)
    assert images_of_ours() == [space.image] == [image]
    assert (image.name, image.source, image["renderjuice_job"]) == ("Scene 7", "FILE", "job2")
    assert round(image.pixels[0] * 255) == shade(7)
    # what comes of the first job is no longer shown
    footage.refresh(job_of(footage, frames | write_frames(tmp_path / "a", (4,))))
    assert image.name == "Scene 7"
    footage.open_footage(scene, job_of(footage, frames), "IMAGE_EDITOR", window=window)
    assert images_of_ours() == [image]
    assert (image.source, shown_file(image, space.image_user, 2)) == ("SEQUENCE", "0002.png")
    # another scene has its own
    other = bpy.data.scenes.new("Other")
    footage.open_footage(other, still, "IMAGE_EDITOR", window=window)
    assert sorted(each.name for each in images_of_ours()) == ["Other 7", "Scene 1-3"]


@pytest.mark.parametrize("use", ["node", "texture", "painted", "packed", "fake user", "pinned"])
def test_an_image_that_is_used_keeps_its_job(
    footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path, use: str
) -> None:
    space = become("IMAGE_EDITOR")
    footage.open_footage(scene, job_of(footage, write_frames(tmp_path / "a", (1,))), "IMAGE_EDITOR", window=window())
    image = space.image
    match use:
        case "node":
            tree = bpy.data.node_groups.new("Artist's", "ShaderNodeTree")
            tree.nodes.new("ShaderNodeTexImage").image = image
        case "texture":
            bpy.data.textures.new("Artist's", "IMAGE").image = image
        case "painted":
            image.pixels[0] = 0.5
            image.update()
        case "packed":
            image.pack()
        case "fake user":
            image.use_fake_user = True
        case "pinned":
            space.use_image_pin = True
    second = other_job(footage, "job2", write_frames(tmp_path / "b", (1,)))
    footage.open_footage(scene, second, "IMAGE_EDITOR", window=window(), may_open_window=True)
    assert image["renderjuice_job"] == "job1"
    assert len(images_of_ours()) == 2
    assert (space.image == image) == (use == "pinned")


def test_paths_are_relative_to_the_file(footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path) -> None:
    become("IMAGE_EDITOR")
    (tmp_path / "project").mkdir()
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "project" / "shot.blend"), check_existing=False)
    job = job_of(footage, write_frames(tmp_path / "renders", (1, 2)))
    for how in ("IMAGE_EDITOR", "MOVIE_CLIP", "SEQUENCER"):
        footage.open_footage(scene, job, how, window=window())
    (strip,) = strips(frames_scene())
    assert image_of().filepath == "//../renders/0001.png"
    assert bpy.data.movieclips[0].filepath == "//../renders/0001.png"
    assert strip.directory.rstrip("/") == "//../renders"
    paths = (image_of().filepath, bpy.data.movieclips[0].filepath, strip.directory)
    footage.refresh(job)
    assert (image_of().filepath, bpy.data.movieclips[0].filepath, strip.directory) == paths


def window() -> bpy.types.Window:
    return bpy.context.window
