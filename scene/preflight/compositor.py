# SPDX-License-Identifier: GPL-3.0-or-later
"""The nodes of a scene's compositor, those inside groups included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import bpy

FILE_OUTPUT = "CompositorNodeOutputFile"
OUTPUTS = frozenset({"COMPOSITE", "GROUP_OUTPUT", "OUTPUT_FILE"})
"""Nodes that give the picture, or write files. What leads to a viewer only is for the artist alone."""


def tree_of(scene: bpy.types.Scene) -> Any:
    """The compositor's nodes, or None. From 5.0 on they are a group, before that they can be switched off."""
    if hasattr(scene, "compositing_node_group"):
        return scene.compositing_node_group
    return scene.node_tree if scene.use_nodes else None


def nodes_of(scene: bpy.types.Scene) -> Iterator[Any]:
    """All nodes of the compositor, each once."""
    seen, trees = set(), [tree_of(scene)]
    while trees:
        tree = trees.pop()
        if tree is None or tree in seen:
            continue
        seen.add(tree)
        for node in tree.nodes:
            yield node
            if node.bl_idname == "CompositorNodeGroup":
                trees.append(node.node_tree)


def nodes_in_use(scene: bpy.types.Scene) -> Iterator[Any]:
    """The nodes of the compositor whose result is in the picture or in a file."""
    seen, trees = set(), [tree_of(scene)]
    while trees:
        tree = trees.pop()
        if tree is None or tree in seen:
            continue
        seen.add(tree)
        before: dict[Any, list[Any]] = {}
        for link in tree.links:
            before.setdefault(link.to_node, []).append(link.from_node)
        ahead = [node for node in tree.nodes if node.type in OUTPUTS and not node.mute]
        found = set(ahead)
        while ahead:
            node = ahead.pop()
            yield node
            if node.bl_idname == "CompositorNodeGroup" and not node.mute:
                trees.append(node.node_tree)
            new = {each for each in before.get(node, ()) if each not in found}
            found |= new
            ahead += new


def output_folder_property(node: Any) -> str:
    """Which property of a File Output node is its folder."""
    return "directory" if hasattr(node, "directory") else "base_path"
