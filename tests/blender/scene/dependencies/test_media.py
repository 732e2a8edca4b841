# SPDX-License-Identifier: GPL-3.0-or-later
"""Movie clips, fonts and sounds."""

from __future__ import annotations

import wave
from pathlib import Path

import bpy
import pytest

from renderjuice.tests.blender.scene.dependencies.needed_files import (
    Find,
    paint,
    render_color,
    touch,
)
from renderjuice.tests.blender.scene_parts import compositor_of, output_node, strips_of


def test_a_font_and_a_sound_are_found(find: Find, folder: Path) -> None:
    with wave.open(str(folder / "a.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(b"\0\0" * 800)
    bpy.data.sounds.load(str(folder / "a.wav")).filepath = "//a.wav"
    bpy.data.sounds[0].use_fake_user = True
    assert find().files == ["a.wav"]
    # no pixel depends on it
    (folder / "a.wav").unlink()
    assert find().missing == []


def names(*numbers: int) -> list[str]:
    """Names of pictures."""
    return [f"{number:04}.png" for number in numbers]


def clip_of_pictures(folder: Path, *numbers: int) -> bpy.types.MovieClip:
    """A clip of pictures, each of a color of its own."""
    for number in numbers:
        paint(folder / f"{number:04}.png", number / 10)
    clip = bpy.data.movieclips.load(str(folder / f"{numbers[0]:04}.png"))
    clip.filepath = f"//{numbers[0]:04}.png"
    return clip


def composite(clip: bpy.types.MovieClip) -> None:
    """Let the scene render nothing but a clip."""
    tree = compositor_of(bpy.context.scene)
    node = tree.nodes.new("CompositorNodeMovieClip")
    node.clip = clip
    tree.links.new(node.outputs["Image"], output_node(tree).inputs[0])


def test_a_clip_of_pictures_is_cut_and_keeps_its_first(find: Find, folder: Path) -> None:
    composite(clip_of_pictures(folder, *range(2, 10)))
    assert find(5).files == names(2, 5, 6, 7)
    touch(folder, "0001.png", "unrelated.png")
    bpy.context.scene.render.frame_map_old = 200
    assert find(5).files == names(*range(1, 10))


@pytest.mark.parametrize("why", ["gap", "before its start", "animated", "strip"])
def test_a_clip_renders_the_same_from_what_is_found(find: Find, folder: Path, why: str) -> None:
    numbers = {"gap": (1, 2, 5, 6), "before its start": (3, 4, 5)}.get(why, range(1, 9))
    clip = clip_of_pictures(folder, *numbers)
    if why == "strip":
        strips_of(bpy.context.scene).new_clip(name="clip", clip=clip, channel=1, frame_start=-1)
    else:
        composite(clip)
    if why == "before its start":
        (folder / "0002.png").write_bytes((folder / "0004.png").read_bytes())
        clip.frame_start, clip.frame_offset = 3, 1
    if why == "animated":
        clip.frame_start = -1
        clip.keyframe_insert("frame_start", frame=4)
        clip.frame_start = 1
        clip.keyframe_insert("frame_start", frame=3)
    frame = {"gap": 5, "before its start": 1}.get(why, 4)
    expected = render_color(frame)
    assert expected[0] > 0.1
    # not at the rendered frame, when it is sent
    bpy.context.scene.frame_set(1)
    found = find(frame)
    assert found.missing == []
    for path in folder.glob("*.png"):
        if path.name not in found.files:
            path.unlink()
    assert render_color(frame) == expected


def test_a_clip_has_no_numbers_below_zero(find: Find, folder: Path) -> None:
    clip = clip_of_pictures(folder, *range(4))
    composite(clip)
    clip.frame_offset = -4
    assert (find(2).files, find(2).missing) == (names(0), [])
    expected = render_color(2)
    for number in (1, 2, 3):
        (folder / f"{number:04}.png").unlink()
    assert render_color(2) == expected
