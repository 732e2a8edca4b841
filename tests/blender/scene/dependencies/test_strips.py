# SPDX-License-Identifier: GPL-3.0-or-later
"""The strips of the sequencer: which ones are read, and which of their pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy
import pytest

from renderjuice.tests.blender.scene.dependencies.needed_files import (
    Find,
    add_scene_strip,
    add_strip,
    paint,
    render_color,
    touch,
)
from renderjuice.tests.blender.scene_parts import strips_of


def pictures(folder: Path, count: int) -> None:
    """Pictures 0001.png and so on, each of a color of its own."""
    for number in range(1, count + 1):
        paint(folder / f"{number:04}.png", number / 10)


def strip_of_pictures(folder: Path, count: int) -> Any:
    """A strip from frame 1 on, with as many pictures."""
    pictures(folder, count)
    strip = add_strip(bpy.context.scene, "image", "//0001.png")
    strip.directory = "//"
    for number in range(2, count + 1):
        strip.elements.append(f"{number:04}.png")
    return strip


def names(*numbers: int) -> list[str]:
    """Names of pictures."""
    return [f"{number:04}.png" for number in numbers]


def test_a_strip_is_cut_to_the_frames(find: Find, folder: Path) -> None:
    strip_of_pictures(folder, 9)
    assert find(1).files == names(1, 2)
    assert find(4, 5).files == names(3, 4, 5, 6)
    (folder / "0005.png").unlink()
    assert find(4).missing == []
    assert find(5).missing == names(5)


@pytest.mark.parametrize("is_played", [True, False])
def test_frames_of_an_earlier_job_stay_here(find: Find, folder: Path, is_played: bool) -> None:
    # a scene of ours plays them; whoever renders them is told, and not sent
    pictures(folder, 1)
    scene = bpy.context.scene if is_played else bpy.data.scenes.new("Scene Frames")
    strip = add_strip(scene, "image", "//0001.png")
    assert find(1).files == (names(1) if is_played else [])
    strip["renderjuice_job"] = "job"
    found = find(1)
    assert (found.files, found.missing, found.refused) == ([], [], [])
    assert list(found.dependencies.unread) == [strip]
    (folder / "0001.png").unlink()
    assert (find(1).missing, find(1).refused) == ([], [])


def test_a_strip_that_was_moved_and_trimmed_is_cut_where_it_is_now(find: Find, folder: Path) -> None:
    strip = strip_of_pictures(folder, 9)
    if hasattr(strip, "content_start"):
        strip.content_start, strip.left_handle_offset = 11, 3
    else:
        strip.frame_start, strip.frame_offset_start = 11, 3
    assert find(15).files == names(4, 5, 6)
    assert find(3).files == []


@pytest.mark.parametrize("trimmed", [(0, 0), (3, 2)])
@pytest.mark.parametrize("handles", [(0, 0), (1, 1), (-4, -3)])
def test_the_picture_is_the_one_that_blender_shows(
    find: Find, folder: Path, trimmed: tuple[int, int], handles: tuple[int, int]
) -> None:
    strip = strip_of_pictures(folder, 9)
    if hasattr(strip, "content_start"):
        strip.content_trim_start, strip.content_trim_end = trimmed
        strip.content_start = 6
        strip.left_handle_offset, strip.right_handle_offset = handles
        shown = range(strip.left_handle, strip.right_handle)
    else:
        strip.animation_offset_start, strip.animation_offset_end = trimmed
        strip.frame_start = 6
        strip.frame_offset_start, strip.frame_offset_end = handles
        shown = range(strip.frame_final_start, strip.frame_final_end)
    # what a frame itself shows is missed, what the frames around it show is not
    for number in range(1, 10):
        (folder / f"{number:04}.png").unlink()
    for frame in range(-3, 20):
        expected = [strip.strip_elem_from_frame(frame).filename] if frame in shown else []
        assert (frame, find(frame).missing) == (frame, expected)


@pytest.mark.parametrize("why", ["reversed", "strobe"])
def test_a_strip_with_a_time_of_its_own_is_cut_to_what_it_shows(find: Find, folder: Path, why: str) -> None:
    strip = strip_of_pictures(folder, 9)
    if why == "reversed":
        strip.use_reverse_frames = True
    else:
        strip.strobe = 4.0
    expected = render_color(7)
    assert find(7).files == (names(2, 3, 4) if why == "reversed" else names(5))
    leave_only(folder, find(7).files)
    assert render_color(7) == expected


@pytest.mark.parametrize("why", ["meta", "keyed", "driven"])
def test_a_strip_is_not_cut_when_nobody_knows_what_it_shows(find: Find, folder: Path, why: str) -> None:
    strip = strip_of_pictures(folder, 9)
    if why == "meta":
        strips_of(bpy.context.scene).new_meta("meta", channel=3, frame_start=1)
    elif why == "keyed":
        strip.keyframe_insert("strobe", frame=1)
    else:
        strip.driver_add("use_reverse_frames")
    assert len(find(4).files) == 9


def test_a_strip_is_cut_when_something_else_of_it_is_keyed(find: Find, folder: Path) -> None:
    strip_of_pictures(folder, 9).keyframe_insert("blend_alpha", frame=1)
    assert find(4).files == names(3, 4, 5)


def leave_only(folder: Path, files: list[str]) -> None:
    """Take all other pictures away."""
    for path in folder.glob("*.png"):
        if path.name not in files:
            path.unlink()


def effect_of(kind: str, *inputs: Any) -> Any:
    """An effect strip on inputs, from frame 1 to 9."""
    is_old = bpy.app.version < (4, 4)
    end = {"length": 9} if bpy.app.version >= (5, 0) else {"frame_end": 10}
    given = {f"seq{place}" if is_old else f"input{place}": strip for place, strip in enumerate(inputs, 1)}
    effects = strips_of(bpy.context.scene)
    return effects.new_effect(name=kind, type=kind, channel=5, frame_start=1, **end, **given)


def modifier_of(strip: Any) -> Any:
    """A modifier of a strip that changes its brightness."""
    if not (5, 0) <= bpy.app.version < (5, 2):
        return strip.modifiers.new("darker", "BRIGHT_CONTRAST")
    # these crash there
    window, bpy.context.workspace.sequencer_scene = bpy.context.window_manager.windows[0], bpy.context.scene
    bpy.context.scene.sequence_editor.active_strip = strip
    area = window.screen.areas[0]
    area.type = "SEQUENCE_EDITOR"
    with bpy.context.temp_override(window=window, area=area, region=area.regions[-1]):
        bpy.ops.sequencer.strip_modifier_add(type="BRIGHT_CONTRAST")
    return strip.modifiers[0]


def muted_input(strip: Any, _folder: Path) -> None:
    """An effect reads a strip that is muted."""
    effect_of("GAUSSIAN_BLUR", strip)
    strip.mute = True


def muted_mask(strip: Any, folder: Path) -> None:
    """A modifier's mask is muted, and dims the strip."""
    paint(folder / "mask.png", 0.5)
    mask = add_strip(bpy.context.scene, "image", "//mask.png")
    mask.frame_final_duration, mask.mute = 9, True
    modifier = modifier_of(strip)
    modifier.input_mask_type, modifier.input_mask_strip = "STRIP", mask
    modifier.bright = -20.0 if bpy.app.version < (5, 2) else -0.2


def keyed_mute(strip: Any, _folder: Path) -> None:
    """A strip that is muted now, and not when it is rendered."""
    strip.keyframe_insert("mute", frame=4)
    strip.mute = True
    strip.keyframe_insert("mute", frame=1)


def keyed_strobe(strip: Any, _folder: Path) -> None:
    """A strip that shows each picture for longer later on."""
    strip.keyframe_insert("strobe", frame=1)
    strip.strobe = 4.0
    strip.keyframe_insert("strobe", frame=4)
    strip.strobe = 1.0


def held(strip: Any, _folder: Path) -> None:
    """A strip whose last pictures are cut off, and whose end stays on screen."""
    if hasattr(strip, "content_trim_end"):
        strip.content_trim_end, strip.right_handle_offset = 7, -6
    else:
        strip.animation_offset_end = 7
        strip.frame_final_duration = 8


@pytest.mark.parametrize("change", [muted_input, muted_mask, keyed_mute, keyed_strobe, held])
def test_a_strip_renders_the_same_from_what_is_found(
    find: Find, folder: Path, change: Callable[[Any, Path], None]
) -> None:
    change(strip_of_pictures(folder, 9), folder)
    expected = render_color(4)
    assert expected[0] > 0.05
    # not at the rendered frame, when it is sent
    bpy.context.scene.frame_set(1)
    found = find(4)
    assert (found.missing, list(found.dependencies.unread)) == ([], [])
    leave_only(folder, found.files)
    assert render_color(4) == expected


def test_an_effect_shows_its_inputs_before_and_after_their_time(find: Find, folder: Path) -> None:
    first = strip_of_pictures(folder, 3)
    second = add_strip(bpy.context.scene, "image", "//0008.png")
    second.directory, second.frame_start = "//", 9
    second.elements.append("0009.png")
    for number in (8, 9):
        paint(folder / f"{number:04}.png", number / 10)
    cross = effect_of("CROSS", first, second)
    assert (cross.frame_final_start, cross.frame_final_end) == (4, 9)
    expected = render_color(6)
    found = find(6)
    assert (found.files, found.missing) == (names(3, 8), [])
    leave_only(folder, found.files)
    assert render_color(6) == expected


@pytest.mark.parametrize("is_shown", [True, False])
def test_a_scene_without_sequencer_has_one_where_another_shows_it(find: Find, folder: Path, is_shown: bool) -> None:
    pictures(folder, 1)
    edit = bpy.data.scenes.new("edit")
    edit.render.use_sequencer = False
    strip = add_strip(edit, "image", "//0001.png")
    strip.directory = "//"
    add_scene_strip(edit).scene_input = "SEQUENCER" if is_shown else "CAMERA"
    assert find().files == (names(1) if is_shown else [])
    assert len(find().dependencies.unread) == (0 if is_shown else 1)
    if is_shown:
        assert render_color(1)[0] > 0.05


def test_strips_that_no_render_reads_stay_here(find: Find, folder: Path) -> None:
    strip = strip_of_pictures(folder, 2)
    strip.mute = True
    assert (find().files, list(find().dependencies.unread)) == ([], [strip])
    strip.mute = False
    bpy.context.scene.render.use_sequencer = False
    assert (find().files, find().refused) == ([], [])


def test_another_scenes_strips_travel_too(find: Find, folder: Path) -> None:
    pictures(folder, 1)
    other = bpy.data.scenes.new("other")
    add_strip(other, "image", "//0001.png")
    assert find().files == []
    add_scene_strip(other).scene_input = "SEQUENCER"
    assert find().files == names(1)


@pytest.mark.parametrize("kind", ["image", "movie"])
def test_a_strip_has_a_file_for_each_view(find: Find, folder: Path, kind: str) -> None:
    touch(folder, "a_left.png", "a_right.png", "a_top.png", "b.png")
    render = bpy.context.scene.render
    for view, suffix in zip(render.views, ("_left", "_right"), strict=True):
        view.file_suffix = suffix
    render.views.new("top").file_suffix = "_top"
    strip = add_strip(bpy.context.scene, kind, "//a_left.png")
    if kind == "image":
        strip.directory = "//"
    strip.use_multiview, strip.views_format = True, "INDIVIDUAL"
    assert find().files == ["a_left.png"]
    render.use_multiview = True
    assert find().files == ["a_left.png", "a_right.png"]
    render.views_format = "MULTIVIEW"
    assert find().files == ["a_left.png", "a_right.png", "a_top.png"]
    (folder / "a_right.png").unlink()
    assert find().missing == ["a_right.png"]
    render.views["top"].use = render.views["right"].use = False
    assert (find().files, find().missing) == (["a_left.png"], [])
