# SPDX-License-Identifier: GPL-3.0-or-later
"""What will be sent, listed before it is sent: for the panel and for scripts."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import bpy
import pytest

from renderjuice.tests.blender.scene.dependencies.needed_files import add_image, vast_file

Load = Callable[[str], ModuleType]
GIB = 1024**3


def a_file(path: Path, size: int) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"x" * size)
    return path


def test_every_file_is_listed_with_its_size_and_users(project: Path) -> None:
    a_file(project / "tex" / "small.png", 10)
    a_file(project / "tex" / "large.png", 200_000)
    # found in the order of their names
    add_image("//tex/small.png")
    first, second = add_image("//tex/large.png"), add_image("//tex/large.png")
    assert bpy.ops.renderjuice.list_files() == {"FINISHED"}
    listed = bpy.context.window_manager.renderjuice_contents
    assert [Path(row.name).name for row in listed.rows] == ["shot.blend", "large.png", "small.png"]
    assert [row.size for row in listed.rows][1:] == ["200 kB", "10 B"]
    assert listed.rows[1].users == f"Image “{first.name}”, Image “{second.name}”"
    assert listed.count == 3
    assert listed.scene == bpy.context.scene.session_uid


def test_the_panel_gets_the_words_as_messages(project: Path, load: Load) -> None:
    """Blender's properties hold English texts; what the panel translates has its values apart."""
    a_file(project / "tex" / "a.png", 12_345)
    image = add_image("//tex/a.png")
    bpy.ops.renderjuice.list_files()
    listed, message_for = bpy.context.window_manager.renderjuice_contents, load("live.contents").message_for
    assert message_for(listed.total).template == "{} files, {}"
    assert message_for(listed.total) == listed.total
    assert message_for(listed.rows[1].users).values == ("Image", image.name)
    assert message_for("not one of them") == "not one of them"


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


def test_a_file_that_was_never_saved_has_a_list_too(extension_name: str) -> None:
    bpy.ops.wm.read_homefile(use_factory_startup=False)
    assert bpy.ops.renderjuice.list_files() == {"FINISHED"}
    (row,) = bpy.context.window_manager.renderjuice_contents.rows
    assert (row.name, row.size) == ("", "")
    assert bpy.context.window_manager.renderjuice_contents.total == "The scene, not saved yet"
    with pytest.raises(RuntimeError, match="// leads nowhere"):
        bpy.ops.renderjuice.list_files(filepath="//files.json")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere all names are Unicode text")
def test_a_name_that_is_no_unicode_is_listed(project: Path) -> None:
    (project / "tex").mkdir()
    os.close(os.open(os.fsencode(project) + b"/tex/latin\xe9.png", os.O_CREAT))
    add_image("//tex/latin\udce9.png")
    assert bpy.ops.renderjuice.list_files() == {"FINISHED"}
    assert Path(bpy.context.window_manager.renderjuice_contents.rows[1].name).name == "latin?.png"


def test_the_panel_knows_when_other_files_are_needed(project: Path, load: Load) -> None:
    a_file(project / "tex" / "a.png", 1)
    contents, check = load("live.contents"), load("live.scene_check")
    image = add_image("//tex/a.png")
    bpy.ops.renderjuice.list_files()
    for is_used in (True, False):
        image.filepath_raw = "//tex/a.png" if is_used else ""
        check.check({bpy.context.scene})
        assert contents.is_outdated(bpy.context) == (not is_used)
