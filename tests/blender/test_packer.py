# SPDX-License-Identifier: GPL-3.0-or-later
"""Scenes with paths that do not hold on a farm: a second Blender rewrites them, and the package is whole by itself."""

from __future__ import annotations

import json
import os
import shutil
import sys
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import bpy
import pytest

from renderjuice.jobs.packaging.layout import Layout, plan_layout
from renderjuice.jobs.packaging.package import make_package
from renderjuice.jobs.packaging.package_error import PackageError
from renderjuice.jobs.packaging.packing import rewrite_paths
from renderjuice.jobs.packaging.path_use import PathUse
from renderjuice.operators.submit import make_manifest
from renderjuice.scene.dependencies import find_dependencies
from renderjuice.scene.snapshot import save_snapshot

BLENDER = (sys.executable, "-I")


@dataclass
class Sent:
    """A package that was unpacked into an empty folder: where its scene is, and how it was made."""

    scene: Path
    layout: Layout
    report: dict[str, dict[str, object]]
    names: list[str]

    @property
    def folder(self) -> Path:
        """Where the package was unpacked."""
        depth = len(self.layout.place_of(self.layout.blend).parts)
        return self.scene.parents[depth - 1]


@pytest.fixture(autouse=True)
def empty_scene() -> Iterator[None]:
    """Begin and end with nothing open that another test made."""
    bpy.ops.wm.read_homefile(use_factory_startup=False, use_empty=True)
    yield
    bpy.ops.wm.read_homefile(use_factory_startup=False, use_empty=True)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The folder of the artist's scenes."""
    folder = tmp_path / "work" / "film" / "scenes"
    folder.mkdir(parents=True)
    return folder


def picture(path: Path) -> Path:
    """An image file with its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = bpy.data.images.new("new", 2, 2)
    image.filepath_raw, image.file_format = str(path), "PNG"
    image.save()
    bpy.data.images.remove(image)
    return path


def textured(name: str, *written: str) -> bpy.types.Object:
    """A mesh object of the open scene whose material reads these images."""
    made = bpy.data.objects.new(name, bpy.data.meshes.new(name))
    material = bpy.data.materials.new(name)
    if not material.node_tree:
        material.use_nodes = True
    for path in written:
        image = bpy.data.images.new(path, 1, 1)
        image.source = "FILE"
        image.filepath_raw = path
        material.node_tree.nodes.new("ShaderNodeTexImage").image = image
    made.data.materials.append(material)
    bpy.context.scene.collection.objects.link(made)
    return made


def link(library: Path, name: str, written: str | None = None) -> bpy.types.Library:
    """Link an object of a library into the open scene, and have its path written so."""
    with bpy.data.libraries.load(str(library), link=True) as (there, here):
        assert name in there.objects
        here.objects = [name]
    linked = next(one for one in bpy.data.objects if one.name == name and one.library)
    bpy.context.scene.collection.objects.link(linked)
    found = linked.library
    if written is not None:
        found.filepath = written
    return found


def begin(path: Path) -> Path:
    """A new scene that lies there, so that relative paths lead somewhere."""
    bpy.ops.wm.read_homefile(use_factory_startup=False, use_empty=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    return save(path)


def save(path: Path) -> Path:
    """Save the open scene there, with its paths as they are written."""
    bpy.ops.wm.save_as_mainfile(filepath=str(path), relative_remap=False, compress=False)
    return path


def send(tmp_path: Path, blend: Path | None = None, blender: Sequence[str] = BLENDER) -> Sent:
    """Package what is open, as submitting and the worker do, and unpack it with all that it came from out of reach."""
    snapshot = tmp_path / "home" / "submission" / "snapshot" / (blend.name if blend else "untitled.blend")
    blend = blend or snapshot
    found = find_dependencies(bpy.context.scene, (1,))
    assert not found.missing and not found.refused
    manifest = make_manifest(blend, found)
    save_snapshot(snapshot, found.unread, is_remapped=manifest.is_remapped)
    folder = snapshot.parent.parent
    layout = plan_layout(blend, manifest.uses, is_remapped=manifest.is_remapped)
    before = states(tmp_path / "work")
    copies = rewrite_paths(layout, snapshot, blender, folder, lambda: None) if layout.rewritten else {}
    files = [file for use in manifest.uses for file in use.files]
    made = make_package(blend, snapshot, files, folder, lambda _done, _total: None, layout, copies)
    assert states(tmp_path / "work") == before, "something of the artist's was touched"
    reports = [json.loads(path.read_text()) for path in folder.glob("packer-*/report.json")]
    bpy.ops.wm.read_homefile(use_factory_startup=False, use_empty=True)
    (tmp_path / "work").rename(tmp_path / "out of reach")
    farm = tmp_path / "farm" / "deep" / "down"
    with zipfile.ZipFile(made.path) as archive:
        archive.extractall(farm)
        names = archive.namelist()
    shutil.rmtree(tmp_path / "home")
    report = {Path(file["blend"]).name: file for one in reports for file in one["files"]}
    return Sent(farm / str(layout.place_of(blend)), layout, report, names)


def states(folder: Path) -> dict[str, tuple[int, int]]:
    """The size and the time of every file in a folder."""
    found = {str(path): path.lstat() for path in folder.rglob("*")}
    return {path: (status.st_size, status.st_mtime_ns) for path, status in found.items()}


def check(sent: Sent, *, files: int) -> None:
    """Open the unpacked scene, and see that every path in it and in what it links leads to a file of the package."""
    bpy.ops.wm.open_mainfile(filepath=str(sent.scene), load_ui=False)
    found = find_dependencies(bpy.context.scene, (1,))
    assert not found.missing
    paths = {path for one in found.used for path in one.files}
    assert len(paths) == files
    for path in paths:
        assert Path(path).is_relative_to(sent.folder)
    for one in found.used:
        assert one.written.startswith("//"), one
    for library in bpy.data.libraries:
        assert not library.is_missing
    # and so does Blender itself, which looks at more than what is rendered
    for path in bpy.utils.blend_paths(absolute=True, packed=False):
        if "datafiles" not in path:
            assert Path(os.path.normpath(path)).is_file(), path


def test_an_absolute_path_within_the_project_and_one_elsewhere(tmp_path: Path, project: Path) -> None:
    inside, beside = picture(project.parent / "tex" / "wood.png"), picture(tmp_path / "work" / "disk" / "wood.png")
    picture(project.parent / "tex" / "bark.png")
    shot = begin(project / "shot.blend")
    textured("Own", str(inside), str(beside), "//../tex/bark.png")
    save(shot)
    sent = send(tmp_path, shot)
    assert sorted(sent.names) == ["external/01-disk/wood.png", "scenes/shot.blend", "tex/bark.png", "tex/wood.png"]
    check(sent, files=3)


def test_a_scene_of_relative_paths_is_not_opened_again(tmp_path: Path, project: Path) -> None:
    picture(project.parent / "tex" / "wood.png")
    shot = begin(project / "shot.blend")
    textured("Own", "//../tex/wood.png", "//..\\tex\\wood.png")
    save(shot)
    sent = send(tmp_path, shot, blender=())
    assert sent.layout.rewritten == ()
    check(sent, files=1)


def test_a_scene_that_was_never_saved(tmp_path: Path) -> None:
    textured("Own", str(picture(tmp_path / "work" / "disk" / "wood.png")))
    sent = send(tmp_path)
    assert sent.names == ["untitled.blend", "external/01-disk/wood.png"]
    check(sent, files=1)


def test_a_library_elsewhere_with_an_absolute_path_inside(tmp_path: Path, project: Path) -> None:
    disk = tmp_path / "work" / "disk"
    picture(disk / "maps" / "bark.png")
    library = begin(disk / "lib" / "tree.blend")
    textured("Tree", str(picture(tmp_path / "work" / "tex" / "leaf.png")), "//../maps/bark.png")
    save(library)
    shot = begin(project / "shot.blend")
    picture(project / "own.png")
    textured("Own", "//own.png")
    link(library, "Tree", str(library))
    save(shot)
    sent = send(tmp_path, shot)
    assert [path.name for path in sent.layout.rewritten] == ["shot.blend", "tree.blend"]
    # the path that holds is left as it is
    [change] = sent.report["tree.blend"]["changed"]
    assert change[-1] == "//../../02-tex/leaf.png"
    check(sent, files=4)


def test_what_nothing_in_a_library_uses_is_still_there(tmp_path: Path, project: Path) -> None:
    library = begin(tmp_path / "work" / "disk" / "tree.blend")
    tree = textured("Tree", str(picture(tmp_path / "work" / "tex" / "leaf.png")))
    # as tools save assets: by themselves, without a scene
    bpy.data.libraries.write(str(library), {tree})
    shot = begin(project / "shot.blend")
    link(library, "Tree", str(library))
    save(shot)
    sent = send(tmp_path, shot)
    assert sent.report["tree.blend"]["is_saved"]
    check(sent, files=2)
    assert bpy.data.objects["Tree"].type == "MESH"


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_texture_by_two_relative_routes_is_stored_once(tmp_path: Path, project: Path, kind: str) -> None:
    shot = begin(project / "shot.blend")
    wood = picture(project / "tex" / "wood.png")
    if kind == "file":
        (project / "link.png").symlink_to(wood)
        written = "//link.png"
    else:
        (project / "maps").symlink_to(wood.parent, target_is_directory=True)
        written = "//maps/wood.png"
    textured("Table", "//tex/wood.png", written)
    save(shot)
    sent = send(tmp_path, shot)
    assert len(sent.names) == 2
    check(sent, files=1)


def test_a_library_used_by_two_relative_routes(tmp_path: Path, project: Path) -> None:
    library = begin(project.parent / "lib" / "tree.blend")
    picture(library.parent / "bark.png")
    textured("Tree", "//bark.png", "//../lib/bark.png")
    save(library)
    (project.parent / "link").symlink_to(library.parent, target_is_directory=True)
    outer = begin(project.parent / "sets" / "set.blend")
    textured("Bush", "//../lib/bark.png")
    link(library, "Tree", "//../link/tree.blend")
    bpy.data.objects["Bush"].parent = bpy.data.objects["Tree"]
    save(outer)
    shot = begin(project / "shot.blend")
    link(library, "Tree", "//../lib/../lib/tree.blend")
    link(outer, "Bush", "//../sets/set.blend")
    save(shot)
    bpy.ops.wm.open_mainfile(filepath=str(shot))
    sent = send(tmp_path, shot)
    # one file for each name that Blender has for the library, which it takes for two; and one texture
    assert sorted(sent.names) == [
        "lib/bark.png",
        "lib/tree.blend",
        "link/tree.blend",
        "scenes/shot.blend",
        "sets/set.blend",
    ]
    assert [change[-1] for change in sent.report["tree.blend"]["changed"]] == ["//../lib/bark.png"]
    check(sent, files=4)


def test_libraries_that_link_each_other(tmp_path: Path, project: Path) -> None:
    folder = project.parent / "lib"
    one = begin(folder / "one.blend")
    textured("One", str(picture(tmp_path / "work" / "disk" / "wood.png")))
    save(one)
    two = begin(folder / "two.blend")
    picture(folder / "two.png")
    textured("Two", "//two.png")
    link(one, "One", "//one.blend")
    save(two)
    bpy.ops.wm.open_mainfile(filepath=str(one))
    link(two, "Two", "//two.blend")
    save(one)
    shot = begin(project / "shot.blend")
    link(one, "One", "//../lib/one.blend")
    link(two, "Two", "//../lib/two.blend")
    save(shot)
    bpy.ops.wm.open_mainfile(filepath=str(shot))
    sent = send(tmp_path, shot)
    assert one in sent.layout.rewritten
    check(sent, files=4)


def test_a_path_above_the_root(tmp_path: Path, project: Path) -> None:
    wood = picture(tmp_path / "work" / "disk" / "wood.png")
    shot = begin(project / "shot.blend")
    up = "../" * (len(project.parts) + 3)
    textured("Own", f"//{up}{wood.relative_to('/')}")
    save(shot)
    sent = send(tmp_path, shot)
    [change] = sent.report["shot.blend"]["changed"]
    assert change[-1] == "//../../disk/wood.png"
    check(sent, files=1)


def test_a_path_that_blender_does_not_remap_counts_from_the_artists_folder(tmp_path: Path, project: Path) -> None:
    wood = picture(project.parent / "tex" / "wood.png")
    shot = begin(project / "shot.blend")
    textured("Own", "//../tex/wood.png")
    save(shot)
    snapshot = tmp_path / "home" / "snapshot" / "shot.blend"
    save_snapshot(snapshot, is_remapped=False)
    layout = plan_layout(shot, [PathUse(shot, "//../tex/wood.png", wood, (wood,))], is_remapped=True)
    copies = rewrite_paths(layout, snapshot, BLENDER, tmp_path, lambda: None)
    [file] = json.loads(next(tmp_path.glob("packer-*/report.json")).read_text())["files"]
    assert (file["changed"], file["unknown"]) == ([], [])
    assert copies[shot].is_file()


def test_the_active_scene_stays_the_active_one(tmp_path: Path, project: Path) -> None:
    shot = begin(project / "shot.blend")
    bpy.context.window.scene = bpy.data.scenes.new("Second")
    textured("Own", str(picture(tmp_path / "work" / "disk" / "wood.png")))
    save(shot)
    bpy.ops.wm.open_mainfile(filepath=str(shot))
    assert bpy.context.scene.name == "Second"
    check(send(tmp_path, shot), files=1)
    assert bpy.context.scene.name == "Second"


@pytest.mark.parametrize("content", [b"BLENDER-v405 and then nothing", b"\x00 encrypted \xff" * 100, b""])
def test_a_broken_library_is_named(tmp_path: Path, project: Path, content: bytes) -> None:
    library = project / "broken.blend"
    library.write_bytes(content)
    texture = picture(project / "wood.png")
    blend = begin(project / "shot.blend")
    uses = [
        PathUse(blend, "//broken.blend", library, (library,)),
        PathUse(library, str(texture), texture, (texture,)),
    ]
    layout = plan_layout(blend, uses)
    with pytest.raises(PackageError, match=r"Blender cannot open .*broken\.blend to rewrite its paths: .+\. Mend"):
        rewrite_paths(layout, blend, BLENDER, tmp_path, lambda: None)
