# SPDX-License-Identifier: GPL-3.0-or-later
"""The check of files and libraries that are there and cannot be read: one clear finding each."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

from renderjuice.tests.blender.scene_parts import library_with, nodes_of, show_image, strips_of

Find = Callable[[], list[Any]]
Files = Callable[[], list[str]]

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"


@pytest.fixture
def files(load: Callable[[str], ModuleType]) -> Files:
    """Gives the files that would be sent, beside the .blend."""

    def look() -> list[str]:
        found = load("scene.dependencies.needed_files").find_needed_files(bpy.context.scene, (1,))
        return sorted(found.files)

    return look


def spoil(path: Path, kind: str) -> None:
    """Have something else lie in the place of a file."""
    content = path.read_bytes() if path.is_file() else b""
    path.unlink()
    match kind:
        case "pointer":
            path.write_bytes(POINTER)
        case "empty":
            path.touch()
        case "folder":
            path.mkdir()
        case "text":
            path.write_bytes(b"<!DOCTYPE html><title>404</title>")
        case "half":
            path.write_bytes(content[: len(content) // 2])


def picture(path: Path) -> bpy.types.Image:
    """An image with its file, in a material of the cube."""
    image = bpy.data.images.new(path.stem, 4, 4)
    image.filepath_raw, image.file_format = str(path), "PNG"
    image.save()
    image.source = "FILE"
    show(image)
    return image


def show(image: bpy.types.Image) -> Any:
    """Color the cube with an image; gives its node."""
    tree = nodes_of(show_image(image))
    (node,) = (node for node in tree.nodes if node.type == "TEX_IMAGE")
    shader = next((node for node in tree.nodes if node.type == "BSDF_PRINCIPLED"), None)
    if shader is None:
        shader, output = tree.nodes.new("ShaderNodeBsdfPrincipled"), tree.nodes.new("ShaderNodeOutputMaterial")
        tree.links.new(shader.outputs[0], output.inputs[0])
    tree.links.new(node.outputs["Color"], shader.inputs["Base Color"])
    return node


WORDS = {
    "pointer": "it only stands for a file that is kept elsewhere, as with Git LFS",
    "empty": "it is empty",
    "text": "it is no image",
}


@pytest.mark.parametrize("kind", ["pointer", "empty", "text"])
def test_an_image_that_is_none(scene: bpy.types.Scene, find: Find, project: Path, kind: str) -> None:
    path = project / "wood.png"
    picture(path)
    assert find() == []
    spoil(path, kind)
    (found,) = find()
    assert (found.severity, found.datablock, found.collection) == ("error", "wood", "images")
    assert found.what == f"Image “wood” cannot be read: {path}: {WORDS[kind]}."
    assert ("git lfs pull" in found.fix) == (kind == "pointer")
    with pytest.raises(RuntimeError, match="cannot be read"):
        bpy.ops.renderjuice.submit()
    bpy.data.objects["Cube"].hide_render = True
    assert find() == []
    bpy.data.objects["Cube"].hide_render = False
    assert len(find()) == 1
    # an image that only a fake user keeps is nobody's
    bpy.data.objects["Cube"].data.materials.clear()
    bpy.data.images["wood"].use_fake_user = True
    assert find() == []


def test_an_image_that_is_a_folder(scene: bpy.types.Scene, find: Find, project: Path) -> None:
    picture(project / "wood.png")
    spoil(project / "wood.png", "folder")
    (found,) = find()
    assert found.what == f"Image “wood” leads to a folder in place of a file: {project / 'wood.png'}."
    assert (found.severity, found.remedy) == ("error", None)


def test_the_pictures_of_a_sequence_are_one_finding(scene: bpy.types.Scene, find: Find, project: Path) -> None:
    for number in (1, 2, 3):
        bpy.data.images.remove(picture(project / f"a{number}.png"))
    image = bpy.data.images.load(str(project / "a1.png"))
    image.source = "SEQUENCE"
    show(image).image_user.frame_duration = 3
    assert find() == []
    for number in (2, 3):
        spoil(project / f"a{number}.png", "pointer")
    (found,) = find()
    assert f"has 2 files that cannot be read, such as {project / 'a2.png'}: it only stands" in found.what


@pytest.mark.parametrize("kind", ["pointer", "empty"])
def test_every_other_kind_of_file(scene: bpy.types.Scene, find: Find, project: Path, kind: str) -> None:
    cube = bpy.data.objects["Cube"]
    cube.modifiers.new("moved", "MESH_CACHE").filepath = "//wave.mdd"
    volume = bpy.data.volumes.new("smoke")
    volume.filepath = "//smoke.vdb"
    scene.collection.objects.link(bpy.data.objects.new("smoke", volume))
    (project / "letters.ttf").write_bytes(Path(fonts_of_blender()).read_bytes())
    curve = bpy.data.curves.new("words", "FONT")
    curve.font = bpy.data.fonts.load(str(project / "letters.ttf"))
    scene.collection.objects.link(bpy.data.objects.new("words", curve))
    for name in ("wave.mdd", "smoke.vdb"):
        (project / name).write_bytes(bytes(5000))
    assert [found for found in find() if found.severity == "error"] == []
    names = ("wave.mdd", "smoke.vdb", "letters.ttf")
    for name in names:
        spoil(project / name, kind)
    errors = [found for found in find() if found.severity == "error"]
    assert len(errors) == len(names)
    assert all(sum(name in found.what for found in errors) == 1 for name in names)
    assert all(WORDS[kind] in found.what for found in errors)


@pytest.mark.parametrize("kind", ["pointer", "empty"])
def test_a_strip_is_named_while_it_is_shown(scene: bpy.types.Scene, find: Find, project: Path, kind: str) -> None:
    picture(project / "title.png")
    strips_of(scene).new_image("Title", str(project / "title.png"), 1, 2)
    bpy.data.objects["Cube"].data.materials.clear()
    spoil(project / "title.png", kind)
    errors = [found for found in find() if found.severity == "error"]
    assert [found.what for found in errors] == [
        f"Sequencer strip “Title” cannot be read: {project / 'title.png'}: {WORDS[kind]}."
    ]
    strips_of(scene)[0].mute = True
    assert [found for found in find() if found.severity == "error"] == []


def test_an_image_of_a_library(scene: bpy.types.Scene, find: Find, project: Path) -> None:
    picture(project / "wood.png")
    material = bpy.data.materials["Shown"]
    material.use_fake_user = False
    bpy.data.images["wood"].filepath = "//wood.png"
    library = library_with(project / "library.blend", material)
    bpy.data.materials.remove(material)
    bpy.data.images.remove(bpy.data.images["wood"])
    with bpy.data.libraries.load(str(library), link=True, relative=True) as (_there, here):
        here.materials = ["Shown"]
    cube = bpy.data.objects["Cube"]
    cube.data.materials.append(here.materials[0])
    assert find() == []
    spoil(project / "wood.png", "pointer")
    (found,) = find()
    assert (found.datablock, found.collection) == ("wood", "")
    # an own image of the same name is another one
    own = bpy.data.images.new("wood", 4, 4)
    own.use_fake_user = True
    assert len(find()) == 1
    cube.data.materials.clear()
    assert find() == []


def test_the_files_of_a_bake(scene: bpy.types.Scene, find: Find, project: Path) -> None:
    cube = bpy.data.objects["Cube"]
    cache = cube.modifiers.new("simulated", "CLOTH").point_cache
    cache.use_disk_cache, cache.frame_end = True, 3
    with bpy.context.temp_override(point_cache=cache, object=cube, active_object=cube):
        bpy.ops.ptcache.bake(bake=True)
    assert find() == []
    for path in project.rglob("*.bphys"):
        spoil(path, "pointer")
    (found,) = find()
    assert found.what.startswith("Simulation cache “Cube” has 3 files that cannot be read, such as ")


def fonts_of_blender() -> str:
    """A font that every Blender brings."""
    folder = Path(bpy.utils.system_resource("DATAFILES", path="fonts"))
    return str(next(path for path in sorted(folder.iterdir()) if path.suffix in {".ttf", ".woff2"}))


def library_of(scene: bpy.types.Scene, project: Path, *, is_nested: bool) -> Path:
    """A library from which the open, saved file links a chair, straight or by way of another library."""
    chair = bpy.data.objects.new("Chair", bpy.data.meshes.new("Chair"))
    inner = library_with(project / "inner.blend", chair)
    bpy.data.objects.remove(chair)
    room = None
    if is_nested:
        with bpy.data.libraries.load(str(inner), link=True, relative=True) as (_there, here):
            here.objects = ["Chair"]
        room = bpy.data.collections.new("Room")
        room.objects.link(here.objects[0])
        library_with(project / "outer.blend", room)
        bpy.data.collections.remove(room)
        bpy.data.libraries.remove(bpy.data.libraries["inner.blend"])
        with bpy.data.libraries.load(str(project / "outer.blend"), link=True, relative=True) as (_there, here):
            here.collections = ["Room"]
        scene.collection.children.link(here.collections[0])
    else:
        with bpy.data.libraries.load(str(inner), link=True, relative=True) as (_there, here):
            here.objects = ["Chair"]
        scene.collection.objects.link(here.objects[0])
    bpy.ops.wm.save_mainfile()
    return inner


def open_again() -> None:
    """Open the file anew, whatever Blender reports of it."""
    try:
        bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath)
    except RuntimeError as error:
        assert "inner.blend" in str(error)


@pytest.mark.parametrize("is_nested", [False, True])
@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("pointer", "it only stands for a file that is kept elsewhere, as with Git LFS."),
        ("empty", "it is empty."),
        ("half", "its end is missing."),
        ("text", "it is no .blend file."),
    ],
)
def test_a_library_that_is_none(
    scene: bpy.types.Scene, find: Find, project: Path, kind: str, words: str, is_nested: bool
) -> None:
    inner = library_of(scene, project, is_nested=is_nested)
    assert find() == []
    spoil(inner, kind)
    # at once, and as the file is found the next day
    for look in (find, lambda: open_again() or find()):
        (found,) = look()
        assert (found.severity, found.datablock) == ("error", "inner.blend")
        assert found.what.startswith("The library “inner.blend”, from which “Chair” ")
        assert f"cannot be read: {inner}: {words}" in found.what
        assert ("It is used by the library “outer.blend”." in found.what) == is_nested
        assert found.collection == ("" if is_nested else "libraries")
    # what only another scene has is not missed
    other = bpy.data.scenes.new("Other")
    for things, linked in (
        (bpy.context.scene.collection.objects, other.collection.objects),
        (bpy.context.scene.collection.children, other.collection.children),
    ):
        for thing in [thing for thing in things if thing.library]:
            linked.link(thing)
            things.unlink(thing)
    assert find() == []


@pytest.mark.parametrize("is_nested", [False, True])
def test_a_library_that_is_a_folder(scene: bpy.types.Scene, find: Find, project: Path, is_nested: bool) -> None:
    inner = library_of(scene, project, is_nested=is_nested)
    spoil(inner, "folder")
    open_again()
    (found,) = find()
    assert found.what == f"Library “inner.blend” leads to a folder in place of a file: {inner}."
    assert found.severity == "error"


def test_a_library_that_was_away_when_the_file_was_opened(scene: bpy.types.Scene, find: Find, project: Path) -> None:
    inner = library_of(scene, project, is_nested=False)
    shutil.move(inner, project / "kept")
    open_again()
    shutil.move(project / "kept", inner)
    (found,) = find()
    assert "Blender could not read it when this file was opened" in found.what
    assert found.fix.startswith("Open this file again")
    open_again()
    assert find() == []


def test_a_compressed_library_that_is_cut_off(scene: bpy.types.Scene, find: Find, project: Path) -> None:
    inner = library_of(scene, project, is_nested=False)
    shot = bpy.data.filepath
    bpy.ops.wm.open_mainfile(filepath=str(inner))
    bpy.ops.wm.save_mainfile(compress=True)
    bpy.ops.wm.open_mainfile(filepath=shot)
    assert find() == []
    spoil(inner, "half")
    open_again()
    (found,) = find()
    assert "its end is missing" in found.what


def agree(finding: Any) -> None:
    """Press Send Without Them."""
    assert finding.alternative == "send_without_files"
    assert bpy.ops.renderjuice.fix(remedy=finding.alternative, name=finding.datablock) == {"FINISHED"}


@pytest.mark.parametrize("kind", ["pointer", "empty", "text", "forbidden"])
def test_an_artist_may_send_without_what_is_broken(
    scene: bpy.types.Scene, find: Find, project: Path, files: Files, kind: str
) -> None:
    path = project / "wood.png"
    picture(path)
    assert files() == [str(path)]
    if kind == "forbidden":
        path.chmod(0)
        if os.access(path, os.R_OK):
            pytest.skip("this user may read everything")
    else:
        spoil(path, kind)
    agree(find()[0])
    (found,) = find()
    assert (found.severity, found.alternative) == ("warning", None)
    assert found.what.endswith("The scene is sent without it.")
    assert files() == []
    # nothing that was not agreed to
    (project / "bark.png").write_bytes(POINTER)
    bpy.data.objects["Cube"].modifiers.new("moved", "MESH_CACHE").filepath = "//bark.png"
    assert [each.severity for each in find()] == ["error"] * 2


def test_a_broken_file_of_a_modifier_that_is_off(scene: bpy.types.Scene, find: Find, project: Path) -> None:
    cube = bpy.data.objects["Cube"]
    modifier: Any = cube.modifiers.new("moved", "MESH_CACHE")
    modifier.filepath = "//wave.mdd"
    (project / "wave.mdd").write_bytes(POINTER)
    assert [found.severity for found in find()] == ["error"]
    modifier.show_render = False
    assert find() == []


def test_a_broken_file_of_an_unlinked_node(scene: bpy.types.Scene, find: Find, project: Path) -> None:
    (project / "lamp.ies").write_bytes(POINTER)
    light: Any = bpy.data.lights["Light"]
    light.use_nodes = True
    node = light.node_tree.nodes.new("ShaderNodeTexIES")
    node.mode, node.filepath = "EXTERNAL", "//lamp.ies"
    assert find() == []
    shine = next(each for each in light.node_tree.nodes if each.type == "EMISSION")
    light.node_tree.links.new(node.outputs[0], shine.inputs["Strength"])
    assert [found.severity for found in find()] == ["error"]


@pytest.mark.parametrize("is_nested", [False, True])
@pytest.mark.parametrize("is_opened_again", [False, True])
def test_an_artist_may_send_without_a_broken_library(
    scene: bpy.types.Scene,
    find: Find,
    project: Path,
    files: Files,
    is_nested: bool,
    is_opened_again: bool,
) -> None:
    inner = library_of(scene, project, is_nested=is_nested)
    outer = [str(project / "outer.blend")] if is_nested else []
    assert files() == [str(inner), *outer]
    spoil(inner, "half")
    if is_opened_again:
        open_again()
    agree(find()[0])
    (found,) = find()
    assert found.severity == "warning"
    assert found.what.endswith("The scene is sent without it.")
    assert files() == outer


def test_what_of_a_broken_library_tells_a_place(scene: bpy.types.Scene, find: Find, project: Path) -> None:
    """As of one that is missing: a visible thing stands where a linked empty is."""
    holder = bpy.data.objects.new("Holder", None)
    path = library_with(project / "places.blend", holder)
    bpy.data.objects.remove(holder)
    with bpy.data.libraries.load(str(path), link=True, relative=True) as (_there, here):
        here.objects = ["Holder"]
    scene.collection.objects.link(here.objects[0])
    here.objects[0].hide_render = True
    spoil(path, "pointer")
    assert find() == []
    bpy.data.objects["Cube"].parent = here.objects[0]
    assert [found.severity for found in find()] == ["error"]
