# SPDX-License-Identifier: GPL-3.0-or-later
"""File Output nodes of the compositor, which write files of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import bpy

from ...messages.message import Message
from ..blender_versions import file_output_folder
from ..rendered.compositor import FILE_OUTPUT_NODE, nodes_in_use, nodes_of
from .checked_scene import CheckedScene, Findings
from .finding import Remedy
from .templates import is_beside_blend, unfilled


def check_file_output(checked: CheckedScene) -> Findings:
    """Nodes that write to a folder of this computer, which a farm does not have, or nowhere at all."""
    for node in writing_nodes(checked.scene):
        wrong = next(filter(None, _unfilled(checked.scene, node)), "")
        if wrong:
            what = Message(
                "The File Output node “{}” has “{}” in its path, which Blender cannot fill in.", node.name, wrong
            )
            fix = Message("Correct it in the node's properties. Two braces stand for one that is meant as such.")
            yield checked.error(what, fix)
    for node in nodes_writing_elsewhere(checked.scene):
        what = Message(
            "The File Output node “{}” writes to a folder of this computer: {}.", node.name, output_folder(node)
        )
        fix = Message("Have it write to a folder relative to the file, beginning with //.")
        is_here = node.id_data.library is None
        yield checked.warning(what, fix, Remedy.MAKE_OUTPUT_RELATIVE if is_here else None)


def nodes_writing_elsewhere(scene: bpy.types.Scene) -> Iterator[Any]:
    """The File Output nodes that write to a folder of this computer when the scene is rendered."""
    for node in writing_nodes(scene):
        folder = output_folder(node)
        if folder and not folder.startswith("//") and not is_beside_blend(node, file_output_folder(node)):
            yield node


def writing_nodes(scene: bpy.types.Scene) -> Iterator[Any]:
    """The File Output nodes that write files when the scene is rendered."""
    if scene.render.use_compositing:
        for node in nodes_in_use(scene):
            if node.bl_idname == FILE_OUTPUT_NODE and any(socket.is_linked for socket in node.inputs):
                yield node


def output_nodes(scene: bpy.types.Scene) -> Iterator[Any]:
    """All File Output nodes of the compositor."""
    return (node for node in nodes_of(scene) if node.bl_idname == FILE_OUTPUT_NODE)


def _unfilled(scene: bpy.types.Scene, node: Any) -> Iterator[str]:
    """What Blender cannot fill in of each path of a node, its folder's and those of its files; "" where all is well."""
    yield unfilled(scene, node, file_output_folder(node))
    if hasattr(node, "file_name"):
        yield unfilled(scene, node, "file_name")
    for slot in getattr(node, "file_slots", ()):
        yield unfilled(scene, slot, "path")


def output_folder(node: Any) -> str:
    """The folder that a File Output node writes to, as it is written in the node."""
    folder: str = getattr(node, file_output_folder(node))
    return folder
