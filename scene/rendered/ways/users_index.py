# SPDX-License-Identifier: GPL-3.0-or-later
"""What datablocks name in their nodes and drivers, looked up once for all that is asked about them."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any, NamedTuple

import bpy

from ...blender_versions import has_compositor_switch
from ..nodes import handed_on, in_slices, is_whole, names_of_leading


class NodeUse(NamedTuple):
    """How the nodes of a tree use a datablock.

    `is_read`: a node with it leads to an output, and works with it or hands it on. `is_asked`: such a node surely needs
    it. What is not asked of a group may be what it has the datablock for.
    """

    is_read: bool = False
    is_asked: bool = False


class Holder(NamedTuple):
    """A node that names a datablock. `is_working` is False for one that is muted and does not hand it on."""

    node: str
    is_working: bool
    is_asked: bool


class UsersIndex:
    """What the users of datablocks name. It is made during one look, in which nothing in the file changes.

    `frames` are those that the look is about; None means that all times are.

    To ask each user about each datablock would take minutes for a tree of thousands of nodes.
    """

    def __init__(self, frames: frozenset[int] | None) -> None:
        self.frames = frames
        self._drivers: dict[bpy.types.ID, frozenset[bpy.types.ID]] = {}
        self._nodes: dict[bpy.types.NodeTree, dict[bpy.types.ID, NodeUse]] = {}
        self._effects: dict[bpy.types.NodeTree, bool] = {}
        self._pointers: dict[type, frozenset[str]] = {}

    def look_at(self, user: bpy.types.ID) -> Generator[None, None, None]:
        """Take in what a user names in its drivers and nodes; in steps."""
        tree = tree_of(user)
        for each in (user,) if tree is None or tree == user else (user, tree):
            if each not in self._drivers:
                self._drivers[each] = yield from _driving(each)
        if tree is not None and tree not in self._nodes:
            self._nodes[tree] = yield from self._uses_in(tree)

    def is_driven_by(self, datablock: bpy.types.ID, used: bpy.types.ID) -> bool:
        """True when a driver of a datablock reads something of another one."""
        return used in self._drivers[datablock]

    def use_by_nodes(self, tree: bpy.types.NodeTree, used: bpy.types.ID) -> NodeUse | None:
        """How the nodes of a tree use a datablock; None when they do not name it."""
        return self._nodes[tree].get(used)

    def _uses_in(self, tree: bpy.types.NodeTree) -> Generator[None, None, dict[bpy.types.ID, NodeUse]]:
        holders: dict[bpy.types.ID, list[Holder]] = {}
        for nodes in in_slices(tree.nodes):
            for node in nodes:
                for used in self._named_by(node):
                    is_working = not node.mute or used in handed_on(node)
                    is_asked = not isinstance(used, bpy.types.NodeTree) or is_whole(node)
                    holders.setdefault(used, []).append(Holder(node.name, is_working, is_asked))
            yield
        leading = (yield from names_of_leading(tree, self._effects)) if holders else set()
        uses = {}
        for used, these in holders.items():
            reading = [holder for holder in these if holder.is_working and holder.node in leading]
            uses[used] = NodeUse(bool(reading), any(holder.is_asked for holder in reading))
        return uses

    def _named_by(self, node: Any) -> set[bpy.types.ID]:
        """The datablocks that a node names, or has in a socket."""
        named = {getattr(node, name, None) for name in self._pointers_of(node)}
        named.update(socket.default_value for socket in node.inputs if "default_value" in self._pointers_of(socket))
        return named - {None}

    def _pointers_of(self, holder: Any) -> frozenset[str]:
        """The properties of a node or a socket that name datablocks, which are those of its type."""
        kind = type(holder)
        if kind not in self._pointers:
            self._pointers[kind] = frozenset(filter(None, map(_pointer, holder.bl_rna.properties)))
        return self._pointers[kind]


def _pointer(prop: bpy.types.Property) -> str:
    """The name of a property that names a datablock, else ""."""
    if prop.type != "POINTER":
        return ""
    named = getattr(bpy.types, prop.fixed_type.identifier, None)
    return prop.identifier if named is not None and issubclass(named, bpy.types.ID) else ""


def tree_of(user: Any) -> bpy.types.NodeTree | None:
    """The nodes of a datablock: itself, or those that lie in it, as those of a scene do before 5.0."""
    if isinstance(user, bpy.types.NodeTree):
        return user
    if isinstance(user, bpy.types.Scene) and not has_compositor_switch(user):
        return None
    tree: bpy.types.NodeTree | None = getattr(user, "node_tree", None)
    return tree


def _driving(datablock: Any) -> Generator[None, None, frozenset[bpy.types.ID]]:
    """The datablocks that drivers of another one read."""
    moves = getattr(datablock, "animation_data", None)
    found: set[bpy.types.ID] = set()
    for curves in in_slices(moves.drivers) if moves is not None else ():
        for curve in curves:
            found.update(_targets(curve))
        yield
    return frozenset(found)


def _targets(curve: bpy.types.FCurve) -> Iterator[bpy.types.ID]:
    for variable in curve.driver.variables:
        yield from (target.id for target in variable.targets if target.id is not None)
