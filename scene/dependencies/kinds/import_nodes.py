# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that the import nodes of geometry nodes read (4.5 and later).

The path of such a node stands in the node itself, or comes through links: from a node that holds a text, or from
outside of its tree, out of modifiers and out of the nodes that stand for the tree in others. A relative one counts from
the file of the tree with the import node, wherever it stands (4.5 and 5.2).
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any, NamedTuple

import bpy

from ..dependency import DependencyKind
from ..path_setting import DATABLOCKS_A_STEP, NODE_TREES_A_STEP, KeySetting, PathSetting, Places
from ..resolve import nothing, single

TREE, GROUP = "GeometryNodeTree", "GeometryNodeGroup"
PATH_SOCKET = "NodeSocketStringFilePath"
CHOICES = frozenset({"GeometryNodeSwitch", "GeometryNodeIndexSwitch", "GeometryNodeMenuSwitch"})
"""Nodes that give one of the paths that they get."""


class MadePath(NamedTuple):
    """A path that only a run of the nodes gives: the tree, and the node that imports a file of that path."""

    tree: bpy.types.NodeTree
    node: bpy.types.Node


class User(NamedTuple):
    """A modifier of an object, or a node in another tree, that has a tree of nodes work. Told by its name."""

    owner: Any
    name: str


Users = dict[bpy.types.NodeTree, list[User]]


def import_places() -> Places:
    """The paths that import nodes read, as far as they are written anywhere."""
    for source in import_sources():
        if source is None:
            yield None
        elif isinstance(source, PathSetting) and source.written:
            yield source


def import_sources() -> Iterator[PathSetting | MadePath | None]:
    """Where import nodes have their paths from; None now and then. Nothing but datablocks is kept across a None."""
    linked: dict[bpy.types.NodeTree, None] = {}
    for index, tree in enumerate([*bpy.data.node_groups]):
        if index % NODE_TREES_A_STEP == 0:
            yield None
        if tree.bl_idname != TREE:
            continue
        for node, socket in _path_sockets(tree):
            is_group = node.bl_idname == GROUP
            # `blend_paths` lists them all from 5.0 on, and also what a link covers
            resolve = nothing if is_group or socket.is_linked else single
            yield PathSetting(DependencyKind.FILE, tree, socket, "default_value", resolve)
            if socket.is_linked and not is_group:
                linked[tree] = None
    if linked:
        users = yield from _users()
        for tree in linked:
            for node, socket in _path_sockets(tree):
                if socket.is_linked and node.bl_idname != GROUP:
                    yield from _sources(tree, socket, users)


def _path_sockets(tree: bpy.types.NodeTree) -> Iterator[tuple[bpy.types.Node, Any]]:
    for node in tree.nodes:
        for socket in node.inputs:
            if socket.bl_idname == PATH_SOCKET:
                yield node, socket


def _users() -> Generator[None, None, Users]:
    """Who has the trees of geometry nodes work."""
    users: Users = {}
    for index, holder in enumerate([*bpy.data.objects]):
        if index % DATABLOCKS_A_STEP == 0:
            yield None
        for modifier in holder.modifiers:
            if modifier.type == "NODES" and modifier.node_group:
                users.setdefault(modifier.node_group, []).append(User(holder, modifier.name))
    for index, tree in enumerate([*bpy.data.node_groups]):
        if index % NODE_TREES_A_STEP == 0:
            yield None
        for node in tree.nodes if tree.bl_idname == TREE else ():
            if node.bl_idname == GROUP and node.node_tree:
                users.setdefault(node.node_tree, []).append(User(tree, node.name))
    return users


def _sources(base: bpy.types.NodeTree, reader: Any, users: Users) -> Iterator[PathSetting | MadePath]:
    """What a socket of an import node can get its path from."""
    todo: list[tuple[bpy.types.NodeTree, Any]] = [(base, reader)]
    seen: set[int] = set()
    is_made = False
    while todo:
        tree, socket = todo.pop()
        if socket.as_pointer() in seen:
            continue
        seen.add(socket.as_pointer())
        links = [link for link in socket.links if not link.is_muted]
        if not links and hasattr(socket, "default_value"):
            yield PathSetting(DependencyKind.FILE, tree, socket, "default_value", base=base)
        for link in links:
            node: Any = link.from_node
            kind, name = node.bl_idname, link.from_socket.identifier
            if kind == "FunctionNodeInputString":
                yield PathSetting(DependencyKind.FILE, tree, node, "string", base=base)
            elif kind == "NodeGroupInput":
                for user in users.get(tree, ()):
                    if isinstance(user.owner, bpy.types.Object):
                        yield _of_modifier(user, tree, name, base)
                    else:
                        inputs = user.owner.nodes[user.name].inputs
                        todo += [(user.owner, each) for each in inputs if each.identifier == name]
            elif kind == "NodeReroute" or kind in CHOICES:
                todo += [(tree, each) for each in node.inputs if each.type == "STRING"]
            elif kind == GROUP and node.node_tree:
                ends = [each for each in node.node_tree.nodes if each.bl_idname == "NodeGroupOutput"]
                todo += [(node.node_tree, each) for end in ends for each in end.inputs if each.identifier == name]
            else:
                is_made = True
    if is_made and _is_at_work(base, users):
        yield MadePath(base, reader.node)


def _of_modifier(user: User, tree: bpy.types.NodeTree, name: str, base: bpy.types.ID) -> PathSetting:
    """What a modifier hands over; where it has nothing yet, Blender takes what the tree suggests."""
    modifier = user.owner.modifiers[user.name]
    if hasattr(modifier, "properties"):
        # 5.2 and later
        value = getattr(modifier.properties.inputs, name, None)
        if isinstance(getattr(value, "value", None), str):
            return PathSetting(DependencyKind.FILE, user.owner, value, "value", base=base)
    elif isinstance(modifier.get(name), str):
        return KeySetting(DependencyKind.FILE, user.owner, modifier, name, base=base)
    sockets = (item for item in tree.interface.items_tree if item.item_type == "SOCKET" and item.identifier == name)
    return PathSetting(DependencyKind.FILE, tree, next(sockets), "default_value", base=base)


def _is_at_work(tree: bpy.types.NodeTree, users: Users) -> bool:
    """True when a modifier has the tree work, or a tree in which it is a part."""
    todo, seen = [tree], {tree}
    while todo:
        for user in users.get(todo.pop(), ()):
            if isinstance(user.owner, bpy.types.Object):
                return True
            if user.owner not in seen:
                seen.add(user.owner)
                todo.append(user.owner)
    return False
