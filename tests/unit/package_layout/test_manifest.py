# SPDX-License-Identifier: GPL-3.0-or-later
"""What belongs into a package, as it lies beside the snapshot; what the version before wrote is understood, too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from renderjuice.package_layout.manifest import NAME, Manifest, read_manifest, write_manifest
from renderjuice.package_layout.path_use import PathForm, PathUse

SHOT, LIBRARY, CACHE = Path("/film/shot.blend"), Path("/film/lib/tree.blend"), Path("/film/blendcache_shot")


@pytest.mark.parametrize("form", PathForm)
@pytest.mark.parametrize("is_packed", [False, True])
def test_a_manifest_is_read_as_it_was_written(tmp_path: Path, form: PathForm, is_packed: bool) -> None:
    use = PathUse(SHOT, "//lib/tree\udce9.blend", LIBRARY, (Path("/film/bark.png"),), form, is_packed)
    states = {Path("/film/bark.png"): (7, 1_700_000_000_123_456_789)}
    manifest = Manifest((use,), ("blender", "--background"), is_remapped=True, states=states, scene="Two")
    write_manifest(tmp_path, manifest)
    assert read_manifest(tmp_path) == manifest


def test_a_worker_of_the_version_before_can_read_it(tmp_path: Path) -> None:
    """It may still run while the extension is updated, and takes each path as four values."""
    use = PathUse(SHOT, "//lib/tree.blend", LIBRARY, (Path("/film/bark.png"),), PathForm.RELATIVE, is_packed=True)
    write_manifest(tmp_path, Manifest((use,), ("blender",)))
    value = json.loads((tmp_path / NAME).read_text())
    assert value["uses"] == [[str(SHOT), "//lib/tree.blend", str(LIBRARY), ["/film/bark.png"]]]
    assert value["blender"] == ["blender"]
    assert value["is_remapped"] is False


def test_a_manifest_of_the_version_before_is_understood(tmp_path: Path) -> None:
    uses = [
        [str(SHOT), "//wood.png", "/film/wood.png", ["/film/wood.png"]],
        [str(SHOT), "/mnt/wood.png", "/mnt/wood.png", ["/mnt/wood.png"]],
        [str(SHOT), "//lib/tree.blend", str(LIBRARY), [str(LIBRARY)]],
        [str(SHOT), "//lib/tree.blend", str(LIBRARY), ["/film/bark.png"]],
        [str(SHOT), "//blendcache_shot", str(CACHE), [str(CACHE / "a.bphys")]],
    ]
    (tmp_path / NAME).write_text(json.dumps({"uses": uses, "blender": ["blender"], "is_remapped": False}))
    read = read_manifest(tmp_path)
    assert (read.states, read.scene) == ({}, "")
    assert [(use.form, use.is_packed) for use in read.uses] == [
        (PathForm.RELATIVE, False),
        (PathForm.ABSOLUTE, False),
        (PathForm.RELATIVE, False),
        (PathForm.RELATIVE, True),
        (PathForm.IMPLIED, False),
    ]
    assert [(str(use.path), [str(file) for file in use.files]) for use in read.uses] == [
        (path, files) for _blend, _written, path, files in uses
    ]


@pytest.mark.parametrize(
    "use", [[], [1, 2, 3], ["/film/shot.blend"], {}, {"blend": "/film/shot.blend"}, None, 1, ["", "", "", 3]]
)
def test_a_damaged_manifest_is_told(tmp_path: Path, use: object) -> None:
    (tmp_path / NAME).write_text(json.dumps({"uses": [use], "blender": ["blender"], "is_remapped": False}))
    with pytest.raises(ValueError, match=r"damaged|not a valid"):
        read_manifest(tmp_path)
