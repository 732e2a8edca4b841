# SPDX-License-Identifier: GPL-3.0-or-later
"""Which nodes of a tree the render works with: those from which links lead to an output, and that are not muted."""

import bpy

from .keyed_paths import keyed_paths

VIEWERS = ("CompositorNodeViewer", "GeometryNodeViewer", "TextureNodeViewer")


def live_nodes(tree: bpy.types.NodeTree) -> set[str]:
    """Give the names of the nodes that lead to an output of any kind, be it the active one or not.

    Links that are muted lead nowhere, nor do those of sockets that a node does not use. Both ends of a zone belong
    together without a link; what a viewer shows is no part of the picture. A muted node only lets others through.
    """
    sources: dict[str, list[str]] = {}
    for link in tree.links:
        if not (link.is_muted or link.from_socket.is_unavailable or link.to_socket.is_unavailable):
            sources.setdefault(link.to_node.name, []).append(link.from_node.name)
    waiting = [node.name for node in tree.nodes if _is_end(node)]
    found = set(waiting)
    while waiting:
        for name in sources.get(waiting.pop(), ()):
            if name not in found:
                found.add(name)
                waiting.append(name)
    keyed = keyed_paths(tree)
    muted = {node.name for node in tree.nodes if node.mute}
    return found - {name for name in muted if f'nodes["{bpy.utils.escape_identifier(name)}"].mute' not in keyed}


def _is_end(node: bpy.types.Node) -> bool:
    if node.bl_idname in VIEWERS or node.bl_idname == "NodeFrame":
        return False
    return not node.outputs or hasattr(node, "pair_with_output")
