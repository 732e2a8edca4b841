# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the files that the scene needs beside itself.

What a package can carry are images, fonts, sounds and linked libraries that are reached by relative paths. Every other
external file is named in `refused`: a farm that renders without it would render another picture.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import bpy


@dataclass(frozen=True)
class Dependency:
    """One file (or what stands for several) and the datablock that uses it.

    `written` is the path as the datablock has it, `path` where that leads on this machine.
    """

    kind: str
    user: str
    written: str
    path: Path

    @property
    def is_relative(self) -> bool:
        """True when the path counts from the .blend file that it is written in."""
        return self.written.startswith("//")


@dataclass(frozen=True)
class Dependencies:
    """What the scene needs: files that the package carries, files that are not there, and what cannot be carried."""

    files: tuple[Dependency, ...]
    missing: tuple[Dependency, ...]
    refused: tuple[tuple[Dependency, str], ...]


PACKAGED_KINDS = frozenset({"Image", "Font", "Sound", "Library"})
BUILT_IN_FONT = "<builtin>"


def find_dependencies() -> Dependencies:
    """All external files of the open file, each once. Only reads."""
    files: dict[Path, Dependency] = {}
    missing: dict[Path, Dependency] = {}
    refused: dict[tuple[str, str], tuple[Dependency, str]] = {}
    for dependency, reason in _all_dependencies():
        if _comes_with_blender(dependency.path):
            continue
        if reason:
            refused.setdefault((dependency.kind, dependency.written), (dependency, reason))
        elif not dependency.path.is_file():
            missing.setdefault(dependency.path, dependency)
        elif not dependency.is_relative:
            refused.setdefault((dependency.kind, dependency.written), (dependency, "its path is absolute"))
        else:
            files.setdefault(dependency.path, dependency)
    known = {*files, *missing, *(dependency.path for dependency, _reason in refused.values()), *_not_rendered()}
    for path in _paths_that_blender_lists():
        if path not in known and path.name and not _comes_with_blender(path):
            unknown = Dependency("File", path.name, str(path), path)
            refused.setdefault(("File", str(path)), (unknown, "this kind of file cannot be sent yet"))
    return Dependencies(tuple(files.values()), tuple(missing.values()), tuple(refused.values()))


def _all_dependencies() -> Iterator[tuple[Dependency, str]]:
    """Every external file with the reason why it cannot be carried, or ""."""
    yield from _images()
    yield from _plain("Font", bpy.data.fonts)
    yield from _plain("Sound", bpy.data.sounds)
    yield from _plain("Library", bpy.data.libraries)
    yield from _other_kinds()


def _images() -> Iterator[tuple[Dependency, str]]:
    for image in bpy.data.images:
        if image.packed_file or len(image.packed_files) or not image.filepath_raw or not image.users:
            continue
        if image.source not in {"FILE", "TILED", "SEQUENCE", "MOVIE"}:
            continue
        reasons = {
            "TILED": "UDIM tiles cannot be sent yet: pack the image",
            "SEQUENCE": "image sequences cannot be sent yet",
            "MOVIE": "movies cannot be sent yet",
        }
        yield _dependency("Image", image, image.filepath_raw), reasons.get(image.source, "")


def _plain(kind: str, datablocks: bpy.types.bpy_prop_collection) -> Iterator[tuple[Dependency, str]]:
    for datablock in datablocks:
        written = datablock.filepath
        is_used = datablock.users or kind == "Library"
        if is_used and written and written != BUILT_IN_FONT and not datablock.packed_file:
            yield _dependency(kind, datablock, written), ""


def _other_kinds() -> Iterator[tuple[Dependency, str]]:
    """What no package carries yet, by its name for the artist."""
    for kind, datablocks in (
        ("Movie clip", bpy.data.movieclips),
        ("Cache file", bpy.data.cache_files),
        ("Volume", bpy.data.volumes),
    ):
        for datablock in datablocks:
            if datablock.filepath and datablock.users and not getattr(datablock, "packed_file", None):
                yield _dependency(kind, datablock, datablock.filepath), f"{kind.lower()}s cannot be sent yet"
    yield from _modifier_caches()
    yield from _strips()
    yield from _node_files()


def _modifier_caches() -> Iterator[tuple[Dependency, str]]:
    for holder in bpy.data.objects:
        for modifier in holder.modifiers:
            kind, written = _cache_of(modifier)
            if written:
                yield _dependency(kind, holder, written), f"{kind.lower()}s cannot be sent yet: apply the modifier"
        for cache in _point_caches(holder):
            if cache.use_disk_cache or cache.use_external:
                place = cache.filepath or "//blendcache"
                yield _dependency("Simulation cache", holder, place), "simulation caches on disk cannot be sent yet"


def _cache_of(modifier: bpy.types.Modifier) -> tuple[str, str]:
    """The kind and the place of the files that a modifier reads, or two empty strings."""
    if modifier.type == "MESH_CACHE":
        return "Mesh cache", modifier.filepath
    if modifier.type == "OCEAN" and modifier.is_cached:
        return "Ocean cache", modifier.filepath
    if modifier.type == "FLUID" and modifier.fluid_type == "DOMAIN":
        return "Fluid simulation", modifier.domain_settings.cache_directory
    # from 4.3 a bake may be packed; its folder is there only when one was written to disk
    if modifier.type == "NODES" and modifier.bake_directory and _is_folder(modifier.bake_directory, modifier.id_data):
        return "Geometry nodes bake", modifier.bake_directory
    return "", ""


def _is_folder(written: str, datablock: bpy.types.ID) -> bool:
    return Path(_absolute(written, datablock)).is_dir()


def _point_caches(holder: bpy.types.Object) -> Iterator[bpy.types.PointCache]:
    for modifier in holder.modifiers:
        if modifier.type in {"CLOTH", "SOFT_BODY"}:
            yield modifier.point_cache
        elif modifier.type == "DYNAMIC_PAINT" and modifier.canvas_settings:
            for surface in modifier.canvas_settings.canvas_surfaces:
                yield surface.point_cache
    for particles in holder.particle_systems:
        yield particles.point_cache


def strips(scene: bpy.types.Scene) -> tuple[bpy.types.Strip, ...]:
    """All strips of a scene's sequencer, those inside meta strips included."""
    editor = scene.sequence_editor
    if editor is None:
        return ()
    # `sequences_all` became `strips_all` in 4.4 and went in 5.0
    return tuple(editor.strips_all if hasattr(editor, "strips_all") else editor.sequences_all)


def _strips() -> Iterator[tuple[Dependency, str]]:
    for scene in bpy.data.scenes:
        for strip in strips(scene):
            written = ""
            if strip.type == "IMAGE" and strip.elements:
                written = os.path.join(strip.directory, strip.elements[0].filename)  # noqa: PTH118
            elif strip.type == "MOVIE":
                written = strip.filepath
            if written:
                dependency = Dependency("Sequencer strip", strip.name, written, Path(_absolute(written, scene)))
                yield dependency, "sequencer strips with files cannot be sent yet"


def _node_files() -> Iterator[tuple[Dependency, str]]:
    owners = (*bpy.data.materials, *bpy.data.lights, *bpy.data.worlds)
    for tree in (*(owner.node_tree for owner in owners if owner.node_tree), *bpy.data.node_groups):
        for node in tree.nodes:
            if node.bl_idname in {"ShaderNodeTexIES", "ShaderNodeScript"} and node.mode == "EXTERNAL" and node.filepath:
                kind = "IES file" if node.bl_idname == "ShaderNodeTexIES" else "OSL script"
                yield _dependency(kind, tree, node.filepath), f"{kind}s cannot be sent yet: use an internal text"


def _dependency(kind: str, datablock: bpy.types.ID, written: str) -> Dependency:
    return Dependency(kind, datablock.name, written, Path(_absolute(written, datablock)))


def _absolute(written: str, datablock: bpy.types.ID) -> str:
    """Where a path leads: relative ones count from the file that the datablock is written in."""
    library = None if isinstance(datablock, bpy.types.Library) else datablock.library
    return os.path.normpath(bpy.path.abspath(written, library=library))


def _not_rendered() -> Iterator[Path]:
    """Files that Blender lists and no render reads: texts are kept in the .blend, unused images are not saved."""
    for text in bpy.data.texts:
        if text.filepath:
            yield Path(_absolute(text.filepath, text))
    for image in bpy.data.images:
        if image.filepath_raw and not image.users:
            yield Path(_absolute(image.filepath_raw, image))


def _comes_with_blender(path: Path) -> bool:
    """True for files that every Blender brings, such as the brushes that 5.2 links into each file.

    A file that was saved by a Blender installed elsewhere still names them there, hence the look at the end of the path.
    """
    resources = bpy.utils.system_resource("DATAFILES")
    if not resources:
        return False
    if path.is_relative_to(os.path.normpath(resources)):
        return True
    _before, mark, inside = path.as_posix().rpartition("/datafiles/assets/")
    return bool(mark) and Path(resources, "assets", inside).is_file()


def _paths_that_blender_lists() -> Iterator[Path]:
    """What Blender itself knows of external files: the check that no kind was forgotten."""
    for path in bpy.utils.blend_paths(absolute=True, packed=False):
        # tiles and strips are listed with their token or folder; their datablocks were found by kind
        yield Path(os.path.normpath(path))
