# SPDX-License-Identifier: GPL-3.0-or-later
"""A job's frames in the project: at scene frame N the editor, the strip, the node and the clip show frame N's file."""

from __future__ import annotations

import importlib
import shutil
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import numpy
import pytest
from PIL import Image

SIZE = 8
NOTHING = 0
"""The shade of a frame that shows no file."""
SEQUENCE_LISTS = {
    "all": (1, 2, 3),
    "from_zero": (0, 1, 2),
    "stepped": (1, 3, 5, 7),
    "gaps": (5, 9, 20, 21, 22),
    "five_digits": (9998, 9999, 10000, 10001),
    "only_five_digits": (10000, 10001),
}


def shade(frame: int) -> int:
    """The gray value of a frame. Its neighbours' are further away than what is lost by rounding."""
    return 60 + frame % 60 * 3


def blender_name(frame: int, suffix: str = ".png") -> str:
    """The name that Blender gives a frame."""
    return f"{'-' if frame < 0 else ''}{abs(frame):04d}{suffix}"


def write(path: Path, value: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (SIZE, SIZE), (value, value, value)).save(path)
    return path


def write_exr(path: Path, value: float) -> Path:
    """A file of linear colors."""
    image = bpy.data.images.new("linear", SIZE, SIZE, float_buffer=True)
    image.colorspace_settings.name = "Non-Color"
    image.pixels.foreach_set(numpy.tile(numpy.array([value, value, value, 1.0], numpy.float32), SIZE * SIZE))
    image.filepath_raw, image.file_format = str(path), "OPEN_EXR"
    image.save()
    bpy.data.images.remove(image)
    return path


def write_frames(folder: Path, frames: Iterable[int]) -> dict[int, Path]:
    return {frame: write(folder / blender_name(frame), shade(frame)) for frame in frames}


@pytest.fixture
def footage(extension_name: str) -> ModuleType:
    return importlib.import_module(f"{extension_name}.scene.footage")


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


def job_of(footage: ModuleType, frames: dict[int, Path], wanted: Iterable[int] = (), **changes: Any) -> Any:
    return footage.Footage(job_id="job1", name="shot", frames=frames, wanted=tuple(wanted or frames), **changes)


def rendered_pixels(scene: bpy.types.Scene, frame: int, folder: Path) -> numpy.ndarray:
    scene.frame_set(frame)
    scene.render.filepath = str(folder / "rendered.png")
    bpy.ops.render.render(write_still=True)
    return numpy.asarray(Image.open(folder / "rendered.png").convert("RGBA")).copy()


def rendered_shade(scene: bpy.types.Scene, frame: int, folder: Path) -> int:
    """The gray value that a render of the scene gives, NOTHING for black or transparent."""
    red, _, _, alpha = rendered_pixels(scene, frame, folder)[SIZE // 2, SIZE // 2]
    return int(red) if alpha else NOTHING


def assert_shown(scene: bpy.types.Scene, folder: Path, expected: dict[int, int | None]) -> None:
    """Each scene frame renders the file of that frame; None where nothing is to be seen."""
    for at, frame in expected.items():
        found = rendered_shade(scene, at, folder)
        wanted = NOTHING if frame is None else shade(frame)
        assert abs(found - wanted) <= 1, f"scene frame {at} shows {found} instead of {wanted}"


def compositor_output(scene: bpy.types.Scene) -> tuple[Any, Any]:
    """The compositor's nodes, and the socket that a render is taken from."""
    if hasattr(scene, "compositing_node_group"):
        tree = scene.compositing_node_group
        return tree, next(node for node in tree.nodes if node.bl_idname == "NodeGroupOutput").inputs[0]
    tree = scene.node_tree
    return tree, next(node for node in tree.nodes if node.bl_idname == "CompositorNodeComposite").inputs[0]


def render_node(scene: bpy.types.Scene, node: Any) -> None:
    """Have renders give what a node shows."""
    tree, socket = compositor_output(scene)
    tree.links.new(node.outputs[0], socket)


def image_nodes(scene: bpy.types.Scene) -> list[Any]:
    tree, _ = compositor_output(scene)
    return [node for node in tree.nodes if node.bl_idname == "CompositorNodeImage"]


def strips(scene: bpy.types.Scene) -> list[Any]:
    editor = scene.sequence_editor
    return list(editor.strips if hasattr(editor, "strips") else editor.sequences)


def begin(strip: Any) -> int:
    return int(strip.left_handle if hasattr(strip, "left_handle") else strip.frame_final_start)


def end(strip: Any) -> int:
    return int(strip.right_handle if hasattr(strip, "right_handle") else strip.frame_final_end)


def new_strip(scene: bpy.types.Scene, path: Path, channel: int, frame: int) -> Any:
    editor = scene.sequence_editor_create()
    return (editor.strips if hasattr(editor, "strips") else editor.sequences).new_image(
        "artist", str(path), channel, frame
    )


def become(area_type: str, index: int = 0) -> Any:
    """Turn an editor of the window into another; gives its space."""
    area = bpy.context.window.screen.areas[index]
    area.ui_type = area_type
    return area.spaces.active


def shown_file(image: bpy.types.Image, user: Any, frame: int) -> str:
    bpy.context.scene.frame_set(frame)
    return Path(image.filepath_from_user(image_user=user)).name


# -- compositor -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("frames", SEQUENCE_LISTS.values(), ids=SEQUENCE_LISTS)
def test_node_shows_each_frame_at_its_time(
    footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path, frames: tuple[int, ...]
) -> None:
    footage.open_footage(scene, job_of(footage, write_frames(tmp_path / "frames", frames)), "COMPOSITOR")
    (node,) = image_nodes(scene)
    render_node(scene, node)
    expected: dict[int, int | None] = dict.fromkeys(range(frames[0], min(frames[-1], frames[0] + 12) + 1))
    assert_shown(scene, tmp_path, {**expected, **{frame: frame for frame in frames}})


@pytest.mark.parametrize("view", ["Standard", "AgX"])
@pytest.mark.parametrize("transparent", [False, True])
def test_node_changes_no_render(
    footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path, view: str, transparent: bool
) -> None:
    scene.view_settings.view_transform, scene.render.film_transparent = view, transparent
    before = rendered_pixels(scene, 1, tmp_path)
    opened = footage.open_footage(scene, job_of(footage, write_frames(tmp_path / "f", (1, 2))), "COMPOSITOR")
    assert any("given compositor nodes" in warning for warning in opened.warnings)
    assert numpy.array_equal(rendered_pixels(scene, 1, tmp_path), before)
    assert len(numpy.unique(before)) > 2


def test_node_in_the_artists_tree_overlaps_none(footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path) -> None:
    first = job_of(footage, write_frames(tmp_path / "a", (1, 2)))
    footage.open_footage(scene, first, "COMPOSITOR")
    tree, _ = compositor_output(scene)
    frame = tree.nodes.new("NodeFrame")
    frame.location = (-3000.0, 500.0)
    inside = tree.nodes.new("CompositorNodeBlur")
    inside.parent = frame
    inside.location = (-500.0, -20.0)
    before = {node.name for node in tree.nodes}
    second = footage.Footage("job2", "other", write_frames(tmp_path / "b", (1, 2)), (1, 2))
    opened = footage.open_footage(scene, second, "COMPOSITOR")
    (new,) = (node for node in tree.nodes if node.name not in before)
    assert not any("given compositor nodes" in warning for warning in opened.warnings)
    assert new.location.x + new.width < -3500.0 - 30.0
    assert new.label == "other"


def test_node_of_the_same_job_is_used_again(footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path) -> None:
    frames = write_frames(tmp_path / "f", (1, 2, 3))
    footage.open_footage(scene, job_of(footage, {1: frames[1], 2: frames[2]}), "COMPOSITOR")
    render_node(scene, image_nodes(scene)[0])
    images = len(bpy.data.images)
    footage.open_footage(scene, job_of(footage, frames), "COMPOSITOR")
    assert len(image_nodes(scene)) == 1
    assert len(bpy.data.images) == images
    assert_shown(scene, tmp_path, {1: 1, 2: 2, 3: 3})


def test_compositor_that_is_off_stays_off(footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path) -> None:
    job = job_of(footage, write_frames(tmp_path, (1, 2)))
    scene.render.use_compositing = False
    opened = footage.open_footage(scene, job, "COMPOSITOR")
    assert not scene.render.use_compositing
    assert any("Post Processing" in warning for warning in opened.warnings)
    scene.render.use_compositing = True
    if not hasattr(scene, "compositing_node_group"):  # later there is no other switch
        scene.use_nodes = False
        opened = footage.open_footage(scene, job, "COMPOSITOR")
        assert not scene.use_nodes
        assert any("Use Nodes" in warning for warning in opened.warnings)


# -- sequencer --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("frames", [(1, 2, 3), (-3, -2, -1, 0, 1), (9998, 9999, 10000, 10001), (-1,)])
def test_strip_shows_each_frame_at_its_time(
    footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path, frames: tuple[int, ...]
) -> None:
    footage.open_footage(scene, job_of(footage, write_frames(tmp_path / "f", frames)), "SEQUENCER")
    (strip,) = strips(scene)
    assert (strip.name, begin(strip), end(strip)) == ("shot", frames[0], frames[-1] + 1)
    assert_shown(scene, tmp_path, {frames[0] - 1: None, **{frame: frame for frame in frames}, frames[-1] + 1: None})


def test_strips_leave_gaps_and_hold_steps(footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path) -> None:
    footage.open_footage(scene, job_of(footage, write_frames(tmp_path / "f", (5, 9, 20, 21, 22))), "SEQUENCER")
    assert [(begin(strip), end(strip)) for strip in strips(scene)] == [(5, 6), (9, 10), (20, 23)]
    assert len({strip.channel for strip in strips(scene)}) == 1
    assert_shown(scene, tmp_path, {4: None, 5: 5, 6: None, 9: 9, 10: None, 20: 20, 21: 21, 22: 22, 23: None})
    stepped = footage.Footage("job2", "stepped", write_frames(tmp_path / "g", (31, 33, 35)), (31, 33, 35))
    footage.open_footage(scene, stepped, "SEQUENCER")
    assert_shown(scene, tmp_path, {30: None, 31: 31, 32: 31, 33: 33, 34: 33, 35: 35, 36: 35, 37: None})


def test_strip_holds_what_is_here_until_more_come(footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path) -> None:
    wanted = (1, 2, 3, 4, 11, 12)
    frames = write_frames(tmp_path / "f", (2, 4))
    opened = footage.open_footage(scene, job_of(footage, frames, wanted), "SEQUENCER")
    assert any("4 frames" in warning for warning in opened.warnings)
    assert_shown(scene, tmp_path, {1: 2, 2: 2, 3: 2, 4: 4, 5: None, 11: None})
    frames |= write_frames(tmp_path / "f", (1, 3, 12))
    footage.refresh(job_of(footage, frames, wanted))
    assert_shown(scene, tmp_path, {1: 1, 2: 2, 3: 3, 4: 4, 5: None, 11: 12, 12: 12})
    assert len({strip.channel for strip in strips(scene)}) == 1


def test_refreshed_strips_stay_as_the_artist_left_them(
    footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path
) -> None:
    wanted = (1, 2, 3, 11, 12)
    frames = write_frames(tmp_path / "f", (1, 11))
    footage.open_footage(scene, job_of(footage, frames, wanted), "SEQUENCER")
    early, late = strips(scene)
    editor = scene.sequence_editor
    (editor.strips if hasattr(editor, "strips") else editor.sequences).remove(late)
    early.channel = 7
    if hasattr(early, "content_start"):  # the name from 5.1 on
        early.content_start = 101
    else:
        early.frame_start = 101
    frames |= write_frames(tmp_path / "f", (2, 12))
    footage.refresh(job_of(footage, frames, wanted))
    (strip,) = strips(scene)
    assert (strip.channel, begin(strip)) == (7, 101)
    assert_shown(scene, tmp_path, {101: 1, 102: 2, 103: 2})


def test_strips_take_a_free_channel(footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path) -> None:
    frames = write_frames(tmp_path / "f", (1, 2, 3))
    theirs = [new_strip(scene, frames[1], channel, frame) for channel, frame in ((1, 3), (2, 4), (4, 2))]
    scene.sequence_editor.channels[3].lock = True
    before = [(strip.channel, begin(strip), end(strip)) for strip in theirs]
    footage.open_footage(scene, job_of(footage, frames), "SEQUENCER")
    (mine,) = (strip for strip in strips(scene) if strip.name == "shot")
    assert mine.channel == 2
    assert [(strip.channel, begin(strip), end(strip)) for strip in theirs] == before
    footage.open_footage(scene, footage.Footage("job2", "second", frames, (1, 2, 3)), "SEQUENCER")
    (second,) = (strip for strip in strips(scene) if strip.name == "second")
    assert second.channel == 5


def test_sequencer_says_that_it_changes_renders(footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path) -> None:
    job = job_of(footage, write_frames(tmp_path, (1, 2)))
    opened = footage.open_footage(scene, job, "SEQUENCER")
    assert any("Turn off Sequencer" in warning for warning in opened.warnings)
    assert scene.render.use_sequencer and not strips(scene)[0].mute
    other = bpy.data.scenes.new("without sequencer")
    other.render.use_sequencer = False
    other.view_settings.view_transform = "Standard"
    assert not footage.open_footage(other, job, "SEQUENCER").warnings


def test_strip_is_not_added_twice(footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path) -> None:
    job = job_of(footage, write_frames(tmp_path, (1, 2)))
    footage.open_footage(scene, job, "SEQUENCER")
    assert not footage.open_footage(scene, job, "SEQUENCER").warnings
    assert len(strips(scene)) == 1


def test_where_strips_of_another_scene_are_seen(footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path) -> None:
    job = job_of(footage, write_frames(tmp_path, (1, 2)))
    window = bpy.context.window
    if hasattr(window.workspace, "sequencer_scene"):
        window.workspace.sequencer_scene = scene
    other = bpy.data.scenes.new("other")
    assert "Choose this scene" not in footage.open_footage(scene, job, "SEQUENCER", window=window).sentence
    assert "Choose this scene" in footage.open_footage(other, job, "SEQUENCER", window=window).sentence


def test_strip_of_half_the_size_fills_the_picture(footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path) -> None:
    scene.render.resolution_x = scene.render.resolution_y = 2 * SIZE
    footage.open_footage(scene, job_of(footage, write_frames(tmp_path / "f", (1, 2))), "SEQUENCER")
    found = rendered_pixels(scene, 1, tmp_path)[:, :, 0].astype(int)
    assert abs(found - shade(1)).max() <= 1


# -- image editor -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("frames", SEQUENCE_LISTS.values(), ids=SEQUENCE_LISTS)
def test_image_editor_shows_each_frame_at_its_time(
    footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path, frames: tuple[int, ...]
) -> None:
    space = become("IMAGE_EDITOR")
    footage.open_footage(
        scene, job_of(footage, write_frames(tmp_path, frames)), "IMAGE_EDITOR", window=bpy.context.window
    )
    image, user = space.image, space.image_user
    assert (image.name, image.source, user.use_auto_refresh) == ("shot", "SEQUENCE", True)
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
    footage.open_footage(scene, job, "IMAGE_EDITOR")
    image = bpy.data.images["shot"]
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
            footage.open_footage(scene, job_of(footage, frames), how)
    assert (len(bpy.data.images), len(bpy.data.node_groups), len(bpy.data.movieclips)) == (images, groups, 0)


def test_editors_with_something_else_are_left_alone(
    footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path
) -> None:
    theirs = bpy.data.images.new("theirs", 4, 4)
    space = become("IMAGE_EDITOR")
    space.image = theirs
    kinds = [area.ui_type for area in bpy.context.window.screen.areas]
    job = job_of(footage, write_frames(tmp_path, (1, 2)))
    opened = footage.open_footage(scene, job, "IMAGE_EDITOR", window=bpy.context.window)
    assert space.image == theirs
    assert [area.ui_type for area in bpy.context.window.screen.areas] == kinds
    assert "Choose it in an Image Editor" in opened.sentence
    assert bpy.data.images["shot"].use_fake_user


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
    image = bpy.data.images["shot"]
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


# -- movie clip -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("frames", [(1, 2, 3), (5, 9, 20), (9998, 9999, 10000)])
def test_clip_shows_each_frame_at_its_time(
    footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path, frames: tuple[int, ...]
) -> None:
    job = job_of(footage, write_frames(tmp_path / "f", frames))
    for _ in range(2):
        footage.open_footage(scene, job, "MOVIE_CLIP")
    (clip,) = bpy.data.movieclips
    assert clip.name == "shot" and clip.use_fake_user
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


# -- colors -----------------------------------------------------------------------------------------------------------


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


# -- what is said -----------------------------------------------------------------------------------------------------


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
            footage.open_footage(linked, job, how)
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
        footage.open_footage(scene, job_of(footage, frames), how)
    assert (len(bpy.data.images), len(bpy.data.movieclips)) == (images, 0)
    assert scene.sequence_editor is None or not strips(scene)


def test_ten_thousand_frames(footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path) -> None:
    frames = {1: write(tmp_path / "f" / "0001.png", shade(1))}
    for frame in range(2, 10_001):
        frames[frame] = tmp_path / "f" / blender_name(frame)
        frames[frame].hardlink_to(frames[1])
    for how in footage.WAYS:
        footage.open_footage(scene, job_of(footage, frames), how)
    # Blender would take minutes for one strip
    added = sorted(strips(scene), key=begin)
    assert [(begin(strip), end(strip)) for strip in added] == [(1 + 1000 * n, 1001 + 1000 * n) for n in range(10)]
    assert len({strip.channel for strip in added}) == 1
    assert added[-1].elements[999].filename == "10000.png"
    assert image_nodes(scene)[0].frame_duration == 10_000
