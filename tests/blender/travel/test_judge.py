# SPDX-License-Identifier: GPL-3.0-or-later
"""What makes the local farm a judge: it misses every kind of file that changes the picture, and none that is there."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import bpy
import pytest

from renderjuice.local_farm.inside_blender.missing_files import missing_files
from renderjuice.tests.blender.travel.families import FAMILIES
from renderjuice.tests.blender.travel.scenes import Made, Places, make_scene, out_of_reach, second_mount

WITHOUT_FILES = {
    *("image_packed", "image_packed_on_windows", "image_generated", "bake_node_packed", "rigid_body"),
    *("sound", "sound_by_backslashes"),
}
"""What lies in the .blend; and sounds, which no pixel depends on."""

ANY_WILL_DO = {"strip_clip"}
"""Of which some other file of the sequence is enough for the farm: strips do not tell their clip in every version."""

UNOPENED = {"sound_in_nodes"}
"""Blender dies when it opens a file whose nodes read a sound that is gone (5.2)."""


@pytest.fixture
def made(family: str, tmp_path: Path) -> Iterator[Made]:
    """A scene of its own: Blender goes on without a font that once was not there (5.2), and others render theirs."""
    with tempfile.TemporaryDirectory(prefix="renderjuice-mount-", dir=second_mount()) as mount:
        yield make_scene(Places(tmp_path, Path(mount, "files")), family, FAMILIES[family])


@pytest.mark.parametrize("family", FAMILIES)
def test_the_farm_misses_what_changes_the_pixels(family: str, made: Made) -> None:
    scene, project = made, made.places.project.resolve()
    assert not [path for path in missed(scene) if path.is_relative_to(project)]
    for kind, files in scene.files.items():
        if kind in UNOPENED:
            continue
        with out_of_reach(files):
            found = {file for file in files for path in missed(scene) if file in (path, *path.parents)}
        assert bool(found) == (kind not in WITHOUT_FILES | ANY_WILL_DO), kind


def missed(scene: Made) -> list[Path]:
    """The files that the farm would miss if the project's folder were all that it has."""
    bpy.ops.wm.open_mainfile(filepath=str(scene.blend))
    project = scene.places.project.resolve()
    lacks = missing_files(bpy.context.scene, str(project), scene.frames, are_requested=True)
    return [project / lack.path for lack in lacks]
