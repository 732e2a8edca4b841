# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that shader nodes name: IES lamps and OSL scripts."""

from __future__ import annotations

from collections.abc import Iterator

import bpy

from ..path_place import PathPlace, Places
from ..resolve import nothing, single
from .osl_scripts import KIND as SCRIPT
from .osl_scripts import script

LAMP = "IES file"
KINDS: dict[type[bpy.types.Node], str] = {bpy.types.ShaderNodeTexIES: LAMP, bpy.types.ShaderNodeScript: SCRIPT}
FEW = 20
"""Node trees that are walked in a fraction of a millisecond."""


def node_places() -> Places:
    """The paths in the nodes of materials, lights, worlds and groups of shader nodes."""
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


def _shader_places(owner: bpy.types.ID, tree: bpy.types.NodeTree) -> Iterator[PathPlace]:
    for node in tree.nodes:
        # by its class, which is known at once; Blender makes the text of its `bl_idname` anew each time
        kind = KINDS.get(type(node))
        if kind and node.filepath:
            reach = script if kind == SCRIPT else single
            # `blend_paths` lists it in any case
            yield PathPlace(kind, owner, node, "filepath", reach if node.mode == "EXTERNAL" else nothing)
