# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that nodes name: IES lamps, OSL scripts, and what the import nodes of geometry nodes read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import bpy

from .disk import Disk
from .path_place import PathPlace, Places
from .reach import Found, look_for, single
from .span import Span

LAMP, SCRIPT = "IES file", "OSL script"
KINDS: dict[type[bpy.types.Node], str] = {bpy.types.ShaderNodeTexIES: LAMP, bpy.types.ShaderNodeScript: SCRIPT}
FEW = 20
"""Node trees that are walked in a fraction of a millisecond."""
PATH_SOCKET = "NodeSocketStringFilePath"


def node_places() -> Places:
    """The paths in the nodes of materials, lights, worlds and node groups."""
    for owners in (bpy.data.materials, bpy.data.lights, bpy.data.worlds):
        for index, owner in enumerate(owners):
            if index % FEW == 0:
                yield None
            if owner.node_tree:
                yield from _shader_places(owner, owner.node_tree)
    for index, group in enumerate(bpy.data.node_groups):
        if index % FEW == 0:
            yield None
        if group.bl_idname == "ShaderNodeTree":
            yield from _shader_places(group, group)
        elif group.bl_idname == "GeometryNodeTree":
            yield from _import_places(group)


def _shader_places(owner: bpy.types.ID, tree: bpy.types.NodeTree) -> Iterator[PathPlace]:
    for node in tree.nodes:
        # by its class, which is known at once; Blender makes the text of its `bl_idname` anew each time
        kind = KINDS.get(type(node))
        if kind and node.mode == "EXTERNAL" and node.filepath:
            yield PathPlace(kind, owner, node, "filepath", _script if kind == SCRIPT else single)


def _script(path: str, _span: Span, disk: Disk) -> Found:
    """A script, with what it was compiled to if that is there."""
    found = look_for((path,), disk)
    compiled = os.path.splitext(path)[0] + ".oso"  # noqa: PTH122
    return Found((*found.files, compiled), found.missing) if compiled != path and disk.has_file(compiled) else found


def _import_places(tree: bpy.types.NodeTree) -> Iterator[PathPlace]:
    for node in tree.nodes:
        socket: Any
        for socket in node.inputs:
            # `blend_paths` lists them from 5.0 on
            if socket.bl_idname == PATH_SOCKET and not socket.is_linked and socket.default_value:
                yield PathPlace("File", tree, socket, "default_value")
