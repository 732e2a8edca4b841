# SPDX-License-Identifier: GPL-3.0-or-later
"""File Output nodes of the compositor, which write beside the frames themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import bpy

from ..blender_versions import file_output_folder, writes_layers_of_its_own
from .compositor import FILE_OUTPUT, nodes_of
from .finding import Remedy
from .request import Findings, Request


def check_file_output(request: Request) -> Findings:
    """Nodes that write to a folder of this computer, which a farm does not have."""
    for node in nodes_writing_elsewhere(request.scene):
        what = f"The File Output node “{node.name}” writes to a folder of this computer: {output_folder(node)}."
        fix = "Have it write to a folder relative to the file, beginning with //."
        is_here = node.id_data.library is None
        yield request.warning(what, fix, Remedy.MAKE_OUTPUT_RELATIVE if is_here else None)


def nodes_writing_elsewhere(scene: bpy.types.Scene) -> Iterator[Any]:
    """The File Output nodes that write something when the scene is rendered, to a folder of this computer."""
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
    return (node for node in nodes_of(scene) if node.bl_idname == FILE_OUTPUT)


def output_folder(node: Any) -> str:
    """The folder that a File Output node writes to, as it has it."""
    folder: str = getattr(node, file_output_folder(node))
    return folder


def names_a_file(node: Any) -> bool:
    """True when what is its folder otherwise is the begin of a file's name: OpenEXR MultiLayer, before 5.0."""
    return writes_layers_of_its_own(node)
