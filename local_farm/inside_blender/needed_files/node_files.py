# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that nodes read by themselves: lamp profiles, OSL scripts, and what geometry nodes import.

With the files that are named in files.
"""

from collections.abc import Iterator

import bpy

from .import_nodes import imported_files
from .needs import Need, absolute, called
from .references import included_files, layers
from .render_reach import Reach, node_trees

WITH_FILE = ("ShaderNodeTexIES", "ShaderNodeScript")


def node_files(reach: Reach) -> Iterator[Need]:
    """Give the needs of all nodes."""
    for owner, tree in node_trees():
        for node in tree.nodes:
            user = f"{called(owner)}, node {node.name!r}"
            is_read = owner in reach and reach.is_live(node) and not node.mute
            for written in _paths(node):
                path = absolute(written, owner.library)
                is_file_read = is_read and node.mode == "EXTERNAL"
                yield Need(user, path, is_file_read, (path,))
                if path.endswith(".osl"):
                    yield from included_files(user, path, is_file_read)
    yield from imported_files(reach)
    yield from layers(reach)


def _paths(node: bpy.types.Node) -> Iterator[str]:
    # A script that is named without a folder is one of Blender's own.
    if node.bl_idname in WITH_FILE and {"/", "\\"} & set(node.filepath):
        yield node.filepath
