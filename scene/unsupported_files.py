# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the external files that no package carries yet, so that they can be refused by name.

A farm that renders without one of them would render another picture.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import bpy

from .dependency import Dependency, absolute, dependency_of
from .shown_only import Footage

NOT_YET = "this kind of file cannot be sent yet"


def unsupported_files(unread: frozenset[Footage]) -> Iterator[tuple[Dependency, str]]:
    """Each such file with the reason why it cannot be sent, but for footage that no render reads."""
    for kind, datablocks in (
        ("Movie clip", bpy.data.movieclips),
        ("Cache file", bpy.data.cache_files),
        ("Volume", bpy.data.volumes),
    ):
        for datablock in datablocks:
            is_read = datablock.users and datablock not in unread
            if datablock.filepath and is_read and not getattr(datablock, "packed_file", None):
                yield dependency_of(kind, datablock, datablock.filepath), NOT_YET
    yield from _modifier_caches()
    yield from _strips()
    yield from _node_files()


def modified_objects() -> Iterator[bpy.types.Object]:
    """The objects with modifiers, as which particle systems and simulations are there, too."""
    return (holder for holder in bpy.data.objects if holder.modifiers)


def _modifier_caches() -> Iterator[tuple[Dependency, str]]:
    for holder in modified_objects():
        for modifier in holder.modifiers:
            kind, written = _cache_of(modifier)
            if written:
                yield dependency_of(kind, holder, written), "this kind of file cannot be sent yet: apply the modifier"
        for cache in _point_caches(holder):
            if cache.use_disk_cache or cache.use_external:
                place = cache.filepath or "//blendcache"
                yield dependency_of("Simulation cache", holder, place), "simulation caches on disk cannot be sent yet"


def _cache_of(modifier: bpy.types.Modifier) -> tuple[str, str]:
    """The kind and the place of the files that a modifier reads, or two empty strings."""
    if modifier.type == "MESH_CACHE":
        return "Mesh cache", modifier.filepath
    if modifier.type == "OCEAN" and modifier.is_cached:
        return "Ocean cache", modifier.filepath
    if modifier.type == "FLUID" and modifier.fluid_type == "DOMAIN":
        return "Fluid simulation", modifier.domain_settings.cache_directory
    if modifier.type == "NODES":
        # from 4.3 a bake may be packed; its folder is there only when one was written to disk
        own = [bake.directory for bake in modifier.bakes if bake.use_custom_path]
        for written in (modifier.bake_directory, *own):
            if written and Path(absolute(written, modifier.id_data)).is_dir():
                return "Geometry nodes bake", written
    return "", ""


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


def strip_files(strip: bpy.types.Strip) -> tuple[str, ...]:
    """The files of an image or movie strip as written; none of other strips."""
    if strip.type == "IMAGE":
        return tuple(os.path.join(strip.directory, element.filename) for element in strip.elements)  # noqa: PTH118
    return (strip.filepath,) if strip.type == "MOVIE" else ()


def unread_strips() -> Iterator[bpy.types.Strip]:
    """The strips with files that no render reads: muted ones, and those of scenes that render without sequencer."""
    for scene in bpy.data.scenes:
        for strip in strips(scene):
            if strip_files(strip) and (strip.mute or not scene.render.use_sequencer):
                yield strip


def _strips() -> Iterator[tuple[Dependency, str]]:
    for scene in bpy.data.scenes:
        for strip in strips(scene) if scene.render.use_sequencer else ():
            written = strip_files(strip)
            if written and not strip.mute:
                dependency = Dependency("Sequencer strip", strip.name, written[0], Path(absolute(written[0], scene)))
                yield dependency, "sequencer strips with files cannot be sent yet"


def _node_files() -> Iterator[tuple[Dependency, str]]:
    owners = (*bpy.data.materials, *bpy.data.lights, *bpy.data.worlds)
    trees = [(owner, owner.node_tree) for owner in owners if owner.node_tree]
    for owner, tree in (*trees, *((group, group) for group in bpy.data.node_groups)):
        for node in tree.nodes:
            if node.bl_idname in {"ShaderNodeTexIES", "ShaderNodeScript"} and node.mode == "EXTERNAL" and node.filepath:
                kind = "IES file" if node.bl_idname == "ShaderNodeTexIES" else "OSL script"
                yield (
                    dependency_of(kind, owner, node.filepath),
                    "this kind of file cannot be sent yet: use an internal text",
                )
            for socket in node.inputs:
                # the import nodes of geometry nodes; `blend_paths` lists them from 5.0 on
                if socket.bl_idname == "NodeSocketStringFilePath" and not socket.is_linked and socket.default_value:
                    yield dependency_of("File", owner, socket.default_value), "files of import nodes cannot be sent yet"
