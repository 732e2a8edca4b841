# SPDX-License-Identifier: GPL-3.0-or-later
"""What makes the matrix honest: without the files of a kind, its scene renders another picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from renderjuice.tests.blender.travel.families import FAMILIES
from renderjuice.tests.blender.travel.scenes import Made, out_of_reach, render, replaced, same

CRASHING = {"strip_image_sequence", "strip_trimmed", "strip_by_backslashes", "sound_in_nodes"}
"""Blender dies now and then when it renders such a strip without its files, and always when it opens a file whose nodes
read a sound that is gone (5.2): they get other files instead."""

WITHOUT_FILES = {
    *("image_packed", "image_packed_on_windows", "image_generated", "bake_node_packed", "rigid_body"),
    *("sound", "sound_by_backslashes"),
}
"""What lies in the .blend; and sounds, which no pixel depends on."""


@pytest.mark.parametrize("family", FAMILIES)
def test_every_kind_changes_the_pixels(family: str, made: Callable[[str], Made], tmp_path: Path) -> None:
    scene = made(family)
    assert same(scene.here, render(scene.blend, scene.frames, tmp_path / "again")), "no two renders are the same"
    unseen = set()
    for kind, files in scene.files.items():
        with (replaced if kind in CRASHING else out_of_reach)(files):
            gone = render(scene.blend, scene.frames, tmp_path / kind)
        if same(scene.here, gone):
            unseen.add(kind)
    assert unseen == WITHOUT_FILES & set(scene.files)
