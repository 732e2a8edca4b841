# SPDX-License-Identifier: GPL-3.0-or-later
"""What saving the snapshot does to the open session: nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

Load = Callable[[str], ModuleType]


def write_picture(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    image = bpy.data.images.new("new", 16, 16)
    image.filepath_raw, image.file_format = str(path), "PNG"
    image.save()
    bpy.data.images.remove(image)


def state(clip: bpy.types.MovieClip) -> tuple[Any, ...]:
    return clip.filepath, clip.source, clip.frame_duration, tuple(clip.size)


@pytest.mark.parametrize("is_there", [True, False])
def test_a_clip_that_only_an_editor_shows_stays_what_it_was(project: Path, load: Load, is_there: bool) -> None:
    for number in range(1, 4):
        write_picture(project / "clip" / f"{number:04}.png")
    clip = bpy.data.movieclips.load(str(project / "clip" / "0001.png"))
    clip.filepath, clip.use_fake_user = "//clip/0001.png", True
    bpy.ops.wm.save_mainfile()
    if not is_there:
        (project / "clip").rename(project / "elsewhere")
    bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath)
    (clip,) = bpy.data.movieclips
    before = state(clip)
    dependencies = load("scene.dependencies.scan").find_dependencies(bpy.context.scene, (1,))
    assert list(dependencies.unread) == [clip]
    snapshot = project / "home" / "shot.blend"
    manifest = load("live.submission").make_manifest(Path(bpy.data.filepath), dependencies)
    load("scene_edits.snapshot").save_snapshot(snapshot, dependencies.unread, is_remapped=manifest.is_remapped)
    assert state(clip) == before
    # its path goes from the copy, for which the copy is rewritten
    assert manifest.is_remapped == is_there


def test_an_image_that_only_an_editor_shows_has_no_path_in_the_copy(project: Path, load: Load) -> None:
    for number in range(1, 4):
        write_picture(project / "frames" / f"{number:04}.png")
    image = bpy.data.images.load(str(project / "frames" / "0001.png"))
    image.source, image.use_fake_user = "SEQUENCE", True
    before = image.filepath_raw
    dependencies = load("scene.dependencies.scan").find_dependencies(bpy.context.scene, (1,))
    assert list(dependencies.unread) == [image]
    snapshot = project / "home" / "shot.blend"
    manifest = load("live.submission").make_manifest(Path(bpy.data.filepath), dependencies)
    assert not manifest.is_remapped
    load("scene_edits.snapshot").save_snapshot(snapshot, dependencies.unread)
    assert image.filepath_raw == before
    name = image.name
    bpy.ops.wm.open_mainfile(filepath=str(snapshot))
    assert bpy.data.images[name].filepath == ""
