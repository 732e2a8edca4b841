# SPDX-License-Identifier: GPL-3.0-or-later
"""Which nodes of a tree a render works with: those that lead to an output."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import bpy

from ..animation import animated_paths

FOR_THE_ARTIST = frozenset({"VIEWER", "SPLITVIEWER", "FRAME"})
"""Types of nodes that no render needs; what leads to a viewer only is for the artist alone."""

ENGINES = ("ALL", "CYCLES", "EEVEE")
"""What outputs of shaders may be meant for."""


def nodes_with(tree: bpy.types.NodeTree, used: bpy.types.ID) -> list[Any]:
    """The nodes that name a datablock, or have it in a socket."""
    return [node for node in tree.nodes if _names(node, used)]


def reading_nodes(tree: bpy.types.NodeTree, used: bpy.types.ID) -> list[Any]:
    """Those of the nodes with a datablock that lead to an output, and work with it or hand it on."""
    may_be_muted, leading = _is_mute_animated(tree), _leading(tree)
    holders = [node for node in nodes_with(tree, used) if node in leading]
    return [node for node in holders if may_be_muted or not node.mute or used in _handed_on(node)]


def leading_nodes(tree: bpy.types.NodeTree) -> set[Any]:
    """The nodes of a tree that lead to an output and are not muted."""
    may_be_muted = _is_mute_animated(tree)
    return {node for node in _leading(tree) if may_be_muted or not node.mute}


def _handed_on(node: Any) -> Iterator[Any]:
    """The values that a muted node gives as they are: an output is then what one of the inputs is."""
    return (getattr(link.from_socket, "default_value", None) for link in node.internal_links)


def _leading(tree: bpy.types.NodeTree) -> set[Any]:
    """The nodes of a tree that lead to an output, muted or not."""
    before: dict[Any, list[Any]] = {}
    for link in tree.links:
        if not (link.is_muted or link.from_socket.is_unavailable or link.to_socket.is_unavailable):
            before.setdefault(link.to_node, []).append(link.from_node)
    for node in tree.nodes:
        # a zone's begin leads to its end without a link
        end = getattr(node, "paired_output_node", None)
        if end is not None:
            before.setdefault(end, []).append(node)
    idle = _idle_outputs(tree)
    ahead = [node for node in tree.nodes if _is_end(node) and node not in idle]
    found = set(ahead)
    while ahead:
        new = {node for node in before.get(ahead.pop(), ()) if node not in found}
        found |= new
        ahead += new
    return found


def pointers(holder: Any) -> Iterator[Any]:
    """The datablocks and other things that something names by its own properties."""
    for prop in holder.bl_rna.properties:
        if prop.type == "POINTER":
            yield getattr(holder, prop.identifier, None)


def is_whole(node: Any) -> bool:
    """True when every output of a node is linked, so that all that a group has in it is asked for."""
    return all(socket.is_linked for socket in node.outputs if socket.enabled and not socket.is_unavailable)


def _is_end(node: Any) -> bool:
    """True for a node with an effect of its own: an output, or a group that has such a node in it."""
    if node.type in FOR_THE_ARTIST:
        return False
    if not node.outputs:
        return True
    tree = getattr(node, "node_tree", None)
    return tree is not None and _has_effects(tree, set())


def _idle_outputs(tree: bpy.types.NodeTree) -> set[Any]:
    """The outputs that another one of their kind takes the place of, whatever engine renders."""
    groups = {node for node in tree.nodes if node.bl_idname == "NodeGroupOutput" and not node.is_active_output}
    targeted = {node for node in tree.nodes if hasattr(node, "target") and hasattr(node, "is_active_output")}
    # a tree with one output is the rule
    active = {tree.get_output_node(target) for target in ENGINES} if len(targeted) > 1 else targeted
    return groups | (targeted - active)


def _has_effects(tree: bpy.types.NodeTree, seen: set[bpy.types.NodeTree]) -> bool:
    """True when a group writes a file or a pass by itself."""
    seen.add(tree)
    for node in tree.nodes:
        if node.type in FOR_THE_ARTIST or node.bl_idname == "NodeGroupOutput":
            continue
        inner = getattr(node, "node_tree", None)
        if not node.outputs or (inner is not None and inner not in seen and _has_effects(inner, seen)):
            return True
    return False


def _is_mute_animated(tree: bpy.types.NodeTree) -> bool:
    return any(path.endswith(".mute") for path in animated_paths(tree))


def _names(node: Any, used: bpy.types.ID) -> bool:
    return used in pointers(node) or any(getattr(socket, "default_value", None) == used for socket in node.inputs)
