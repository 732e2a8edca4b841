# SPDX-License-Identifier: GPL-3.0-or-later
"""Libraries in a scene whose paths are rewritten: linked, nested, packed, and such as open with an error."""

from __future__ import annotations

import json
import os
import struct
from pathlib import Path

import bpy
import pytest

from renderjuice.jobs.packaging.run_packer import rewrite_paths
from renderjuice.live.submission import make_manifest
from renderjuice.messages.message import Message
from renderjuice.package_layout.layout import plan_layout
from renderjuice.package_layout.package_error import PackageError
from renderjuice.package_layout.path_use import PathForm, PathUse
from renderjuice.scene.dependencies.scan import find_dependencies
from renderjuice.scene_edits.snapshot import save_snapshot
from renderjuice.tests.blender.packer.sending import BLENDER, begin, check, link, picture, save, send, textured


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
