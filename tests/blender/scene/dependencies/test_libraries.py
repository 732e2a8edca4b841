# SPDX-License-Identifier: GPL-3.0-or-later
"""Linked libraries: nested ones, their own files, and paths whose writing is not known here."""

from __future__ import annotations

from pathlib import Path

import bpy
import pytest

from renderjuice.tests.blender.scene.dependencies.needed_files import Find, add_image, touch
from renderjuice.tests.blender.scene_parts import strips_of


def save_library(path: Path, name: str) -> None:
    """The open file, as a library: its cube is called `name`."""
    bpy.data.objects["Cube"].name = name
    path.parent.mkdir(parents=True, exist_ok=True)
    bpy.ops.wm.save_as_mainfile(filepath=str(path), relative_remap=True)


def link(path: str, name: str) -> None:
    """Link an object of a library into the open scene."""
    with bpy.data.libraries.load(path, link=True, relative=path.startswith("//")) as (_there, wanted):
        wanted.objects = [name]
    bpy.context.scene.collection.objects.link(bpy.data.objects[name])


def new_file(path: Path) -> None:
    """An empty open file at a path."""
    bpy.ops.wm.read_homefile(use_factory_startup=False)
    bpy.ops.wm.save_as_mainfile(filepath=str(path))


def test_a_nested_library_and_what_it_uses_are_found(find: Find, folder: Path) -> None:
    touch(folder, "lib/tex/a.png")
    add_image("//tex/a.png")
    new_folder = folder / "lib"
    new_folder.mkdir(exist_ok=True)
    bpy.data.images["picture"].filepath_raw = str(new_folder / "tex/a.png")
    save_library(new_folder / "inner.blend", "Inner")
    new_file(new_folder / "outer.blend")
    link(str(new_folder / "inner.blend"), "Inner")
    bpy.data.objects["Inner"].parent = None if bpy.data.objects["Inner"].library else bpy.data.objects["Cube"]
    bpy.data.objects["Cube"].constraints.new("COPY_LOCATION").target = bpy.data.objects["Inner"]
    save_library(new_folder / "outer.blend", "Outer")
    new_file(folder / "shot.blend")
    link("//lib/outer.blend", "Outer")
    found = find()
    assert found.files == ["lib/inner.blend", "lib/outer.blend", "lib/tex/a.png"]
    blends = {Path(each.path).name: Path(each.blend).name for each in found.dependencies.used}
    assert blends["a.png"] == "inner.blend"
    assert blends["outer.blend"] == "shot.blend"
    # an absolute path is the linking library's own, a relative one counts from the open file
    assert blends["inner.blend"] == "outer.blend"
    (folder / "lib" / "inner.blend").unlink()
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.open_mainfile(filepath=str(folder / "shot.blend"))
    assert find().missing == ["lib/inner.blend"]


def test_a_library_that_two_files_link_is_looked_for_in_both(find: Find, folder: Path) -> None:
    save_library(folder / "inner.blend", "Inner")
    new_file(folder / "outer.blend")
    link("//inner.blend", "Inner")
    bpy.data.objects["Cube"].constraints.new("COPY_LOCATION").target = bpy.data.objects["Inner"]
    save_library(folder / "outer.blend", "Outer")
    new_file(folder / "shot.blend")
    link("//inner.blend", "Inner")
    link("//outer.blend", "Outer")
    uses = {(Path(use.blend).name, use.written) for use in find().dependencies.used if use.path.endswith("inner.blend")}
    # how the other one has it written is not known, so it is taken for a path that does not hold
    assert uses == {("shot.blend", "//inner.blend"), ("outer.blend", str(folder / "inner.blend"))}
    (folder / "inner.blend").unlink()
    assert (find().files, find().missing) == (["outer.blend"], ["inner.blend"])


def test_a_nested_library_is_named_as_its_library_has_it(find: Find, folder: Path) -> None:
    save_library(folder / "inner.blend", "Inner")
    (folder / "lib").mkdir()
    new_file(folder / "lib" / "outer.blend")
    link("//../inner.blend", "Inner")
    bpy.data.objects["Cube"].constraints.new("COPY_LOCATION").target = bpy.data.objects["Inner"]
    save_library(folder / "lib" / "outer.blend", "Outer")
    new_file(folder / "shot.blend")
    link("//lib/outer.blend", "Outer")
    uses = {(Path(use.blend).name, use.written) for use in find().dependencies.used}
    assert uses == {("shot.blend", "//lib/outer.blend"), ("outer.blend", "//../inner.blend")}


def test_a_library_that_a_library_linked_before_is_the_open_files_own_as_well(find: Find, folder: Path) -> None:
    save_library(folder / "inner.blend", "Inner")
    new_file(folder / "outer.blend")
    link("//inner.blend", "Inner")
    bpy.data.objects["Cube"].constraints.new("COPY_LOCATION").target = bpy.data.objects["Inner"]
    save_library(folder / "outer.blend", "Outer")
    new_file(folder / "shot.blend")
    link("//outer.blend", "Outer")
    link(str(folder / "inner.blend"), "Inner")
    (inner,) = (library for library in bpy.data.libraries if library.name == "inner.blend")
    assert inner.parent is not None
    uses = {(Path(use.blend).name, use.written) for use in find().dependencies.used if use.path.endswith("inner.blend")}
    # Blender keeps the path that it had first, as it counts from the open file
    assert uses == {("shot.blend", "//inner.blend"), ("outer.blend", "//inner.blend")}


def packed_library(folder: Path, *written: str) -> None:
    """An open file with a packed library, the cube of which reads these pictures."""
    touch(folder, "tex/a.png", "tex/b.png")
    for path in written:
        add_image(path)
    save_library(folder / "lib" / "tree.blend", "Tree")
    new_file(folder / "shot.blend")
    link("//lib/tree.blend", "Tree")
    bpy.ops.file.pack_libraries()
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.open_mainfile(filepath=str(folder / "shot.blend"))


def test_a_packed_library_is_named_with_what_its_content_reads(find: Find, folder: Path) -> None:
    packed_library(folder, "//tex/a.png")
    found = find()
    assert (found.files, found.refused, found.missing) == (["tex/a.png"], [], [])
    uses = {(use.kind, Path(use.blend).name, use.written) for use in found.dependencies.used}
    assert uses == {("Image", "tree.blend", "//../tex/a.png"), ("Packed library", "shot.blend", "//lib/tree.blend")}


def test_a_packed_library_that_reads_nothing_is_nothing(find: Find, folder: Path) -> None:
    packed_library(folder)
    assert find().dependencies.used == ()


def test_a_path_in_packed_data_that_nobody_can_change_is_refused(find: Find, folder: Path) -> None:
    packed_library(folder, "//tex/a.png", str(folder / "tex" / "b.png"))
    # relative as it is, it goes by way of the root of the drive
    picture = next(image for image in bpy.data.images if image.filepath == "//../tex/a.png")
    picture.filepath = f"//{'../' * 50}{(folder / 'tex' / 'a.png').relative_to('/')}"
    found = find()
    assert sorted(found.refused) == [("Image", "tex/a.png"), ("Image", "tex/b.png")]
    assert all("unpack the library" in reason for _dependency, reason in found.dependencies.refused)
    (folder / "tex" / "b.png").unlink()
    assert find().missing == ["tex/b.png"]


@pytest.mark.skipif(bpy.app.version < (5, 0), reason="linked data is packed from 5.0 on")
def test_packed_linked_data_is_a_packed_library(find: Find, folder: Path) -> None:
    touch(folder, "tex/a.png", "tex/b.png")
    add_image("//tex/a.png")
    add_image(str(folder / "tex" / "b.png"))
    library = folder / "lib" / "tree.blend"
    save_library(library, "Tree")
    new_file(folder / "shot.blend")
    with bpy.data.libraries.load(str(library), link=True, pack=True, relative=True) as (_there, here):
        here.objects = ["Tree"]
    bpy.context.scene.collection.objects.link(here.objects[0])
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.open_mainfile(filepath=str(folder / "shot.blend"))
    found = find()
    assert (found.files, found.refused) == (["tex/a.png"], [("Image", "tex/b.png")])
    uses = {(use.kind, Path(use.blend).name, use.written) for use in found.dependencies.used}
    assert uses == {("Image", "tree.blend", "//../tex/a.png"), ("Packed library", "shot.blend", "//lib/tree.blend")}


def test_the_old_path_of_a_sound_strip_is_nothing(find: Find, folder: Path) -> None:
    touch(folder, "old.wav", "new.wav")
    try:
        strip = strips_of(bpy.context.scene).new_sound("Sound", str(folder / "old.wav"), 1, 1)
    except RuntimeError:
        pytest.skip("the Python module of 4.2 has no sound")
    strip.sound.filepath = str(folder / "new.wav")
    found = find()
    assert (found.files, found.refused) == (["new.wav"], [])
