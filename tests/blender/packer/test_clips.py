# SPDX-License-Identifier: GPL-3.0-or-later
"""Clips and the images of lines, which Blender looks for at times of its own, in a scene whose paths are rewritten."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import bpy
import pytest

from renderjuice.tests.blender.packer.sending import begin, check, link, picture, save, send, textured
from renderjuice.tests.blender.travel.movies import write_movie


def followed_clip(path: Path) -> bpy.types.MovieClip:
    """A clip of a file, which an object follows."""
    follow = bpy.data.objects.new("Follows", None)
    bpy.context.scene.collection.objects.link(follow)
    clip = bpy.data.movieclips.load(str(path))
    follow.constraints.new("FOLLOW_TRACK").clip = clip
    return clip


def clip_facts() -> tuple[str, tuple[int, ...], int]:
    """What the one clip of the open file is: its kind, its size in pixels and its frames."""
    (clip,) = bpy.data.movieclips
    return clip.source, tuple(clip.size), clip.frame_duration


@pytest.mark.parametrize("is_absolute", [False, True])
def test_a_clip_of_pictures_stays_what_it_is(tmp_path: Path, project: Path, is_absolute: bool) -> None:
    folder = tmp_path / "work" / "disk" if is_absolute else project / "foot"
    for number in (1, 2, 3):
        picture(folder / f"f{number:04d}.png")
    shot = begin(project / "shot.blend")
    clip = followed_clip(folder / "f0001.png")
    if not is_absolute:
        clip.filepath = "//foot/f0001.png"
    textured("Own", str(picture(tmp_path / "work" / "disk" / "wood.png")))
    save(shot)
    before = clip_facts()
    sent = send(tmp_path, shot)
    check(sent, files=3)
    assert clip_facts() == before


def test_a_clip_of_a_movie_keeps_its_size(tmp_path: Path, project: Path) -> None:
    movie = write_movie(tmp_path / "work" / "disk" / "take.mp4")
    shot = begin(project / "shot.blend")
    followed_clip(movie)
    save(shot)
    before = clip_facts()
    sent = send(tmp_path, shot)
    check(sent, files=1)
    assert clip_facts() == before


def test_a_clip_of_a_library_that_packs_itself(tmp_path: Path, project: Path) -> None:
    """Blender would pack the library's files whenever it saves it, and a file that is gone is an error to it then."""
    gone = picture(tmp_path / "work" / "disk" / "gone.png")
    library = begin(project / "set.blend")
    followed_clip(write_movie(tmp_path / "work" / "disk" / "take.mp4"))
    bpy.data.images.load(str(gone)).use_fake_user = True
    bpy.data.use_autopack = True
    gone.unlink()
    with suppress(RuntimeError):
        save(library)
    shot = begin(project / "shot.blend")
    link(library, "Follows", "//set.blend")
    save(shot)
    sent = send(tmp_path, shot)
    check(sent, files=2)
    assert [sent_clip.size[0] > 0 for sent_clip in bpy.data.movieclips] == [True]


@pytest.mark.parametrize("is_in_library", [False, True])
def test_an_image_of_lines_is_found_where_freestyle_renders(tmp_path: Path, project: Path, is_in_library: bool) -> None:
    """It renders in a file that lies nowhere: there, the relative path that an absolute one becomes leads nowhere."""
    paper = picture(tmp_path / "work" / "disk" / "paper.png")
    shot = begin(project / ("set.blend" if is_in_library else "shot.blend"))
    style: Any = bpy.data.linestyles.new("Lines")
    style.use_nodes, style.use_fake_user = True, True
    next(node for node in style.node_tree.nodes if node.type == "TEX_IMAGE").image = bpy.data.images.load(str(paper))
    save(shot)
    if is_in_library:
        shot = begin(project / "shot.blend")
        with bpy.data.libraries.load(str(project / "set.blend"), link=True) as (_there, here):
            here.linestyles = ["Lines"]
        layer = bpy.context.scene.view_layers[0]
        layer.freestyle_settings.linesets.new("Lines").linestyle = here.linestyles[0]
        bpy.data.libraries[0].filepath = "//set.blend"
        save(shot)
    sent = send(tmp_path, shot)
    bpy.ops.wm.open_mainfile(filepath=str(sent.scene))
    (image,) = (node.image for node in bpy.data.linestyles["Lines"].node_tree.nodes if node.type == "TEX_IMAGE")
    assert image.packed_file is not None
