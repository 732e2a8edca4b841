# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that nodes read by themselves: lamp profiles, OSL scripts, and what geometry nodes import."""

from collections.abc import Iterator
from typing import Any

import bpy

from .needs import Need, absolute, called
from .render_reach import Reach, is_linked, node_trees

WITH_FILE = ("ShaderNodeTexIES", "ShaderNodeScript")
PATH_SOCKET = "NodeSocketStringFilePath"


def node_files(reach: Reach) -> Iterator[Need]:
    """Give the needs of all nodes, and of the paths that a modifier hands to its nodes."""
    for owner, tree in node_trees():
        for node in tree.nodes:
            user = f"{called(owner)}, node {node.name!r}"
            is_read = owner in reach and is_linked(node) and not node.mute
            for written in _paths(node):
                path = absolute(written, owner.library)
                yield Need(user, path, is_read, (path,))
    for holder in bpy.data.objects:
        for modifier in holder.modifiers:
            for written in _handed_over(modifier) if modifier.type == "NODES" and modifier.node_group else ():
                path = absolute(written, holder.library)
                user = f"{called(holder)}, modifier {modifier.name!r}"
                yield Need(user, path, holder in reach and modifier.show_render, (path,))


def _paths(node: bpy.types.Node) -> Iterator[str]:
    # A script that is named without a folder is one of Blender's own.
    if node.bl_idname in WITH_FILE and node.mode == "EXTERNAL" and {"/", "\\"} & set(node.filepath):
        yield node.filepath
    for socket in node.inputs:
        if socket.bl_idname == PATH_SOCKET and not socket.is_linked and socket.default_value:
            yield socket.default_value


def _handed_over(modifier: Any) -> Iterator[str]:
    for item in modifier.node_group.interface.items_tree:
        is_input = item.item_type == "SOCKET" and item.in_out == "INPUT"
        if is_input and getattr(item, "subtype", "") == "FILE_PATH" and (written := _value(modifier, item.identifier)):
            yield written


def _value(modifier: Any, identifier: str) -> str:
    if hasattr(modifier, "properties"):  # 5.2 and later
        return str(getattr(getattr(modifier.properties.inputs, identifier, None), "value", "") or "")
    return str(modifier.get(identifier) or "")
