# SPDX-License-Identifier: GPL-3.0-or-later
"""What a scene needs to be rendered. What is only kept, painted on, or in switched-off nodes does not count."""

from __future__ import annotations

from collections.abc import Generator, Sequence

import bpy

from ..blender_versions import are_nodes_used
from ..dependencies.usage import unreached_from


def needed_by(
    scene: bpy.types.Scene, candidates: Sequence[bpy.types.ID]
) -> Generator[None, None, tuple[bpy.types.ID, ...]]:
    """Those of the datablocks that a scene uses, directly or through others such as node groups; in steps."""
    if not candidates:
        return ()
    users = bpy.data.user_map(subset=candidates)
    readers = {
        datablock: {user for user in users.get(datablock, ()) if _renders_with(user, datablock)}
        for datablock in candidates
    }
    yield
    unreached = yield from unreached_from(scene, set().union(*readers.values()))
    return tuple(datablock for datablock in candidates if datablock == scene or readers[datablock] - unreached)


def _renders_with(user: bpy.types.ID, used: bpy.types.ID) -> bool:
    """True when the user brings the datablock into the render, if the user itself is rendered."""
    if isinstance(used, bpy.types.Image | bpy.types.NodeTree) and not are_nodes_used(user):
        return False
    if isinstance(user, bpy.types.Scene) and isinstance(used, bpy.types.Image):
        # the canvas of Texture Paint, unless the nodes of the compositor are in the scene itself, as before 5.0
        tree = getattr(user, "node_tree", None)
        return tree is not None and any(getattr(node, "image", None) == used for node in tree.nodes)
    return True
