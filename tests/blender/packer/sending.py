# SPDX-License-Identifier: GPL-3.0-or-later
"""From a scene to what a farm opens: packed, moved into folders of their own, with what was here gone."""

from __future__ import annotations

import json
import os
import shutil
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import bpy

from renderjuice.jobs.packaging.package import make_package
from renderjuice.jobs.packaging.run_packer import rewrite_paths
from renderjuice.live.submission import make_manifest
from renderjuice.local_farm.inside_blender.missing_files import missing_files
from renderjuice.package_layout.layout import Layout, plan_layout
from renderjuice.scene.dependencies.scan import find_dependencies
from renderjuice.scene_edits.snapshot import save_snapshot

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
