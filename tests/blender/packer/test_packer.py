# SPDX-License-Identifier: GPL-3.0-or-later
"""Scenes with paths that do not hold on a farm: a second Blender rewrites them, and the package is whole by itself."""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
import sys
import wave
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import bpy
import pytest

from renderjuice.jobs.packaging.package import make_package
from renderjuice.jobs.packaging.run_packer import rewrite_paths
from renderjuice.live.submission import make_manifest
from renderjuice.local_farm.inside_blender.missing_files import missing_files
from renderjuice.messages.message import Message, from_json
from renderjuice.package_layout.layout import Layout, plan_layout
from renderjuice.package_layout.package_error import PackageError
from renderjuice.package_layout.path_use import PathForm, PathUse
from renderjuice.packer.rewriting import carry_out
from renderjuice.scene.dependencies.scan import find_dependencies
from renderjuice.scene_edits.snapshot import save_snapshot
from renderjuice.tests.blender.scene_parts import strips_of
from renderjuice.tests.blender.travel.movies import write_movie

BLENDER = (sys.executable, "-I")


@dataclass
class Sent:
    """A package that was unpacked into an empty folder: where its scene is, and how it was made."""

    scene: Path
    layout: Layout
    report: dict[str, dict[str, Any]]
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


def send(
    tmp_path: Path, blend: Path | None = None, blender: Sequence[str] = BLENDER, *, is_remapped: bool = False
) -> Sent:
    """Package what is open, as submitting and the worker do, and unpack it with all that it came from out of reach.

    The packer runs in any case when it `is_remapped`.
    """
    snapshot = tmp_path / "home" / "submission" / "snapshot" / (blend.name if blend else "untitled.blend")
    blend = blend or snapshot
    found = find_dependencies(bpy.context.scene, (1,))
    assert not found.missing and not found.refused
    manifest = make_manifest(blend, found)
    manifest = replace(manifest, is_remapped=manifest.is_remapped or is_remapped)
    save_snapshot(snapshot, found.unread, is_remapped=manifest.is_remapped)
    folder = snapshot.parent.parent
    layout = plan_layout(blend, manifest.uses, is_remapped=manifest.is_remapped)
    before = states(tmp_path / "work")
    copies = (
        rewrite_paths(layout, snapshot, blender, folder, lambda: None, unread=manifest.unread)
        if layout.rewritten
        else {}
    )
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
    # with its window, as farms do: it says which scene and which view layer are the active ones
    bpy.ops.wm.open_mainfile(filepath=str(sent.scene))
    found = find_dependencies(bpy.context.scene, (1,))
    assert not found.missing
    paths = {path for one in found.used for path in one.files}
    assert len(paths) == files
    for path in paths:
        assert Path(path).is_relative_to(sent.folder)
    for one in found.used:
        # how libraries name each other is not known
        assert one.written.startswith("//") or (one.written == one.path and one.collection == "libraries"), one
    for library in bpy.data.libraries:
        assert not library.is_missing
    packed = {os.path.normpath(one.path) for one in found.used if one.kind == "Packed library"}
    # and so does Blender itself, which looks at more than what is rendered, and at strips and clips without a path
    for path in bpy.utils.blend_paths(absolute=True, packed=False):
        if path and "datafiles" not in path and os.path.normpath(path) not in packed:
            assert Path(os.path.normpath(path)).is_file(), path
    assert not missing_files(bpy.context.scene, str(sent.folder), (1,), True)


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
    layout = plan_layout(shot, [PathUse(shot, "//../tex/wood.png", wood, (wood,), PathForm.RELATIVE)], is_remapped=True)
    copies = rewrite_paths(layout, snapshot, BLENDER, tmp_path, lambda: None)
    [file] = json.loads(next(tmp_path.glob("packer-*/report.json")).read_text())["files"]
    assert (file["changed"], file["unknown"]) == ([], [])
    assert copies[shot].is_file()


def test_a_pattern_counts_from_the_folder_in_which_its_files_are(tmp_path: Path, project: Path) -> None:
    tile = picture(project / "tile.1001.png")
    shot = begin(project / "shot.blend")
    textured("Own", "//tile.<UDIM>.png")
    bpy.data.images["//tile.<UDIM>.png"].source = "TILED"
    save(shot)
    # both folders have a place in the package
    snapshot = project / "home" / "snapshot" / "shot.blend"
    save_snapshot(snapshot, is_remapped=False)
    use = PathUse(shot, "//tile.<UDIM>.png", project / "tile.<UDIM>.png", (tile,), PathForm.RELATIVE)
    rewrite_paths(plan_layout(shot, [use], is_remapped=True), snapshot, BLENDER, tmp_path, lambda: None)
    [file] = json.loads(next(tmp_path.glob("packer-*/report.json")).read_text())["files"]
    assert (file["changed"], file["unknown"]) == ([], [])


def test_the_active_scene_stays_the_active_one(tmp_path: Path, project: Path) -> None:
    shot = begin(project / "shot.blend")
    bpy.context.window.scene = bpy.data.scenes.new("Second")
    textured("Own", str(picture(tmp_path / "work" / "disk" / "wood.png")))
    save(shot)
    bpy.ops.wm.open_mainfile(filepath=str(shot))
    assert bpy.context.scene.name == "Second"
    check(send(tmp_path, shot), files=1)
    assert bpy.context.scene.name == "Second"


def test_the_active_view_layer_stays_the_active_one(tmp_path: Path, project: Path) -> None:
    for has_place in (True, False):
        shot = begin(project / "shot.blend") if has_place else None
        textured("Own", str(picture(tmp_path / "work" / "disk" / "wood.png")))
        bpy.context.window.view_layer = bpy.context.scene.view_layers.new("Second")
        if shot:
            save(shot)
        sent = send(tmp_path, shot)
        assert sent.layout.rewritten
        check(sent, files=1)
        # what a farm renders of a scene with "Render Single Layer"
        assert bpy.context.view_layer.name == "Second"
        for folder in (tmp_path / "farm", tmp_path / "out of reach"):
            shutil.rmtree(folder)
        begin(project / "shot.blend")
        bpy.ops.wm.read_homefile(use_factory_startup=False, use_empty=True)


@pytest.mark.parametrize("is_reopened", [False, True])
def test_a_library_that_a_library_linked_before(tmp_path: Path, project: Path, is_reopened: bool) -> None:
    inner = begin(tmp_path / "work" / "disk" / "inner.blend")
    textured("Inner")
    save(inner)
    outer = begin(project / "lib" / "outer.blend")
    textured("Outer")
    link(inner, "Inner", str(inner))
    bpy.data.objects["Outer"].parent = bpy.data.objects["Inner"]
    save(outer)
    shot = begin(project / "shot.blend")
    link(outer, "Outer", "//lib/outer.blend")
    # Blender has its path from the other library still
    assert link(inner, "Inner").parent is not None
    save(shot)
    if is_reopened:
        bpy.ops.wm.open_mainfile(filepath=str(shot))
    check(send(tmp_path, shot), files=2)
    assert bpy.data.objects["Inner"].type == "MESH" and not bpy.data.objects["Inner"].is_missing


@pytest.mark.parametrize("written", ["//../../assets/lib/tree.blend", "absolute"])
def test_a_packed_library_keeps_its_place_to_its_textures(tmp_path: Path, project: Path, written: str) -> None:
    assets = tmp_path / "work" / "assets"
    picture(assets / "tex" / "bark.png")
    inner = begin(assets / "sets" / "leaf.blend")
    textured("Leaf", "//../tex/bark.png")
    save(inner)
    # it has no file of its own, and finds the other one by its path only
    library = begin(assets / "lib" / "tree.blend")
    textured("Tree")
    link(inner, "Leaf", "//../sets/leaf.blend")
    bpy.data.objects["Tree"].parent = bpy.data.objects["Leaf"]
    save(library)
    shot = begin(project / "shot.blend")
    link(library, "Tree", "//../../assets/lib/tree.blend")
    save(shot)
    bpy.ops.wm.open_mainfile(filepath=str(shot))
    bpy.ops.file.pack_libraries()
    if written == "absolute":
        for one in bpy.data.libraries:
            one.filepath = os.path.normpath(bpy.path.abspath(one.filepath))
    save(shot)
    bpy.ops.wm.open_mainfile(filepath=str(shot))
    sent = send(tmp_path, shot)
    assert len(sent.names) == 2
    check(sent, files=1)
    assert bpy.data.images["//../tex/bark.png"].size[0] == 2
    assert not any(one.is_missing for one in bpy.data.objects)


@pytest.mark.skipif(bpy.app.version < (5, 0), reason="linked data is packed from 5.0 on")
@pytest.mark.parametrize("is_relative", [False, True])
@pytest.mark.parametrize("holder", ["scene", "library"])
def test_packed_linked_data_keeps_its_place_to_its_textures(
    tmp_path: Path, project: Path, is_relative: bool, holder: str
) -> None:
    assets = tmp_path / "work" / "assets"
    picture(assets / "tex" / "bark.png")
    library = begin(assets / "lib" / "tree.blend")
    textured("Tree", "//../tex/bark.png")
    save(library)
    shot = blend = begin(project / "shot.blend" if holder == "scene" else project / "sets" / "set.blend")
    # relative to the linking file, which has the name of the library in it
    with bpy.data.libraries.load(str(library), link=True, pack=True, relative=is_relative) as (_there, here):
        here.objects = ["Tree"]
    own = textured("Own")
    own.parent = here.objects[0]
    # a parent is no user, and what has none is not saved
    bpy.context.scene.collection.objects.link(own.parent)
    save(blend)
    if holder == "library":
        shot = begin(project / "shot.blend")
        link(blend, "Own", "//sets/set.blend")
        save(shot)
    bpy.ops.wm.open_mainfile(filepath=str(shot))
    check(send(tmp_path, shot), files=1 if holder == "scene" else 2)
    assert bpy.data.images["//../tex/bark.png"].size[0] == 2


def test_a_texture_of_packed_data_is_not_found_elsewhere(tmp_path: Path, project: Path) -> None:
    bark = picture(project / "tex" / "bark.png")
    (project / "link.png").symlink_to(bark)
    library = begin(project / "tree.blend")
    textured("Tree", "//tex/bark.png")
    save(library)
    shot = begin(project / "shot.blend")
    link(library, "Tree", "//tree.blend")
    textured("Own", "//link.png")
    save(shot)
    bpy.ops.wm.open_mainfile(filepath=str(shot))
    bpy.ops.file.pack_libraries()
    save(shot)
    sent = send(tmp_path, shot, is_remapped=True)
    assert sent.names == ["shot.blend", "tex/bark.png"]
    check(sent, files=1)


def test_movies_that_no_render_reads_have_no_path_in_the_copy(tmp_path: Path, project: Path) -> None:
    movie = write_movie(tmp_path / "work" / "disk" / "take.mp4")
    shot = begin(project / "shot.blend")
    bpy.data.movieclips.load(str(movie)).use_fake_user = True
    muted = strips_of(bpy.context.scene).new_movie("Muted", str(movie), 1, 1)
    muted.mute = True
    read = strips_of(bpy.context.scene).new_movie("Read", str(movie), 2, 1)
    read.filepath = "//../../disk/take.mp4"
    save(shot)
    sent = send(tmp_path, shot, is_remapped=True)
    cleared = sorted(kind for kind, _name, _written, new in sent.report["shot.blend"]["changed"] if not new)
    assert cleared == ["Movie clip", "Sequencer strip"]
    check(sent, files=1)
    assert [clip.filepath for clip in bpy.data.movieclips] == [""]
    strips = {strip.name: strip.filepath for strip in strips_of(bpy.context.scene)}
    assert (strips["Muted"], Path(strips["Read"]).name) == ("", "take.mp4")


@pytest.mark.skipif(bpy.app.version < (4, 5), reason="the Python module of 4.2 has no sound")
@pytest.mark.parametrize("is_relative", [False, True])
def test_a_sound_strip(tmp_path: Path, project: Path, is_relative: bool) -> None:
    path = (project if is_relative else tmp_path / "work" / "disk") / "beep.wav"
    path.parent.mkdir(exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"\x00\x40\x00\xc0" * 4000)
    shot = begin(project / "shot.blend")
    strips_of(bpy.context.scene).new_sound("Beep", str(path), 1, 1)
    if is_relative:
        bpy.ops.file.make_paths_relative()
    textured("Own", str(picture(tmp_path / "work" / "disk" / "wood.png")))
    save(shot)
    sent = send(tmp_path, shot)
    bpy.ops.wm.open_mainfile(filepath=str(sent.scene))
    # Blender's list has the strip's own path as well, from which nothing is played
    assert any(not Path(os.path.normpath(one)).exists() for one in bpy.utils.blend_paths(absolute=True))
    assert not find_dependencies(bpy.context.scene, (1,)).refused
    assert not missing_files(bpy.context.scene, str(sent.folder), (1,), True)
    bpy.context.scene.frame_end = 20
    played = tmp_path / "played.wav"
    bpy.ops.sound.mixdown(filepath=str(played), container="WAV", codec="PCM", format="S16")
    with wave.open(str(played)) as file:
        assert any(file.readframes(file.getnframes()))


def test_the_copy_of_a_compressed_library_is_compressed(tmp_path: Path, project: Path) -> None:
    library = begin(project / "lib" / "tree.blend")
    made = textured("Tree", str(picture(tmp_path / "work" / "disk" / "wood.png")))
    made.data.vertices.add(200_000)
    bpy.ops.wm.save_as_mainfile(filepath=str(library), relative_remap=False, compress=True)
    shot = begin(project / "shot.blend")
    link(library, "Tree", "//lib/tree.blend")
    save(shot)
    snapshot = tmp_path / "home" / "snapshot" / "shot.blend"
    manifest = make_manifest(shot, find_dependencies(bpy.context.scene, (1,)))
    save_snapshot(snapshot)
    copies = rewrite_paths(plan_layout(shot, manifest.uses), snapshot, BLENDER, tmp_path, lambda: None)
    assert copies[library].stat().st_size < 2 * library.stat().st_size


def test_a_copy_that_cannot_be_saved_is_not_always_for_want_of_room(tmp_path: Path) -> None:
    blend = begin(tmp_path / "shot.blend")
    layout = plan_layout(blend, (), is_remapped=True)
    report = run_plan(tmp_path, layout, target=tmp_path / "no such folder" / "copy.blend")
    error = from_json(report["error"])
    assert error.startswith(f"Blender could not save a copy of {blend}: ")
    assert error.endswith(". Retry; if it happens again, make all paths in that file relative.")


def test_a_folder_that_is_the_scenes_own(tmp_path: Path) -> None:
    blend = begin(tmp_path / "shot.blend")
    picture(tmp_path / "wood.png")
    strip = strips_of(bpy.context.scene).new_image("Pictures", str(tmp_path / "wood.png"), 1, 1)
    strip.directory = f"{tmp_path}/"
    save(blend)
    uses = [PathUse(blend, strip.directory, tmp_path, (tmp_path / "wood.png",), PathForm.ABSOLUTE)]
    report = run_plan(tmp_path, plan_layout(blend, uses, is_remapped=True))
    assert [change[-1] for change in report["files"][0]["changed"]] == ["//"]


def test_a_packer_whose_worker_is_gone_ends(tmp_path: Path) -> None:
    blend = begin(tmp_path / "shot.blend")
    worker = subprocess.Popen([sys.executable, "-c", ""])
    worker.wait()
    report = run_plan(tmp_path, plan_layout(blend, (), is_remapped=True), worker=worker.pid)
    assert (report["is_done"], report["files"]) == (False, [])


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such shell")
def test_a_launcher_may_stand_between(tmp_path: Path, project: Path) -> None:
    shot = begin(project / "shot.blend")
    textured("Own", str(picture(tmp_path / "work" / "disk" / "wood.png")))
    save(shot)
    check(send(tmp_path, shot, ("sh", "-c", '"$@"; exit $?', "launcher", *BLENDER)), files=1)


def run_plan(folder: Path, layout: Layout, target: Path | None = None, worker: int | None = None) -> dict[str, Any]:
    """Have the artist's file of a layout rewritten in this process; gives the report."""
    plan = {
        "layout": layout.to_json(),
        "report": str(folder / "report.json"),
        "worker": os.getpid() if worker is None else worker,
        "files": [
            {
                "blend": str(layout.blend),
                "source": str(layout.blend),
                "target": str(target or folder / "copy.blend"),
            }
        ],
    }
    (folder / "plan.json").write_text(json.dumps(plan), encoding="ascii")
    code, path = carry_out(folder / "plan.json"), folder / "report.json"
    report: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {"is_done": False, "files": []}
    assert (code == 0) == report["is_done"]
    return report


@pytest.mark.parametrize("content", [b"BLENDER-v405 and then nothing", b"\x00 encrypted \xff" * 100, b""])
def test_a_broken_library_is_named(tmp_path: Path, project: Path, content: bytes) -> None:
    library = project / "broken.blend"
    library.write_bytes(content)
    texture = picture(project / "wood.png")
    blend = begin(project / "shot.blend")
    uses = [
        PathUse(blend, "//broken.blend", library, (library,), PathForm.RELATIVE),
        PathUse(library, str(texture), texture, (texture,), PathForm.ABSOLUTE),
    ]
    layout = plan_layout(blend, uses)
    with pytest.raises(PackageError, match=r"Blender cannot open .*broken\.blend to rewrite its paths: .+\. Mend"):
        rewrite_paths(layout, blend, BLENDER, tmp_path, lambda: None)


def test_a_library_that_opens_with_an_error_is_rewritten(tmp_path: Path, project: Path) -> None:
    """As F12 renders: what the library itself has lost is not missed by anybody."""
    wood = picture(tmp_path / "work" / "disk" / "wood.png")
    inner = begin(project / "inner.blend")
    textured("Lamp")
    save(inner)
    outer = begin(project / "outer.blend")
    textured("Chair", str(wood))
    link(inner, "Lamp", "//inner.blend")
    save(outer)
    shot = begin(project / "shot.blend")
    link(outer, "Chair", "//outer.blend")
    save(shot)
    inner.write_bytes(inner.read_bytes()[:-200])
    with pytest.raises(RuntimeError, match="Missing DNA block"):
        bpy.ops.wm.open_mainfile(filepath=str(outer))
    assert Path(bpy.data.filepath) == outer
    uses = [
        PathUse(shot, "//outer.blend", outer, (outer,), PathForm.RELATIVE),
        PathUse(outer, str(wood), wood, (wood,), PathForm.ABSOLUTE),
    ]
    notes: list[Message] = []
    copies = rewrite_paths(plan_layout(shot, uses), shot, BLENDER, tmp_path, lambda: None, note=notes.append)
    assert copies[outer].is_file()
    [rewritten] = json.loads(next(tmp_path.glob("packer-*/report.json")).read_text())["files"]
    assert [(old, new) for _kind, _name, old, new in rewritten["changed"]] == [
        (str(wood), "//external/01-disk/wood.png")
    ]
    [told] = notes
    assert "Blender reports of outer.blend, here as on the farm: Failed to read blend file" in str(told)


def without_nodes(content: bytes, material: bytes) -> bytes:
    """A plain .blend in which a material's pointer to its nodes leads nowhere.

    A block of data is named by where it lay in memory, eight bytes into its header; files of 5.0 and later have longer
    headers.
    """
    header = 32 if content.startswith(b"BLENDER17") else 24
    name = content.index(b"MA" + material + b"\0")
    block = content.rindex(b"MA\0\0", 0, name)
    nodes = content.index(b"NTShader Nodetree\0", name) - (name - block)
    pointer = content[nodes + 8 : nodes + 16]
    place = content.index(pointer, block + header)
    assert place < nodes
    return content[:place] + struct.pack("<Q", 0x5040302010) + content[place + 8 :]


@pytest.mark.skipif(bpy.app.version < (4, 5), reason="4.2 crashes when it opens the file")
def test_a_library_that_has_lost_a_part_is_rewritten(tmp_path: Path, project: Path) -> None:
    """A material's pointer to its nodes leads nowhere, as in files that are many versions old."""
    wood = picture(tmp_path / "work" / "disk" / "wood.png")
    library = begin(project / "library.blend")
    textured("Chair", str(wood))
    lost = bpy.data.materials.new("Lost")
    if not lost.node_tree:
        lost.use_nodes = True
    lost.use_fake_user = True
    save(library)
    library.write_bytes(without_nodes(library.read_bytes(), b"Lost"))
    shot = begin(project / "shot.blend")
    uses = [
        PathUse(shot, "//library.blend", library, (library,), PathForm.RELATIVE),
        PathUse(library, str(wood), wood, (wood,), PathForm.ABSOLUTE),
    ]
    notes: list[Message] = []
    copies = rewrite_paths(plan_layout(shot, uses), shot, BLENDER, tmp_path, lambda: None, note=notes.append)
    assert library in copies
    assert ["had an invalid embedded node group" in str(note) for note in notes] == [True]


def test_a_scene_that_nobody_has_is_told(tmp_path: Path, project: Path) -> None:
    shot = begin(project / "shot.blend")
    layout = plan_layout(shot, [], is_remapped=True)
    with pytest.raises(PackageError, match=r"The scene “Nobody” of .* cannot be made the one that a farm renders"):
        rewrite_paths(layout, shot, BLENDER, tmp_path, lambda: None, scene="Nobody")


@pytest.mark.parametrize("is_absolute", [False, True])
def test_a_clip_of_pictures_stays_what_it_is(tmp_path: Path, project: Path, is_absolute: bool) -> None:
    folder = tmp_path / "work" / "disk" if is_absolute else project / "foot"
    for number in (1, 2, 3):
        picture(folder / f"f{number:04d}.png")
    shot = begin(project / "shot.blend")
    clip = bpy.data.movieclips.load(str(folder / "f0001.png"))
    if not is_absolute:
        clip.filepath = "//foot/f0001.png"
    follow = bpy.data.objects.new("Follows", None)
    bpy.context.scene.collection.objects.link(follow)
    follow.constraints.new("FOLLOW_TRACK").clip = clip
    textured("Own", str(picture(tmp_path / "work" / "disk" / "wood.png")))
    save(shot)
    before = clip.source, tuple(clip.size), clip.frame_duration
    sent = send(tmp_path, shot)
    check(sent, files=3)
    (sent_clip,) = bpy.data.movieclips
    assert (sent_clip.source, tuple(sent_clip.size), sent_clip.frame_duration) == before


def test_a_clip_of_a_movie_keeps_its_size(tmp_path: Path, project: Path) -> None:
    movie = write_movie(tmp_path / "work" / "disk" / "take.mp4")
    shot = begin(project / "shot.blend")
    clip = bpy.data.movieclips.load(str(movie))
    follow = bpy.data.objects.new("Follows", None)
    bpy.context.scene.collection.objects.link(follow)
    follow.constraints.new("FOLLOW_TRACK").clip = clip
    save(shot)
    before = clip.source, tuple(clip.size), clip.frame_duration
    sent = send(tmp_path, shot)
    check(sent, files=1)
    (sent_clip,) = bpy.data.movieclips
    assert (sent_clip.source, tuple(sent_clip.size), sent_clip.frame_duration) == before


def test_a_clip_of_a_library_that_packs_itself(tmp_path: Path, project: Path) -> None:
    """Blender would pack the library's files whenever it saves it, and a file that is gone is an error to it then."""
    gone = picture(tmp_path / "work" / "disk" / "gone.png")
    library = begin(project / "set.blend")
    follow = bpy.data.objects.new("Follows", None)
    bpy.context.scene.collection.objects.link(follow)
    clip = bpy.data.movieclips.load(str(write_movie(tmp_path / "work" / "disk" / "take.mp4")))
    follow.constraints.new("FOLLOW_TRACK").clip = clip
    bpy.data.images.load(str(gone)).use_fake_user = True
    bpy.data.use_autopack = True
    gone.unlink()
    with suppress(RuntimeError):
        save(library)
    shot = begin(project / "shot.blend")
    link(library, "Follows", "//set.blend")
    save(shot)
    sent = send(tmp_path, shot)
    check(sent, files=2)
    assert [sent_clip.size[0] > 0 for sent_clip in bpy.data.movieclips] == [True]


@pytest.mark.parametrize("is_in_library", [False, True])
def test_an_image_of_lines_is_found_where_freestyle_renders(tmp_path: Path, project: Path, is_in_library: bool) -> None:
    """It renders in a file that lies nowhere: there, the relative path that an absolute one becomes leads nowhere."""
    paper = picture(tmp_path / "work" / "disk" / "paper.png")
    shot = begin(project / ("set.blend" if is_in_library else "shot.blend"))
    style: Any = bpy.data.linestyles.new("Lines")
    style.use_nodes, style.use_fake_user = True, True
    next(node for node in style.node_tree.nodes if node.type == "TEX_IMAGE").image = bpy.data.images.load(str(paper))
    save(shot)
    if is_in_library:
        shot = begin(project / "shot.blend")
        with bpy.data.libraries.load(str(project / "set.blend"), link=True) as (_there, here):
            here.linestyles = ["Lines"]
        layer = bpy.context.scene.view_layers[0]
        layer.freestyle_settings.linesets.new("Lines").linestyle = here.linestyles[0]
        bpy.data.libraries[0].filepath = "//set.blend"
        save(shot)
    sent = send(tmp_path, shot)
    bpy.ops.wm.open_mainfile(filepath=str(sent.scene))
    (image,) = (node.image for node in bpy.data.linestyles["Lines"].node_tree.nodes if node.type == "TEX_IMAGE")
    assert image.packed_file is not None
