# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that shader nodes name: IES lamps and OSL scripts."""

from __future__ import annotations

from collections.abc import Iterator

import bpy

from ..dependency import DependencyKind
from ..path_setting import NODE_TREES_A_STEP, PathSetting, Places
from ..resolve import nothing, single
from .osl_scripts import script

KINDS: dict[type[bpy.types.Node], DependencyKind] = {
    bpy.types.ShaderNodeTexIES: DependencyKind.IES_FILE,
    bpy.types.ShaderNodeScript: DependencyKind.OSL_SCRIPT,
}


def node_places() -> Places:
    """The paths in the nodes of materials, lights, worlds and groups of shader nodes."""
    for owners in (bpy.data.materials, bpy.data.lights, bpy.data.worlds):
        for index, owner in enumerate(owners):
            if index % NODE_TREES_A_STEP == 0:
                yield None
            if owner.node_tree:
                yield from _shader_places(owner, owner.node_tree)
    for index, group in enumerate(bpy.data.node_groups):
        if index % NODE_TREES_A_STEP == 0:
            yield None
        if group.bl_idname == "ShaderNodeTree":
            yield from _shader_places(group, group)


def _shader_places(owner: bpy.types.ID, tree: bpy.types.NodeTree) -> Iterator[PathSetting]:
    for node in tree.nodes:
        # by its class, which is known at once; Blender makes the text of its `bl_idname` anew each time
        kind = KINDS.get(type(node))
        if kind and node.filepath:
            resolve = script if kind is DependencyKind.OSL_SCRIPT else single
            # `blend_paths` lists it in any case
            yield PathSetting(kind, owner, node, "filepath", resolve if node.mode == "EXTERNAL" else nothing)
