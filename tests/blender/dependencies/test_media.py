# SPDX-License-Identifier: GPL-3.0-or-later
"""Movie clips, fonts, sounds, and the strips of the sequencer."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

import bpy
import pytest

from renderjuice.tests.blender.dependencies.rig import Find, add_strip, strips_of, touch


def pictures(folder: Path, count: int) -> None:
    """Pictures 0001.png and so on."""
    picture = bpy.data.images.new("frame", 4, 4)
    for number in range(1, count + 1):
        picture.filepath_raw, picture.file_format = str(folder / f"{number:04}.png"), "PNG"
        picture.save()
    bpy.data.images.remove(picture)


def strip_of_pictures(folder: Path, count: int) -> Any:
    """A strip from frame 1 on, with as many pictures."""
    pictures(folder, count)
    strip = add_strip(bpy.context.scene, "image", "//0001.png")
    for number in range(2, count + 1):
        strip.elements.append(f"{number:04}.png")
    return strip


def names(*numbers: int) -> list[str]:
    """Names of pictures."""
    return [f"{number:04}.png" for number in numbers]


def test_a_font_and_a_sound_are_found(find: Find, folder: Path) -> None:
    with wave.open(str(folder / "a.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(b"\0\0" * 800)
    bpy.data.sounds.load(str(folder / "a.wav")).filepath = "//a.wav"
    bpy.data.sounds[0].use_fake_user = True
    assert find().files == ["a.wav"]
    (folder / "a.wav").unlink()
    assert find().missing == ["a.wav"]


def test_a_strip_is_cut_to_the_frames(find: Find, folder: Path) -> None:
    strip_of_pictures(folder, 9)
    assert find(1).files == names(1, 2)
    assert find(4, 5).files == names(3, 4, 5, 6)
    (folder / "0005.png").unlink()
    assert find(4).missing == []
    assert find(5).missing == names(5)


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


@pytest.mark.parametrize("why", ["reversed", "strobe", "meta"])
def test_a_strip_with_a_time_of_its_own_is_not_cut(find: Find, folder: Path, why: str) -> None:
    strip = strip_of_pictures(folder, 9)
    if why == "reversed":
        strip.use_reverse_frames = True
    elif why == "strobe":
        strip.strobe = 2.0
    else:
        strips_of(bpy.context.scene).new_meta("meta", channel=3, frame_start=1)
    assert len(find(4).files) == 9


def test_strips_that_no_render_reads_stay_here(find: Find, folder: Path) -> None:
    strip = strip_of_pictures(folder, 2)
    strip.mute = True
    assert (find().files, list(find().dependencies.unread)) == ([], [strip])
    strip.mute = False
    bpy.context.scene.render.use_sequencer = False
    assert (find().files, find().refused) == ([], [])


def test_another_scenes_strips_travel_too(find: Find, folder: Path) -> None:
    pictures(folder, 1)
    add_strip(bpy.data.scenes.new("other"), "image", "//0001.png")
    assert find().files == names(1)


def test_a_clip_of_pictures_is_cut_and_keeps_its_first(find: Find, folder: Path) -> None:
    pictures(folder, 9)
    clip = bpy.data.movieclips.load(str(folder / "0002.png"))
    clip.filepath = "//0002.png"
    scene = bpy.context.scene
    if hasattr(scene, "compositing_node_group"):
        tree = scene.compositing_node_group = bpy.data.node_groups.new("compositor", "CompositorNodeTree")
    else:
        scene.use_nodes = True
        tree = scene.node_tree
    node = tree.nodes.new("CompositorNodeMovieClip")
    node.clip = clip
    tree.links.new(node.outputs["Image"], tree.nodes.new("CompositorNodeBlur").inputs[0])
    assert find(5).files == names(2, 5, 6, 7)
    touch(folder, "unrelated.png")
    scene.render.frame_map_old = 200
    assert find(5).files == names(*range(1, 10))
