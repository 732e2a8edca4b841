# SPDX-License-Identifier: GPL-3.0-or-later
"""File Output nodes of the compositor, which write files of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import bpy

from ...messages.message import Message
from ..blender_versions import file_output_folder
from ..rendered.compositor import FILE_OUTPUT_NODE, nodes_of
from .checked_scene import CheckedScene, Findings
from .finding import Remedy


def check_file_output(checked: CheckedScene) -> Findings:
    """Nodes that write to a folder of this computer, which a farm does not have."""
    for node in nodes_writing_elsewhere(checked.scene):
        what = Message(
            "The File Output node “{}” writes to a folder of this computer: {}.", node.name, output_folder(node)
        )
        fix = Message("Have it write to a folder relative to the file, beginning with //.")
        is_here = node.id_data.library is None
        yield checked.warning(what, fix, Remedy.MAKE_OUTPUT_RELATIVE if is_here else None)


def nodes_writing_elsewhere(scene: bpy.types.Scene) -> Iterator[Any]:
    """The File Output nodes that write to a folder of this computer when the scene is rendered."""
    if not scene.render.use_compositing:
        return
    for node in output_nodes(scene):
        if node.mute or not any(socket.is_linked for socket in node.inputs):
            continue
        folder = output_folder(node)
        if folder and not folder.startswith("//"):
            yield node


def output_nodes(scene: bpy.types.Scene) -> Iterator[Any]:
    """All File Output nodes of the compositor."""
    return (node for node in nodes_of(scene) if node.bl_idname == FILE_OUTPUT_NODE)


def output_folder(node: Any) -> str:
    """The folder that a File Output node writes to, as it is written in the node."""
    folder: str = getattr(node, file_output_folder(node))
    return folder
