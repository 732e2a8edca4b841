# SPDX-License-Identifier: GPL-3.0-or-later
"""Which nodes of a tree a render works with: those that lead to an output.

Nodes are told by their names, which are unique in their tree: of what may be gone at the next step, nothing is kept.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import bpy

from ..steps import result_of

FOR_THE_ARTIST = frozenset({"VIEWER", "SPLITVIEWER", "FRAME"})
"""Types of nodes that no render needs; what leads to a viewer only is for the artist alone."""
NODES_A_STEP = 100
"""Nodes or links that are looked at in a fraction of a millisecond."""
GROUP_OUTPUT = "NodeGroupOutput"
OUTPUTS_OF_SHADERS = frozenset({"OUTPUT_MATERIAL", "OUTPUT_WORLD", "OUTPUT_LIGHT"})
"""Types of the nodes of which Blender tells which one works; of those of line styles it tells nothing (4.2, 5.2)."""
ENGINES = ("ALL", "CYCLES", "EEVEE")
"""What outputs of shaders may be meant for."""


def leading_nodes(tree: bpy.types.NodeTree) -> list[Any]:
    """The nodes of a tree that lead to an output and are not muted, in order. No animation mutes one (4.2, 5.2)."""
    leading = result_of(names_of_leading(tree, {}))
    return [node for node in tree.nodes if node.name in leading and not node.mute]


def names_of_leading(
    tree: bpy.types.NodeTree, effects: dict[bpy.types.NodeTree, bool]
) -> Generator[None, None, set[str]]:
    """The names of the nodes of a tree that lead to an output, muted or not; in steps.

    `effects` is what is known of groups: whether they write a file or a pass by themselves. It grows.
    """
    before: dict[str, list[str]] = {}
    ahead: list[str] = []
    for links in in_slices(tree.links):
        for link in links:
            if not (link.is_muted or link.from_socket.is_unavailable or link.to_socket.is_unavailable):
                before.setdefault(link.to_node.name, []).append(link.from_node.name)
        yield
    groups: list[tuple[str, bpy.types.NodeTree]] = []
    aimed: list[str] = []
    for nodes in in_slices(tree.nodes):
        for node in nodes:
            # a zone's begin leads to its end without a link
            end = getattr(node, "paired_output_node", None)
            if end is not None:
                before.setdefault(end.name, []).append(node.name)
            if node.outputs:
                if (inner := getattr(node, "node_tree", None)) is not None:
                    groups.append((node.name, inner))
            elif node.type in OUTPUTS_OF_SHADERS:
                aimed.append(node.name)
            elif node.type not in FOR_THE_ARTIST and (node.bl_idname != GROUP_OUTPUT or node.is_active_output):
                ahead.append(node.name)
        yield
    ahead += _working_outputs(tree, aimed)
    for name, inner in groups:
        if (yield from _has_effects(inner, effects)):
            ahead.append(name)
    found = set(ahead)
    while ahead:
        new = {name for name in before.get(ahead.pop(), ()) if name not in found}
        found |= new
        ahead += new
    return found


def in_slices(collection: Any) -> Iterator[list[Any]]:
    """The nodes or links of a tree, a few at a time; nothing of Blender's own lists is kept in between."""
    begin = 0
    while part := collection[begin : begin + NODES_A_STEP]:
        yield part
        begin += NODES_A_STEP


def is_whole(node: Any) -> bool:
    """True when every output of a node is linked, so that all that a group has in it is asked for."""
    return all(socket.is_linked for socket in node.outputs if socket.enabled and not socket.is_unavailable)


def handed_on(node: Any) -> Iterator[Any]:
    """The values that a muted node gives as they are: an output is then what one of the inputs is."""
    return (getattr(link.from_socket, "default_value", None) for link in node.internal_links)


def _working_outputs(tree: bpy.types.NodeTree, names: list[str]) -> list[str]:
    """Of a tree's outputs of shaders, those of which no other one takes the place, whatever engine renders."""
    if len(names) <= 1:
        # which is the rule
        return names
    working = (tree.get_output_node(engine) for engine in ENGINES)
    return [node.name for node in working if node is not None]


def _has_effects(tree: bpy.types.NodeTree, effects: dict[bpy.types.NodeTree, bool]) -> Generator[None, None, bool]:
    """True when a group writes a file or a pass by itself, or by a group in it."""
    if tree not in effects:
        effects[tree] = False
        inside: dict[bpy.types.NodeTree, None] = {}
        for nodes in in_slices(tree.nodes):
            for node in nodes:
                if node.type in FOR_THE_ARTIST or node.bl_idname == GROUP_OUTPUT:
                    continue
                effects[tree] |= not node.outputs
                if (inner := getattr(node, "node_tree", None)) is not None:
                    inside[inner] = None
            yield
        for inner in inside:
            effects[tree] |= yield from _has_effects(inner, effects)
    return effects[tree]
