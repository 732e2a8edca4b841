# SPDX-License-Identifier: GPL-3.0-or-later
"""Which datablocks a render of the scene can come to: what only an editor shows or a brush paints with is not read."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property

import bpy

NOT_RENDERED = (bpy.types.Brush, bpy.types.Palette, bpy.types.PaintCurve, bpy.types.Screen, bpy.types.WorkSpace)


class Reach:
    """Everything that the scene uses, directly or through other datablocks."""

    def __init__(self, scene: bpy.types.Scene) -> None:
        self.scene = scene
        self._users: dict[bpy.types.ID, set[bpy.types.ID]] = bpy.data.user_map()
        self._found = self._walk()

    def __contains__(self, block: bpy.types.ID) -> bool:
        return block in self._found

    def __iter__(self) -> Iterator[bpy.types.ID]:
        return iter(self._found)

    def reads(self, block: bpy.types.ID) -> bool:
        """Tell whether a render reads the file of this image or movie clip."""
        return any(user in self._found and _reads(user, block) for user in self._users.get(block, ()))

    @cached_property
    def scenes(self) -> tuple[bpy.types.Scene, ...]:
        """The scenes among it, the rendered one first."""
        return (self.scene, *(scene for scene in bpy.data.scenes if scene != self.scene and scene in self))

    def _walk(self) -> set[bpy.types.ID]:
        used_by = defaultdict(list)
        for block, users in self._users.items():
            for user in users:
                used_by[user].append(block)
        found: set[bpy.types.ID] = {self.scene}
        waiting: list[bpy.types.ID] = [self.scene]
        while waiting:
            user = waiting.pop()
            reference = user.override_library.reference if user.override_library else None
            for block in (*used_by[user], *([reference] if reference else [])):
                if block not in found and not isinstance(block, NOT_RENDERED) and not _is_off(user, block):
                    found.add(block)
                    waiting.append(block)
        return found


def node_trees() -> list[tuple[bpy.types.ID, bpy.types.NodeTree]]:
    """Give every node tree with the datablock that `Reach` knows it by: its owner, or the group itself."""
    kinds: Iterable[Iterable[bpy.types.ID]] = (
        bpy.data.materials,
        bpy.data.lights,
        bpy.data.worlds,
        bpy.data.textures,
        bpy.data.linestyles,
        bpy.data.scenes,
    )
    trees = [(owner, tree) for kind in kinds for owner in kind if (tree := _own_tree(owner))]
    return [*trees, *((group, group) for group in bpy.data.node_groups)]


def is_linked(node: bpy.types.Node) -> bool:
    """Tell whether anything takes what the node gives."""
    return any(socket.is_linked for socket in node.outputs)


def _own_tree(owner: bpy.types.ID) -> bpy.types.NodeTree | None:
    return getattr(owner, "node_tree", None)


def _is_off(user: bpy.types.ID, block: bpy.types.ID) -> bool:
    """Tell whether the block is the scene's compositing (5.0 and later), which is switched off."""
    if not isinstance(user, bpy.types.Scene) or user.render.use_compositing:
        return False
    return getattr(user, "compositing_node_group", None) == block


def _reads(user: bpy.types.ID, block: bpy.types.ID) -> bool:
    if isinstance(user, bpy.types.Camera):
        return False  # background pictures are for the viewport
    if isinstance(user, bpy.types.Object) and user.type == "EMPTY" and user.data == block:
        return False
    is_scene = isinstance(user, bpy.types.Scene)
    if is_scene and not (user.render.use_compositing and _own_tree(user) and user.use_nodes):
        return False  # its painting canvas or its active clip
    tree = user if isinstance(user, bpy.types.NodeTree) else _own_tree(user)
    nodes = tree.nodes if tree else ()
    own = [node for node in nodes if block in (getattr(node, "image", None), getattr(node, "clip", None))]
    return any(map(is_linked, own)) if own else not is_scene
