# SPDX-License-Identifier: GPL-3.0-or-later
"""Which datablocks a render of the scene can come to: what only an editor shows or a brush paints with is not read.

Neither is what only leads nowhere, is hidden or is switched off. In doubt it is read.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from enum import IntEnum
from functools import cached_property
from typing import Any

import bpy

from .cut import named_by_cut, renders_cut
from .keyed_paths import keyed_paths
from .live_nodes import live_nodes
from .switched_off import named_in_vain, own_tree, shows
from .unseen_objects import unseen_objects

PLAYED = (bpy.types.MovieClip, bpy.types.Sound)
"""What strips have, and not every version tells of which (4.2)."""
NOT_RENDERED = (bpy.types.Brush, bpy.types.Palette, bpy.types.PaintCurve, bpy.types.Screen, bpy.types.WorkSpace)
SCENE_TREE = (bpy.types.Scene, bpy.types.Collection)
SHAPES = (bpy.types.Object, bpy.types.Mesh, bpy.types.Curve, bpy.types.Lattice, bpy.types.Armature)


class Use(IntEnum):
    """What a render may take of a datablock.

    Of an object that is hidden, others may take the shape alone, without its materials. Of a collection that is no
    more than part of a scene, what is hidden is not taken; of one that something else names, it may be.
    """

    NONE = 0
    SHAPE = 1
    PART_OF_SCENE = 2
    WHOLE = 3


class Reach:
    """Everything that the scene uses, directly or through other datablocks."""

    def __init__(self, scene: bpy.types.Scene) -> None:
        self.scene = scene
        self._users: dict[bpy.types.ID, set[bpy.types.ID]] = bpy.data.user_map()
        self._vain: dict[bpy.types.ID, set[bpy.types.ID]] = {}
        self._live: dict[int, set[str]] = {}
        self._found = self._walk()

    def __contains__(self, block: bpy.types.ID) -> bool:
        return block in self._found

    def __iter__(self) -> Iterator[bpy.types.ID]:
        return iter(self._found)

    def reads(self, block: bpy.types.ID) -> bool:
        """Tell whether a render reads the file of this image or movie clip."""
        return any(
            user in self._found and block not in self._named_in_vain(user) and _reads(user, block)
            for user in self._users.get(block, ())
        )

    def hears(self, sound: bpy.types.Sound) -> bool:
        """Tell whether a picture depends on this sound: nodes can read one (5.2), strips and speakers only play it."""
        players = (bpy.types.Scene, bpy.types.Speaker)
        return any(user in self._found and not isinstance(user, players) for user in self._users.get(sound, ()))

    def is_live(self, node: bpy.types.Node) -> bool:
        """Tell whether links lead from the node to an output of its tree."""
        tree: Any = node.id_data
        key = tree.as_pointer()
        if key not in self._live:
            self._live[key] = live_nodes(tree)
        return node.name in self._live[key]

    @cached_property
    def scenes(self) -> tuple[bpy.types.Scene, ...]:
        """The scenes among it, the rendered one first."""
        return (self.scene, *(scene for scene in bpy.data.scenes if scene != self.scene and scene in self))

    def _walk(self) -> set[bpy.types.ID]:
        used_by = defaultdict(list)
        for block, users in self._users.items():
            for user in users:
                used_by[user].append(block)
        unseen = unseen_objects(_scenes_behind(self.scene, used_by))
        shown = named_by_cut(self.scene) if renders_cut(self.scene) else None
        found: dict[bpy.types.ID, Use] = {self.scene: Use.PART_OF_SCENE}
        waiting: list[bpy.types.ID] = [self.scene]
        while waiting:
            user = waiting.pop()
            reference = user.override_library.reference if user.override_library else None
            for block in (*used_by[user], *([reference] if reference else [])):
                if isinstance(block, NOT_RENDERED) or _is_off(user, block) or block in self._named_in_vain(user):
                    continue
                if user == self.scene and shown is not None and not (block in shown or isinstance(block, PLAYED)):
                    continue
                use = _use(user, found[user], block, block in unseen)
                if use > found.get(block, Use.NONE):
                    found[block] = use
                    waiting.append(block)
        return set(found)

    def _named_in_vain(self, user: bpy.types.ID) -> set[bpy.types.ID]:
        if user not in self._vain:
            self._vain[user] = named_in_vain(user)
        return self._vain[user]


def _scenes_behind(scene: bpy.types.Scene, used_by: dict[bpy.types.ID, list[bpy.types.ID]]) -> list[bpy.types.Scene]:
    """Give the scene and all that it shows: as a set, in strips or in the compositor."""
    found = [scene]
    waiting: list[bpy.types.ID] = [scene]
    seen: set[bpy.types.ID] = {scene}
    while waiting:
        for block in used_by[waiting.pop()]:
            if block not in seen and isinstance(block, (bpy.types.Scene, bpy.types.NodeTree)):
                seen.add(block)
                waiting.append(block)
                found += [block] if isinstance(block, bpy.types.Scene) else []
    return found


def _use(user: bpy.types.ID, use: Use, block: bpy.types.ID, is_unseen: bool) -> Use:
    """Tell what a render takes of a datablock by way of this user."""
    if isinstance(block, bpy.types.Scene):
        return Use.PART_OF_SCENE
    if isinstance(user, SCENE_TREE) and use == Use.PART_OF_SCENE:
        if is_unseen:
            return Use.NONE
        return Use.WHOLE if _takes_part(user, block) else Use.PART_OF_SCENE
    if use == Use.SHAPE and isinstance(user, SHAPES):
        if isinstance(block, bpy.types.Material):
            return Use.NONE
        return Use.SHAPE if isinstance(block, SHAPES) else Use.WHOLE
    if is_unseen and isinstance(user, bpy.types.Object) and block not in shows(user):
        return Use.SHAPE
    return Use.WHOLE


def _takes_part(user: bpy.types.ID, block: bpy.types.ID) -> bool:
    """Tell whether the scene simulates this, where hidden objects count, or whether it is no collection of its own."""
    if not isinstance(block, bpy.types.Collection):
        return True
    world = user.rigidbody_world if isinstance(user, bpy.types.Scene) else None
    return world is not None and block in (world.collection, world.constraints)


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
    trees = [(owner, tree) for kind in kinds for owner in kind if (tree := own_tree(owner))]
    return [*trees, *((group, group) for group in bpy.data.node_groups)]


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
    if not isinstance(user, bpy.types.Scene):
        return True
    tree = own_tree(user)
    is_on = user.render.use_compositing and tree and (user.use_nodes or "use_nodes" in keyed_paths(user))
    if not is_on:
        return False  # its painting canvas or its active clip
    return any(block in (getattr(node, "image", None), getattr(node, "clip", None)) for node in tree.nodes)
