# SPDX-License-Identifier: GPL-3.0-or-later
"""The check of files, images and libraries: what is missing, unsaved, newer, and what cannot be mended from here."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

from renderjuice.tests.blender.scene_parts import library_with, nodes_of, show_image, strips_of

Find = Callable[[], list[Any]]


def a_picture(path: Path) -> None:
    image = bpy.data.images.new("picture", 4, 4)
    image.filepath_raw, image.file_format = str(path), "PNG"
    image.save()
    bpy.data.images.remove(image)


def link_a_material(project: Path, image: bpy.types.Image) -> bpy.types.Image:
    """Move the material that shows an image into a library, and give the image as it is linked from there."""
    material = show_image(image)
    name = image.name
    library = library_with(project / "library.blend", material)
    bpy.data.materials.remove(material)
    bpy.data.images.remove(image)
    with bpy.data.libraries.load(str(library), link=True, relative=True) as (_, wanted):
        wanted.materials = ["Shown"]
    bpy.data.objects["Cube"].data.materials.append(wanted.materials[0])
    linked = bpy.data.images[name]
    assert linked.library is not None
    return linked


def test_a_missing_file_of_a_library_is_mended_there(scene: bpy.types.Scene, find: Find, project: Path) -> None:
    a_picture(project / "picture.png")
    link_a_material(project, bpy.data.images.load("//picture.png"))
    assert find() == []
    (project / "picture.png").unlink()
    (found,) = find()
    assert (found.severity, found.datablock) == ("error", "picture.png")
    assert (found.collection, found.remedy) == ("", None)
    assert "Open “//library.blend”" in found.fix


def test_a_painted_image_of_a_library_has_no_button(scene: bpy.types.Scene, find: Find, project: Path) -> None:
    image = link_a_material(project, bpy.data.images.new("painted", 4, 4))
    image.pixels[0] = 0.5
    image.update()
    assert image.is_dirty
    (found,) = find()
    assert (found.datablock, found.collection, found.remedy) == ("painted", "", None)


def test_a_packed_image_that_was_painted_on(
    scene: bpy.types.Scene, find: Find, press: Callable[[Any], None], project: Path
) -> None:
    a_picture(project / "picture.png")
    image = bpy.data.images.load("//picture.png")
    image.pack()
    show_image(image)
    before = bytes(image.packed_file.data)
    assert find() == []
    image.pixels[0] = 0.5
    image.update()
    (found,) = find()
    assert (found.severity, found.collection, found.remedy) == ("error", "images", "pack_image")
    unused = bpy.data.images.new("unused", 4, 4)
    unused.pixels[0] = 0.5
    unused.update()
    assert (unused.is_dirty, unused.users) == (True, 0)
    assert len(find()) == 1
    press(found)
    assert bytes(image.packed_file.data) != before
    assert find() == []


def test_several_missing_tiles_are_one_finding(scene: bpy.types.Scene, find: Find, project: Path) -> None:
    for number in (1001, 1002, 1003):
        a_picture(project / f"tile.{number}.png")
    image = bpy.data.images.load("//tile.1001.png")
    image.source, image.filepath = "TILED", "//tile.<UDIM>.png"
    for number in (1002, 1003):
        image.tiles.new(number)
    show_image(image)
    assert find() == []
    for number in (1002, 1003):
        (project / f"tile.{number}.png").unlink()
    (found,) = find()
    assert re.search(r"is missing 2 files, such as .*tile\.1002\.png\.$", found.what)
    # Blender's own search looks for the first tile only
    assert (found.remedy, found.fix) == (None, "Put what is missing beside the files that are there.")


def test_a_file_that_no_package_carries(scene: bpy.types.Scene, find: Find, load: Callable[[str], ModuleType]) -> None:
    module = load("scene.dependencies.dependency")
    dependency = module.Dependency(module.DependencyKind.SOUND, "Noise", "/noise.wav", Path("/noise.wav"), "sounds")
    dependencies = load("scene.dependencies.scan").Dependencies((), (), ((dependency, "it is a device"),))
    (found,) = load("scene.preflight.check").check_scene(scene, dependencies)
    assert (found.severity, found.datablock, found.collection) == ("error", "Noise", "sounds")
    assert found.what == "Sound “Noise” cannot be sent: it is a device (/noise.wav)."


def test_blender_finds_tiles_sequences_and_strips_again(scene: bpy.types.Scene, find: Find, project: Path) -> None:
    """What the button Find Files brings up, with the folder chosen."""
    names = ("tile.1001.png", "tile.1002.png", "frame0001.png", "frame0002.png", "strip0001.png", "strip0002.png")
    for name in names:
        a_picture(project / name)
    tiles, frames = bpy.data.images.load("//tile.1001.png"), bpy.data.images.load("//frame0001.png")
    tiles.source, tiles.filepath, frames.source = "TILED", "//tile.<UDIM>.png", "SEQUENCE"
    show_image(tiles)
    node = next(each for each in nodes_of(show_image(frames)).nodes if each.type == "TEX_IMAGE")
    node.image_user.frame_duration, node.image_user.use_auto_refresh = 2, True
    strip = strips_of(scene).new_image("strip", "//strip0001.png", channel=1, frame_start=1)
    strip.elements.append("strip0002.png")
    assert {found.remedy for found in find()} == {"render_scene"}
    elsewhere = project / "moved" / "deeper"
    elsewhere.mkdir(parents=True)
    for name in names:
        (project / name).rename(elsewhere / name)
    assert {found.remedy for found in find()} == {"find_files", "render_scene"}
    assert len(find()) == 4
    bpy.ops.file.find_missing_files(directory=str(project / "moved"))
    assert {found.remedy for found in find()} == {"render_scene"}
    assert (tiles.source, tiles.filepath) == ("TILED", "//moved/deeper/tile.<UDIM>.png")
    assert (frames.source, frames.filepath) == ("SEQUENCE", "//moved/deeper/frame0001.png")
    assert [element.filename for element in strip.elements] == ["strip0001.png", "strip0002.png"]


def make_newer(path: Path) -> None:
    """Have a .blend say that the Blender after this one saved it: the version is in its first bytes."""
    written = path.read_bytes()
    header = re.match(rb"BLENDER(?:[-_][vV]\d{3}|\d\d-\d\dv\d{4})", written)
    assert header is not None
    version = bpy.app.version[0] * 100 + bpy.app.version[1]
    digits = b"%0*d" % (3 if written[7:8] in b"-_" else 4, version)
    newer = b"%0*d" % (len(digits), version + 1)
    assert header[0].endswith(digits)
    path.write_bytes(header[0][: -len(digits)] + newer + written[header.end() :])


def test_a_library_of_a_newer_blender(scene: bpy.types.Scene, find: Find, project: Path) -> None:
    library = library_with(project / "library.blend", bpy.data.materials.new("Shown"))
    bpy.data.materials.remove(bpy.data.materials["Shown"])
    make_newer(library)
    with bpy.data.libraries.load(str(library), link=True, relative=True) as (_, wanted):
        wanted.materials = ["Shown"]
    bpy.data.objects["Cube"].data.materials.append(wanted.materials[0])
    (found,) = find()
    major, minor = bpy.app.version[:2]
    assert (found.severity, found.datablock, found.collection) == ("warning", "library.blend", "libraries")
    assert f"Blender {major}.{minor + 1}" in found.what


def test_what_is_not_in_its_library_any_more(scene: bpy.types.Scene, find: Find, project: Path) -> None:
    materials = [bpy.data.materials.new(name) for name in ("First", "Second")]
    library = library_with(project / "library.blend", *materials)
    for material in materials:
        bpy.data.materials.remove(material)
    with bpy.data.libraries.load(str(library), link=True, relative=True) as (_, wanted):
        wanted.materials = ["First", "Second"]
    for material in wanted.materials:
        bpy.data.objects["Cube"].data.materials.append(material)
    bpy.ops.wm.save_mainfile()
    library_with(library, bpy.data.objects["Light"].data)
    bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath)
    (found,) = find()
    assert (found.severity, found.collection) == ("warning", "")
    assert re.search("and 1 more are not in the library “library.blend” any more", found.what)


def test_a_missing_library_is_one_finding(scene: bpy.types.Scene, find: Find, project: Path) -> None:
    library = library_with(project / "library.blend", bpy.data.materials.new("Shown"))
    bpy.data.materials.remove(bpy.data.materials["Shown"])
    with bpy.data.libraries.load(str(library), link=True, relative=True) as (_, wanted):
        wanted.materials = ["Shown"]
    bpy.data.objects["Cube"].data.materials.append(wanted.materials[0])
    bpy.ops.wm.save_mainfile()
    library.unlink()
    bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath)
    (found,) = find()
    assert (found.severity, found.datablock) == ("error", "library.blend")


@pytest.mark.parametrize(
    ("total", "free", "expected"),
    [(10, 100, 0), (5 * 1024**3 - 1, 1024**4, 0), (5 * 1024**3, 1024**4, 1), (100, 99, 1), (6 * 1024**3, 0, 2)],
)
def test_sizes(load: Callable[[str], ModuleType], total: int, free: int, expected: int) -> None:
    found = [*load("scene.preflight.package").size_findings(total, free)]
    assert [finding.severity for finding in found] == ["warning"] * expected


def test_a_name_that_no_package_can_hold(load: Callable[[str], ModuleType]) -> None:
    found = load("scene.preflight.package").name_finding("The name is wrong. Rename it.", None)
    assert (found.severity, found.sentence) == ("error", "The name is wrong. Rename it.")


@pytest.mark.parametrize("name", ["a\nb.png", "a\x7fb.png"])
def test_a_name_that_no_farm_can_keep(scene: bpy.types.Scene, find: Find, project: Path, name: str) -> None:
    (project / name).write_bytes(b"x")
    image = bpy.data.images.new("picture", 4, 4)
    image.source, image.filepath_raw = "FILE", f"//{name}"
    show_image(image)
    found = [finding for finding in find() if finding.severity == "error"]
    assert "control character" in found[0].what
    assert (found[0].collection, found[0].datablock) == ("images", image.name)
    with pytest.raises(RuntimeError, match="control character"):
        bpy.ops.renderjuice.submit(frames="1")


@pytest.mark.parametrize("name", ["maps\n/wood.png", "inner/maps\n/wood.png", "../maps\n/wood.png"])
def test_a_folder_that_no_farm_can_keep(scene: bpy.types.Scene, find: Find, project: Path, name: str) -> None:
    path = Path(os.path.normpath(project / name))
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x")
    image = bpy.data.images.new("picture", 4, 4)
    image.source, image.filepath_raw = "FILE", f"//{name}"
    show_image(image)
    [found] = [finding for finding in find() if finding.severity == "error"]
    assert "maps? holds a control character" in found.what


def test_a_backup_is_to_be_saved_under_another_name(scene: bpy.types.Scene, find: Find, project: Path) -> None:
    bpy.ops.wm.save_as_mainfile(filepath=str(project / "shot.blend1"))
    [found] = [finding for finding in find() if finding.severity == "error"]
    assert found.sentence == (
        "The scene is called shot.blend1, and a farm looks for a name that ends with .blend. Save it under such a name."
    )


def test_a_library_with_the_scenes_name(scene: bpy.types.Scene, find: Find, project: Path) -> None:
    (project / "lib").mkdir()
    library = library_with(project / "lib" / "Shot.blend", bpy.data.objects["Cube"])
    with bpy.data.libraries.load(str(library), link=True) as (_there, here):
        here.objects = ["Cube"]
    [found] = [finding for finding in find() if finding.severity == "error"]
    assert f"the same name as the library {library}" in found.what


def test_a_path_from_where_blender_was_started(
    scene: bpy.types.Scene, find: Find, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_picture(project / "wood.png")
    monkeypatch.chdir(project)
    show_image(bpy.data.images.load("wood.png"))
    [found] = [finding for finding in find() if finding.severity == "error"]
    assert "the folder in which Blender was started" in found.what


def test_a_scene_that_no_farm_can_keep(scene: bpy.types.Scene, find: Find, project: Path) -> None:
    bpy.ops.wm.save_as_mainfile(filepath=str(project / "shot\n.blend"))
    [found] = [finding for finding in find() if finding.severity == "error"]
    assert "shot?.blend holds a control character" in found.what


def agree(finding: Any) -> None:
    """Press Send Without Them."""
    assert finding.alternative == "send_without_files"
    assert bpy.ops.renderjuice.fix("EXEC_DEFAULT", True, remedy=finding.alternative, name=finding.datablock) == {
        "FINISHED"
    }


def lose(project: Path, name: str) -> bpy.types.Material:
    """A material of the cube whose picture is gone."""
    a_picture(project / name)
    material = show_image(bpy.data.images.load(f"//{name}"))
    (project / name).unlink()
    return material


def test_an_artist_may_send_without_what_is_missing(scene: bpy.types.Scene, find: Find, project: Path) -> None:
    lose(project, "first.png")
    lose(project, "second.png")
    found = find()
    assert [(each.severity, each.remedy) for each in found] == [("error", "find_files")] * 2
    agree(found[0])
    assert [each.severity for each in find()] == ["warning"] * 2
    assert all("The scene is sent without it." in each.what for each in find())
    # less is missing than was agreed to, then more
    bpy.data.materials["Shown"].node_tree.nodes.clear()
    assert [each.severity for each in find()] == ["warning"]
    lose(project, "third.png")
    assert [each.severity for each in find()] == ["error"] * 2
    bpy.ops.wm.save_mainfile()
    assert str(project).encode() not in scene.renderjuice.without_files.encode()


def test_to_send_without_can_be_undone(scene: bpy.types.Scene, find: Find, project: Path) -> None:
    lose(project, "first.png")
    bpy.ops.ed.undo_push(message="before")
    agree(find()[0])
    assert [each.severity for each in find()] == ["warning"]
    bpy.ops.ed.undo()
    assert [each.severity for each in find()] == ["error"]


def test_what_is_perhaps_not_read_is_a_warning(scene: bpy.types.Scene, find: Find, project: Path) -> None:
    material = lose(project, "first.png")
    tree = material.node_tree
    group: Any = bpy.data.node_groups.new("Two Outputs", "ShaderNodeTree")
    for name in ("Picture", "Plain"):
        group.interface.new_socket(name, in_out="OUTPUT", socket_type="NodeSocketColor")
    picture, output = group.nodes.new("ShaderNodeTexImage"), group.nodes.new("NodeGroupOutput")
    picture.image = bpy.data.images["first.png"]
    group.links.new(picture.outputs[0], output.inputs["Picture"])
    tree.nodes.remove(next(node for node in tree.nodes if node.type == "TEX_IMAGE"))
    node = tree.nodes.new("ShaderNodeGroup")
    node.node_tree = group
    surface = next(each for each in tree.nodes if each.type == "OUTPUT_MATERIAL").inputs["Surface"]
    tree.links.new(node.outputs["Plain"], surface)
    (found,) = find()
    assert (found.severity, found.alternative) == ("warning", None)
    assert "The rendered frames may do without it." in found.what
    tree.links.new(node.outputs["Picture"], surface)
    tree.links.new(node.outputs["Plain"], tree.nodes.new("ShaderNodeOutputAOV").inputs[0])
    assert [each.severity for each in find()] == ["error"]


def test_a_lost_strip_is_named(scene: bpy.types.Scene, find: Find, project: Path) -> None:
    a_picture(project / "title.png")
    strips_of(scene).new_image("Opening Title", str(project / "title.png"), channel=1, frame_start=1)
    (project / "title.png").unlink()
    found = next(each for each in find() if each.severity == "error")
    assert "Sequencer strip “Opening Title” is missing" in found.what
    assert (found.datablock, found.collection) == (scene.name, "scenes")
