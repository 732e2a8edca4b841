# SPDX-License-Identifier: GPL-3.0-or-later
"""What will be sent, listed before it is sent: for the panel and for scripts."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

from renderjuice.tests.blender.scene.dependencies.needed_files import add_image, vast_file

Load = Callable[[str], ModuleType]
GIB = 1024**3


def rows_of(load: Load) -> Any:
    """The panel's list of the open scene."""
    return load("properties.contents").find(bpy.context.scene)


def a_file(path: Path, size: int) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"x" * size)
    return path


def test_every_file_is_listed_with_its_size_and_users(project: Path, load: Load) -> None:
    a_file(project / "tex" / "small.png", 10)
    a_file(project / "tex" / "large.png", 200_000)
    # found in the order of their names
    add_image("//tex/small.png")
    first, second = add_image("//tex/large.png"), add_image("//tex/large.png")
    assert bpy.ops.renderjuice.list_files() == {"FINISHED"}
    contents, uid = load("live.contents"), bpy.context.scene.session_uid
    listed = rows_of(load)
    assert [Path(row.name).name for row in listed.rows] == ["shot.blend", "large.png", "small.png"]
    assert [row.size for row in listed.rows][1:] == ["200 kB", "10 B"]
    assert [row.kind for row in listed.rows] == ["", "IMAGE", "IMAGE"]
    assert contents.users_of(uid, 1) == f"Image “{first.name}”, Image “{second.name}”"
    assert contents.listing_of(uid).count == 3


def test_a_check_lists_what_it_has_found(project: Path, load: Load) -> None:
    a_file(project / "tex" / "a.png", 12_345)
    image = add_image("//tex/a.png")
    contents, check, scene = load("live.contents"), load("live.scene_check"), bpy.context.scene
    check.check({scene})
    blend_size = (project / "shot.blend").stat().st_size
    listing = contents.listing_of(scene.session_uid)
    assert (listing.count, listing.total) == (2, blend_size + 12_345)
    assert contents.count_in_words(listing).template == "{}, {}"
    assert contents.count_in_words(listing).startswith("2 files, ")
    assert [Path(row.name).name for row in rows_of(load).rows] == ["shot.blend", "a.png"]
    rows_of(load).active = 1
    image.filepath_raw = ""
    check.check({scene})
    assert [Path(row.name).name for row in rows_of(load).rows] == ["shot.blend"]
    assert contents.count_in_words(contents.listing_of(scene.session_uid)).startswith("1 file, ")
    check.forget()
    assert contents.listing_of(scene.session_uid) is None and rows_of(load) is None


def test_the_chosen_file_stays_chosen(project: Path, load: Load) -> None:
    check, scene = load("live.scene_check"), bpy.context.scene
    for name, size in (("a.png", 2), ("b.png", 1)):
        a_file(project / "tex" / name, size)
        add_image(f"//tex/{name}")
    check.check({scene})
    rows_of(load).active = 1
    a_file(project / "tex" / "c.png", 3)
    add_image("//tex/c.png")
    check.check({scene})
    listed = rows_of(load)
    assert Path(listed.rows[listed.active].name).name == "a.png"


def test_of_many_files_the_largest_are_listed(project: Path, load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load("live.scene_reading"), "MAX_LISTED", 3)
    for size in range(1, 6):
        a_file(project / "tex" / f"{size}.png", size)
        add_image(f"//tex/{size}.png")
    load("live.scene_check").check({bpy.context.scene})
    assert [Path(row.name).name for row in rows_of(load).rows] == ["shot.blend", "5.png", "4.png"]
    assert load("live.contents").listing_of(bpy.context.scene.session_uid).count == 6


def test_a_script_gets_the_list_with_sizes_in_bytes(project: Path) -> None:
    a_file(project / "tex" / "a.png", 12_345)
    image = add_image("//tex/a.png")
    assert bpy.ops.renderjuice.list_files(filepath="//files.json") == {"FINISHED"}
    written = json.loads((project / "files.json").read_text(encoding="utf-8"))
    blend_size = (project / "shot.blend").stat().st_size
    assert written == {
        "total": blend_size + 12_345,
        "files": [
            {"path": str(project / "shot.blend"), "size": blend_size, "users": ["Scene “Scene”"]},
            {"path": str(project / "tex" / "a.png"), "size": 12_345, "users": [f"Image “{image.name}”"]},
        ],
    }


def test_more_than_a_package_holds_is_said(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    add_image("//tex/vast.exr")
    for size, is_said in ((4 * GIB, False), (6 * GIB, True)):
        vast_file(project / "tex" / "vast.exr", size)
        assert bpy.ops.renderjuice.list_files() == {"FINISHED"}
        assert ("takes packages below 5 GiB" in capfd.readouterr().out) == is_said


def test_more_than_the_disk_holds_is_said(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    add_image("//tex/vast.exr")
    for size, is_said in ((1, False), (shutil.disk_usage(bpy.utils.resource_path("USER")).free + GIB, True)):
        vast_file(project / "tex" / "vast.exr", size)
        assert bpy.ops.renderjuice.list_files() == {"FINISHED"}
        assert ("Make room there" in capfd.readouterr().out) == is_said


def test_a_list_that_cannot_be_written_is_said(project: Path) -> None:
    with pytest.raises(RuntimeError, match="nowhere"):
        bpy.ops.renderjuice.list_files(filepath="//nowhere/files.json")


def test_a_file_that_was_never_saved_has_a_list_too(extension_name: str, load: Load) -> None:
    bpy.ops.wm.read_homefile(use_factory_startup=False)
    assert bpy.ops.renderjuice.list_files() == {"FINISHED"}
    (row,) = rows_of(load).rows
    assert (row.name, row.size) == ("", "")
    contents = load("live.contents")
    listing = contents.listing_of(bpy.context.scene.session_uid)
    assert contents.total_in_words(listing) == "The scene, not saved yet"
    assert contents.count_in_words(listing) == "1 file"
    with pytest.raises(RuntimeError, match="// leads nowhere"):
        bpy.ops.renderjuice.list_files(filepath="//files.json")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere all names are Unicode text")
def test_a_name_that_is_no_unicode_is_listed(project: Path, load: Load) -> None:
    (project / "tex").mkdir()
    (project / "tex" / "latin\udce9.png").write_bytes(b"x")
    add_image("//tex/latin\udce9.png")
    assert bpy.ops.renderjuice.list_files() == {"FINISHED"}
    assert Path(rows_of(load).rows[1].name).name == "latin?.png"


def test_every_kind_of_file_has_an_icon(extension_name: str, load: Load) -> None:
    icons = load("panels.contents").ICONS
    assert set(icons) == {"", *load("scene.dependencies.dependency").DependencyKind.__members__}
    known = bpy.types.UILayout.bl_rna.functions["label"].parameters["icon"].enum_items
    assert set(icons.values()) <= set(known.keys())
