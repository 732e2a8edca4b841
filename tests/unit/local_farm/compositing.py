# SPDX-License-Identifier: GPL-3.0-or-later
"""For the scripts beside this one, which run inside Blender: the compositor of a scene, alike in every version."""

from typing import Any

import bpy  # noqa: TID251 - this script runs inside Blender


def new_compositor(scene: bpy.types.Scene) -> tuple[Any, Any]:
    """Give the scene's compositing, empty but for its output, and that node."""
    if bpy.app.version >= (5, 0):
        tree = scene.compositing_node_group = bpy.data.node_groups.new("Compositing", "CompositorNodeTree")
        tree.interface.new_socket("Image", in_out="OUTPUT", socket_type="NodeSocketColor")
        return tree, tree.nodes.new("NodeGroupOutput")
    scene.use_nodes = True
    scene.node_tree.nodes.clear()
    return scene.node_tree, scene.node_tree.nodes.new("CompositorNodeComposite")
