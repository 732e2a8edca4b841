# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that geometry nodes import, with their paths followed from the modifiers down into the nodes."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import bpy

from .needs import Need, absolute, called
from .render_reach import Reach
from .switched_off import is_modifier_on

PATH_SOCKET = "NodeSocketStringFilePath"
GROUP = "GeometryNodeGroup"
PASSED_ON = ("NodeReroute", "GeometryNodeSwitch", "GeometryNodeIndexSwitch", "GeometryNodeMenuSwitch")

Texts = frozenset[str]
Given = Mapping[str, Texts]  # what the inputs of a tree may be, by their identifier


def imported_files(reach: Reach) -> Iterator[Need]:
    """Give the needs of all modifiers that have nodes import files, and of all paths that Blender may list."""
    has_imports = cache(_has_imports)
    for holder in bpy.data.objects:
        for modifier in holder.modifiers:
            if modifier.type == "NODES" and modifier.node_group and has_imports(modifier.node_group):
                used = reach if holder in reach and is_modifier_on(modifier) else None
                yield from _needs_of_tree(modifier.node_group, _handed_over(modifier), used, has_imports)
    for tree in bpy.data.node_groups:
        for socket in (socket for node in tree.nodes for socket in node.inputs if socket.bl_idname == PATH_SOCKET):
            # Blender lists it even when a link covers it, or the one who reads it counts it from elsewhere.
            yield Need(called(tree), absolute(socket.default_value, tree.library), is_read=False)


def _has_imports(tree: bpy.types.NodeTree) -> bool:
    """Tell whether a node in the tree, or in those inside it, imports a file."""
    return any(
        _has_imports(node.node_tree)
        if node.bl_idname == GROUP and node.node_tree
        else any(socket.bl_idname == PATH_SOCKET for socket in node.inputs)
        for node in tree.nodes
    )


def _needs_of_tree(tree: Any, given: Given, used: Reach | None, has_imports: Any) -> Iterator[Need]:
    """`used` is None when nothing takes what the tree gives."""
    for node in tree.nodes:
        if node.mute:
            continue
        reach = used if used and used.is_live(node) else None
        if node.bl_idname == GROUP:
            if node.node_tree and has_imports(node.node_tree):
                yield from _needs_of_tree(node.node_tree, _inside(node, given), reach, has_imports)
            continue
        for socket in node.inputs:
            if socket.bl_idname == PATH_SOCKET:
                texts = _texts(socket, given)
                for written in filter(None, texts):
                    # It counts from the file of the tree with the node, wherever the path stands.
                    path = absolute(written, tree.library)
                    user = f"{called(tree)}, node {node.name!r}"
                    yield Need(user, path, reach is not None, (path,), is_certain=len(texts) == 1)


def _texts(socket: Any, given: Given) -> Texts:
    """Give the texts that may come out of a socket; none when nobody can tell."""
    if not socket.is_linked:
        return frozenset([getattr(socket, "default_value", "")])
    link = socket.links[0]
    node, name = link.from_node, link.from_socket.identifier
    if node.bl_idname == "FunctionNodeInputString":
        return frozenset([node.string])
    if node.bl_idname == "NodeGroupInput":
        return given.get(name, frozenset())
    if node.bl_idname in PASSED_ON:
        return frozenset().union(*(_texts(each, given) for each in node.inputs if each.type == "STRING"))
    if node.bl_idname == GROUP and node.node_tree:
        ends = (each for each in node.node_tree.nodes if each.bl_idname == "NodeGroupOutput" and each.is_active_output)
        sockets = (each for end in ends for each in end.inputs if each.identifier == name)
        return frozenset().union(*(_texts(each, _inside(node, given)) for each in sockets))
    return frozenset()


def _inside(node: Any, given: Given) -> Given:
    return {socket.identifier: _texts(socket, given) for socket in node.inputs if socket.type == "STRING"}


def _handed_over(modifier: Any) -> Given:
    sockets = (item for item in modifier.node_group.interface.items_tree if item.item_type == "SOCKET")
    texts = (item for item in sockets if item.in_out == "INPUT" and item.socket_type == "NodeSocketString")
    return {item.identifier: frozenset([_value(modifier, item)]) for item in texts}


def _value(modifier: Any, item: Any) -> str:
    if hasattr(modifier, "properties"):  # 5.2 and later
        value = getattr(getattr(modifier.properties.inputs, item.identifier, None), "value", None)
    else:
        value = modifier.get(item.identifier)
    return value if isinstance(value, str) else str(item.default_value)
