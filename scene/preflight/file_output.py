# SPDX-License-Identifier: GPL-3.0-or-later
"""File Output nodes of the compositor, which write beside the frames themselves."""

from __future__ import annotations

from .compositor import FILE_OUTPUT, nodes_of, output_folder_property
from .finding import Remedy
from .request import Findings, Request


def check_file_output(request: Request) -> Findings:
    """Nodes that write to a folder of this computer, which a farm does not have."""
    if not request.scene.render.use_compositing:
        return
    for node in nodes_of(request.scene):
        if node.bl_idname != FILE_OUTPUT or node.mute or not any(socket.is_linked for socket in node.inputs):
            continue
        folder = getattr(node, output_folder_property(node))
        if folder and not folder.startswith("//"):
            what = f"The File Output node “{node.name}” writes to a folder of this computer: {folder}."
            fix = "Have it write to a folder relative to the file, beginning with //."
            is_here = node.id_data.library is None
            yield request.warning(what, fix, Remedy.MAKE_OUTPUT_RELATIVE if is_here else None)
