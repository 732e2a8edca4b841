# SPDX-License-Identifier: GPL-3.0-or-later
"""The nodes of a scene's compositor, those inside groups included."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import bpy

from ..blender_versions import active_compositor_tree
from .nodes import leading_nodes

FILE_OUTPUT_NODE = "CompositorNodeOutputFile"


def compositor_in_use(scene: bpy.types.Scene) -> bool:
    """Whether the compositor works on the render. From 5.0 on its nodes are a group, and `use_nodes` is always True."""
    return scene.render.use_compositing and active_compositor_tree(scene) is not None


def nodes_of(scene: bpy.types.Scene) -> Iterator[Any]:
    """All nodes of the compositor, each once."""
    return _nodes(scene, lambda tree: tree.nodes)


def nodes_in_use(scene: bpy.types.Scene) -> Iterator[Any]:
    """The nodes of the compositor that change the image or a file, in the order of `nodes_of`."""
    return _nodes(scene, leading_nodes)


def _nodes(scene: bpy.types.Scene, choose: Callable[[Any], Iterable[Any]]) -> Iterator[Any]:
    """The chosen nodes of the compositor's tree, and of the groups that are among them."""
    seen, trees = set(), [active_compositor_tree(scene)]
    while trees:
        tree = trees.pop()
        if tree is None or tree in seen:
            continue
        seen.add(tree)
        for node in choose(tree):
            yield node
            if node.bl_idname == "CompositorNodeGroup":
                trees.append(node.node_tree)
